"""What waits for an answer as rows of a list: whose it is, when it runs out, and what it is about without a name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeVar

from desk.clocks import Clock, work_clocks
from desk.people import DeskUser
from desk.views.missing import police_reference
from reporting.held_cases import HeldCase
from routing.library import Packs
from store import WorkRow

_PAGE = 25
WhoseWork = Literal["mine", "roles", "others"]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class TodoRow:
    """One thing that waits. `whose`: for the reader by name, for a role of theirs, or for others. `case`: the id of the
    episode or of the child's duties."""

    clock: Clock
    wanted: str
    whose: WhoseWork
    authority: str
    case: str
    reference: str = ""
    seen_by: str = ""

    def about(self, held: HeldCase | None) -> "TodoRow":
        """The same with what is known of its case."""
        if held is None:
            return replace(self, reference="No episode")
        case = held.episode
        seen = (
            [a.by.person or a.by.role for a in case.episode.acknowledged if a.message == self.clock.message]
            if case
            else []
        )
        return replace(self, reference=police_reference(held) if case else "No episode", seen_by=", ".join(seen))


def todo_rows(work: Sequence[WorkRow], user: DeskUser, packs: Packs, now: datetime) -> list[TodoRow]:
    """A row for each message that waits, in the order of the clocks."""
    together: dict[tuple[str, str, str, WhoseWork], list[WorkRow]] = {}
    for row in work:
        together.setdefault((row.authority, row.message, row.wanted, _whose(row, user)), []).append(row)
    best: dict[tuple[str, str, str], TodoRow] = {}
    for (authority, message, wanted, whose), same in together.items():
        (clock,) = work_clocks(same, packs.newest(authority), now)
        todo = TodoRow(clock, wanted, whose, authority, same[0].case_id)
        held = best.get((authority, message, wanted))
        # Asked of several, of whom one is the reader: it is told once, as the reader's.
        if held is None or _NEAR.index(whose) < _NEAR.index(held.whose):
            best[(authority, message, wanted)] = todo
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(best.values(), key=lambda r: (r.clock.due is None, r.clock.due or far, r.clock.since or far, r.case))


_NEAR: tuple[WhoseWork, ...] = ("mine", "roles", "others")


def _whose(row: WorkRow, user: DeskUser) -> WhoseWork:
    if row.person is not None and row.person == user.id:
        return "mine"
    return "roles" if user.may_answer(row.authority, row.role) else "others"


def page_of(rows: Sequence[_T], number: int) -> tuple[Sequence[_T], int, int]:
    """The rows of a page, its number, and how many pages there are; a number beyond them is the nearest."""
    pages = max((len(rows) + _PAGE - 1) // _PAGE, 1)
    number = min(max(number, 1), pages)
    return rows[(number - 1) * _PAGE : number * _PAGE], number, pages
