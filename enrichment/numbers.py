"""Whose number is whose, over the rows of one transaction. A number is evidence: an authority's own systems may give
one to several children, and what a police force says of a child's number holds for that force alone.

Whom a report means is asked in `enrichment.whose`."""

from collections.abc import Callable, Collection, Iterable

from enrichment.register import KEY
from episodes.reports import Found, Identifier, InvestigationEnded, Missing, Report, Retracted, StatusChanged
from store.rows import IdentifierRow

OWN = ""
"""The scope of what an authority's own systems and people say. The scope of anything else is the force that says it."""
SHARED_BY_FEW = 3
"""Of more children than this nobody's number tells anything: it is a fault of the data."""

Spelling = Callable[[str, Identifier], Identifier]
"""How an authority writes a number: systems that it calls by several names are one."""
Key = tuple[str, str, str]


def as_told(authority: str, identifier: Identifier) -> Identifier:
    return identifier


def force_of(report: Report) -> str | None:
    """The force that sends a report; None where somebody at an authority does."""
    match report:
        case Missing() | Found() if report.by is None:
            return report.about.force
        case StatusChanged() | InvestigationEnded() | Retracted():
            return report.about.force
    return None


class Numbers:
    """The numbers that were asked for, as they were loaded and as they are to be saved."""

    def __init__(self, rows: Iterable[IdentifierRow], spell: Spelling = as_told) -> None:
        self._spell = spell
        self._holders: dict[Key, dict[tuple[str, str], None]] = {}  # (scope, person), in the order of loading
        self._authorities: set[str] = set()  # of all of these
        self._added: dict[IdentifierRow, None] = {}
        self._gone: dict[IdentifierRow, None] = {}
        self.crowded: dict[Key, None] = {}  # those that too many have come to hold
        self.add(rows)

    def add(self, rows: Iterable[IdentifierRow]) -> None:
        """Rows that were loaded."""
        for row in rows:
            self._at(row.authority, (row.system, row.value))[(row.scope, row.person)] = None

    def _at(self, authority: str, identifier: Identifier) -> dict[tuple[str, str], None]:
        self._authorities.add(authority)
        return self._holders.setdefault((authority, *self._spell(authority, identifier)), {})

    def _held(self, authority: str, identifier: Identifier) -> Collection[tuple[str, str]]:
        return self._holders.get((authority, *self._spell(authority, identifier)), ())

    # ---- asking

    def holders(self, authority: str, identifier: Identifier, force: str | None = None) -> list[str]:
        """The people at an authority with this number, as far as it means something: those to whom the authority itself
        gives it, else those of whom a force has said so, where that one asks. None where too many have it."""
        held = self._held(authority, identifier)
        people = dict.fromkeys(person for scope, person in held if scope == OWN)
        if not people:
            people = dict.fromkeys(person for scope, person in held if force in (None, scope))
        return [] if len(people) > SHARED_BY_FEW else [*people]

    def crowd(self, authority: str, identifier: Identifier) -> list[str]:
        """Everybody who is known to have a number, also where it tells nothing."""
        return [*dict.fromkeys(person for _, person in self._held(authority, identifier))]

    def elsewhere(self, authority: str, identifiers: Collection[Identifier]) -> list[str]:
        """People of other authorities who have one of these numbers, whoever says so."""
        others = self._authorities - {authority}
        return sorted({person for a in others for i in identifiers for person in self.holders(a, i)})

    def shared(self) -> list[Key]:
        """Those loaded that would be too many people's if one more had them."""
        return [
            key
            for key, held in self._holders.items()
            if len({who for scope, who in held if scope == OWN}) >= SHARED_BY_FEW
        ]

    def authorities(self) -> list[str]:
        return sorted(self._authorities)

    # ---- what changes

    def give(self, authority: str, identifier: Identifier, person: str) -> None:
        """An authority's register gives somebody this number, whoever has it besides."""
        held = self._at(authority, identifier)
        own = {who for scope, who in held if scope == OWN}
        if len(own | {person}) > SHARED_BY_FEW:
            self.crowded[(authority, *self._spell(authority, identifier))] = None
        if len(own) <= SHARED_BY_FEW or person in own:  # of a crowd one more than a few is known, and no more
            self._put(authority, identifier, OWN, person)

    def learn(self, authority: str, identifier: Identifier, person: str, scope: str) -> None:
        """A report has said that this is somebody's number, which holds unless it is known to be another's."""
        if all(who == person for of, who in self._held(authority, identifier) if of in (OWN, scope)):
            self._put(authority, identifier, scope, person)

    def forget(self, authority: str, identifier: Identifier, person: str, scope: str) -> None:
        """It is not theirs any more by that word. Not all of a person's numbers are loaded."""
        row = IdentifierRow(authority, *self._spell(authority, identifier), person, scope)
        self._at(authority, identifier).pop((scope, person), None)
        self._added.pop(row, None)
        self._gone[row] = None

    def hand_over(self, former: str, person: str) -> None:
        """Whatever is loaded of somebody is another's from now on."""
        for (authority, *identifier), held in [*self._holders.items()]:
            for scope, who in [*held]:
                if who == former:
                    self.forget(authority, (identifier[0], identifier[1]), former, scope)
                    self._put(authority, (identifier[0], identifier[1]), scope, person)

    def _put(self, authority: str, identifier: Identifier, scope: str, person: str) -> None:
        held = self._at(authority, identifier)
        row = IdentifierRow(authority, *self._spell(authority, identifier), person, scope)
        self._gone.pop(row, None)
        if (scope, person) not in held or row in self._added:
            held[(scope, person)] = None
            self._added[row] = None

    # ---- the key of a record in its register's topic

    def keyed(self, authority: str, key: str) -> str | None:
        """Who stands under a key of the register's topic."""
        return next((person for _, person in self._held(authority, (KEY, key))), None)

    def name_key(self, authority: str, key: str, person: str) -> None:
        """The key is this person's from now on, and nobody else's."""
        for _, former in [*self._held(authority, (KEY, key))]:
            if former != person:
                self.forget(authority, (KEY, key), former, OWN)
        self._put(authority, (KEY, key), OWN, person)

    def changes(self) -> tuple[list[IdentifierRow], list[IdentifierRow]]:
        """The rows that are gone, and those that are new."""
        return [*self._gone], [*self._added]
