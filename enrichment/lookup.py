"""Who on file may be meant by the descriptions of a batch: what the store found under their blocking keys, kept up
with what the batch itself changes. Scores come from `enrichment.matching`; whose child a report means is told in
`enrichment.whose`."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from enrichment.documents import read_described
from enrichment.matching import Candidate, Described, Judgement, Model, Prepared, blocking_keys, match, prepare
from store.blocking import BlockedRow


def keys_of(described: Iterable[Described]) -> set[str]:
    """The keys under which whoever may be meant is filed."""
    return {key for each in described for key in blocking_keys(each)}


class Lookup:
    """People by what they are called, when they were born and where they live."""

    def __init__(
        self, model: Model, rows: Sequence[BlockedRow] = (), described: Mapping[str, bytes] | None = None
    ) -> None:
        self.model = model
        self._under: dict[str, set[str]] = {}
        self._authority: dict[str, str] = {}
        for row in rows:
            self._under.setdefault(row.key, set()).add(row.person)
            self._authority[row.person] = row.authority
        self._held = {person: prepare(read_described(doc)) for person, doc in (described or {}).items()}
        self._filed: dict[str, set[str]] = {}

    def put(self, authority: str, person: str, described: Described | None) -> None:
        """This is how the person is described from now on; None: nothing is known of them but numbers."""
        for people in self._under.values():
            people.discard(person)
        self._held.pop(person, None)
        self._authority[person] = authority
        self._filed[person] = blocking_keys(described) if described else set()
        if described is not None:
            self._held[person] = prepare(described)
        for key in self._filed[person]:
            self._under.setdefault(key, set()).add(person)

    def judge(
        self, authority: str, described: Described, among: Callable[[str], bool] = lambda person: True
    ) -> Judgement:
        """Whose child the description means at that authority."""
        told = prepare(described)
        near = (p for p in sorted(self._near(told)) if self._authority[p] == authority and p in self._held and among(p))
        return match(told, [Candidate(person, self._held[person]) for person in near], self.model)

    def meant(self, described: Iterable[Described]) -> set[str]:
        """Everybody, at any authority, whom one of the descriptions may mean."""
        found: set[str] = set()
        for told in described:
            for authority in self.authorities(told):
                found |= {ranked.id for ranked in self.judge(authority, told).ranked}
        return found

    def authorities(self, described: Described) -> list[str]:
        """The authorities at which somebody may be meant."""
        return sorted({self._authority[person] for person in self._near(prepare(described))})

    def _near(self, told: Prepared) -> set[str]:
        return {person for key in blocking_keys(told) for person in self._under.get(key, ())}

    def changes(self) -> tuple[list[str], list[BlockedRow]]:
        """Whose keys must be filed anew, and under which."""
        rows = [BlockedRow(key, self._authority[p], p) for p, keys in self._filed.items() for key in keys]
        return [*self._filed], rows
