"""All the packs that are loaded: which version governs an episode, and whose key or code a word is."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from routing.calendar import london_date
from routing.codes import names_of
from routing.pack import Pack
from routing.tables import PackError, nearest

HUB = "hub"
"""The pack of the hub's own words: it takes what belongs to no authority."""


class Packs:
    """The versions of each authority's pack, oldest first. Old ones stay: an episode keeps the one it began under."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self._versions: dict[str, list[Pack]] = {}
        for pack in sorted(packs, key=lambda p: (p.authority, p.in_force_from)):
            self._versions.setdefault(pack.authority, []).append(pack)
        if HUB not in self._versions:
            raise PackError("there is no pack 'hub'; add protocols/hub with the operator's role")
        self._keys: dict[str, str] = {}
        for authority, versions in self._versions.items():
            for word in (authority, *(code for pack in versions for code in pack.codes)):
                if self._keys.setdefault(word.lower(), authority) != authority:
                    raise PackError(f"the code '{word}' is used by {self._keys[word.lower()]} and by {authority}")
        self.authorities: tuple[str, ...] = tuple(a for a in self._versions if a != HUB)
        """Every authority with a pack, the hub itself left out."""

    @property
    def hub(self) -> Pack:
        return self._versions[HUB][-1]

    def key_of(self, word: str | None) -> str | None:
        """The authority of a key or official code; None for a plain name or for one that has no pack."""
        return next((key for name in names_of(word) if (key := self._keys.get(name))), None) if word else None

    def spelt(self, authority: str, identifier: tuple[str, str]) -> tuple[str, str]:
        """A number, with its system as the authority calls it: a local setting may give a system several names."""
        if authority not in self._versions:
            return identifier
        system, value = identifier
        return self._versions[authority][-1].systems.get(system.casefold(), system), value

    def governing(self, authority: str, at: datetime) -> Pack:
        """The version in force on that day in London; before the first version, the first."""
        versions, day = self._versions[authority], london_date(at)
        in_force = [p for p in versions if p.in_force_from <= day]
        return in_force[-1] if in_force else versions[0]

    def speaking_for(self, authority: str, at: datetime) -> Pack:
        """The version in force; the hub's pack for what belongs to nobody, or to an authority that is not served (any
        more)."""
        return self.governing(authority, at) if authority in self.authorities else self.hub

    def newest(self, authority: str) -> Pack:
        """The newest version, whether it is in force already or not."""
        return self._versions[authority][-1]

    def version(self, authority: str, version: str) -> Pack:
        """The version that an episode froze. PackError where its file is gone, as old files stay loadable, or where its
        authority is not served."""
        found = next((p for p in self._versions.get(authority, ()) if p.version == version), None)
        if found is None:
            raise PackError(f"an episode is governed by {authority} {version}; put that file back into protocols/")
        return found

    def serving(self, authorities: Collection[str]) -> "Packs":
        """Only these authorities, and the hub. PackError for one without a pack."""
        for word in authorities:
            if word not in self.authorities:
                raise PackError(f"there is no pack '{word}'{nearest(word, self.authorities)}")
        wanted = {*authorities, HUB}
        return Packs(pack for name, versions in self._versions.items() if name in wanted for pack in versions)

    def all(self) -> Mapping[str, tuple[Pack, ...]]:
        return {authority: tuple(versions) for authority, versions in self._versions.items()}
