"""Cases as people look at them: each with its child, its situation and what waits in it. Read from the store at one
moment; nothing is counted over a period here, and nothing changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from enrichment.children import Child, Children
from reporting.situations import situation_of
from routing.case import AnyCase, Case
from store import Transaction, WorkRow
from store.rows import KnownKeys


@dataclass(frozen=True, slots=True)
class HeldCase:
    """An episode, an alert or a child's duties outside any, beside the child. `work`: what waits in it, soonest
    first."""

    child: Child
    case: AnyCase
    work: tuple[WorkRow, ...] = ()

    @property
    def authority(self) -> str:
        return self.child.authority

    @property
    def episode(self) -> Case | None:
        """The case where it is an episode."""
        return self.case if isinstance(self.case, Case) else None

    def age_at(self, at: datetime) -> int | None:
        """The child's age in whole years; None where neither a date of birth nor an age is known."""
        return situation_of(self.child, self.case).age_at(at) if isinstance(self.case, Case) else None

    @property
    def starts_within_90_days(self) -> int:
        """The how manieth episode within 90 days this is."""
        return situation_of(self.child, self.case).starts_within(90) if isinstance(self.case, Case) else 0


async def held_cases(tx: Transaction, ids: Iterable[str]) -> list[HeldCase]:
    """The cases with these ids, in their order; an id that nobody has is left out."""
    wanted = list(dict.fromkeys(ids))
    found = await tx.find((), (), wanted)
    return await _held(tx, set(found.episodes.values()), wanted)


async def _held(tx: Transaction, people: set[str], ids: Sequence[str]) -> list[HeldCase]:
    children = Children(KnownKeys([], [], {}), *await tx.load(people)).children()
    cases = {case.id: (child, case) for child in children for case in child.everything()}
    work: dict[str, tuple[WorkRow, ...]] = {}
    for row in await tx.work_of_cases(ids):
        work[row.case_id] = (*work.get(row.case_id, ()), row)
    return [HeldCase(*cases[id_], work.get(id_, ())) for id_ in ids if id_ in cases]
