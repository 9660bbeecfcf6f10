"""Who on file may be meant by the descriptions of a batch: what the store found under their blocking keys, kept up
with what the batch itself changes. Scores come from `enrichment.matching`; whose child a report means is told in
`enrichment.whose`."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from enrichment.contradiction import by_description
from enrichment.matching import (
    Candidate,
    Described,
    Judgement,
    Model,
    Prepared,
    Score,
    blocking_keys,
    lookup_keys,
    match,
    prepare,
)
from enrichment.serialisation import read_described
from store.blocking import CROWDED, BlockedRow


def keys_of(described: Iterable[Described]) -> set[str]:
    """The keys under which whoever may be meant is filed."""
    return {key for each in described for key in lookup_keys(each)}


class Lookup:
    """Children by what they are called, when they were born and where they live. `sought`: the descriptions under whose
    keys they were found."""

    def __init__(
        self,
        model: Model,
        rows: Sequence[BlockedRow] = (),
        described: Mapping[str, bytes] | None = None,
        sought: Collection[Described] = (),
    ) -> None:
        self.model, self.sought = model, sought
        self._under: dict[str, set[str]] = {}
        self._keys: dict[str, set[str]] = {}
        self._authority: dict[str, str] = {}
        self._among = {(row.authority, row.key): row.among for row in rows}
        for row in rows:
            self._file(row.key, row.person)
            self._authority[row.person] = row.authority
        self._held = {person: prepare(read_described(doc)) for person, doc in (described or {}).items()}
        self._filed: dict[str, set[str]] = {}
        self._told: dict[Described, tuple[Prepared, set[str]]] = {}
        # Judgements are asked for several times while a report is placed; they hold until somebody near changes.
        self._judged: dict[Described, dict[str, Judgement]] = {}
        self._asked: dict[str, set[Described]] = {}
        self._beside: dict[tuple[Described, Described], Score] = {}

    def put(self, authority: str, person: str, described: Described | None) -> None:
        """This is how the person is described from now on; None: nothing is known of them but numbers."""
        for key in self._keys.pop(person, ()):
            self._under[key].discard(person)
            self._among[(authority, key)] -= 1
            self._judge_anew(key)
        self._held.pop(person, None)
        self._authority[person] = authority
        self._filed[person] = blocking_keys(described) if described else set()
        if described is not None:
            self._held[person] = prepare(described)
        for key in self._filed[person]:
            self._file(key, person)
            self._among[(authority, key)] = self._among.get((authority, key), 0) + 1
            self._judge_anew(key)

    def _judge_anew(self, key: str) -> None:
        for described in self._asked.get(key, ()):
            self._judged.pop(described, None)

    def _file(self, key: str, person: str) -> None:
        self._under.setdefault(key, set()).add(person)
        self._keys.setdefault(person, set()).add(key)

    def judge(self, authority: str, described: Described, among: Callable[[str], bool] | None = None) -> Judgement:
        """Whose child the description means at that authority, of all or of those `among` whom it is asked."""
        if among is not None:
            return self._match(authority, described, among)
        held = self._judged.setdefault(described, {})
        if authority not in held:
            held[authority] = self._match(authority, described, lambda person: True)
        return held[authority]

    def _match(self, authority: str, described: Described, among: Callable[[str], bool]) -> Judgement:
        told, _ = self._ready(described)
        here = (person for person in sorted(self._near(described)) if self._authority[person] == authority)
        near = [Candidate(person, self._held[person]) for person in here if person in self._held and among(person)]
        return match(told, near, self.model)

    def beside(self, told: Described, held: Described) -> Score:
        """How one description agrees with another, whatever numbers stand in them."""
        if (told, held) not in self._beside:
            self._beside[(told, held)] = by_description(told, held, self.model)
        return self._beside[(told, held)]

    def without_numbers(self, authority: str, told: Described) -> Judgement:
        """Whose child the description alone means at that authority."""
        return self.judge(authority, replace(told, identifiers=frozenset()))

    def meant(self, described: Iterable[Described]) -> set[str]:
        """Everybody, at any authority, whom one of the descriptions may mean."""
        found: set[str] = set()
        for told in described:
            for authority in self.authorities(told):
                found |= {ranked.id for ranked in self.judge(authority, told).ranked}
        return found

    def authorities(self, described: Described) -> list[str]:
        """The authorities at which somebody may be meant."""
        return sorted({self._authority[person] for person in self._near(described)})

    def _near(self, described: Described) -> set[str]:
        """Whoever shares a key with the description, or two where keys are crowded."""
        _, keys = self._ready(described)
        shared = Counter(person for key in keys for person in self._under.get(key, ()))
        alone = {person for key in keys for person in self._under.get(key, ()) if not self._crowded(person, key)}
        return {person for person, times in shared.items() if times > 1 or person in alone}

    def _crowded(self, person: str, key: str) -> bool:
        return self._among.get((self._authority[person], key), 0) > CROWDED

    def _ready(self, described: Described) -> tuple[Prepared, set[str]]:
        """A description ready to be compared, and its keys; asked for several times while a report is placed."""
        if described not in self._told:
            told = prepare(described)
            self._told[described] = (told, lookup_keys(told))
            for key in self._told[described][1]:
                self._asked.setdefault(key, set()).add(described)
        return self._told[described]

    def holds(self, person: str) -> bool:
        """Whether the person was found, or is described here."""
        return person in self._authority

    def changes(self) -> tuple[list[str], list[BlockedRow]]:
        """Whose keys must be filed anew, and under which."""
        rows = [BlockedRow(key, self._authority[p], p) for p, keys in self._filed.items() for key in keys]
        return [*self._filed], rows
