"""What waits for an answer as rows of a list: whose it is, when it runs out, and what it is about without a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from desk.clocks import Clock, readers_limit, work_clocks
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
    """One thing that waits, of one message. `work`: its recipients; `whose`: for the reader by name, for a role of
    theirs, or for others."""

    work: tuple[WorkRow, ...]
    whose: WhoseWork

    @property
    def wanted(self) -> str:
        return self.work[0].wanted

    @property
    def authority(self) -> str:
        return self.work[0].authority

    @property
    def case(self) -> str:
        """The id of the episode or of the child's duties."""
        return self.work[0].case_id


@dataclass(frozen=True, slots=True)
class TodoLine:
    """The same as a line of the page: its clock, and what is known of its case."""

    clock: Clock
    authority: str
    reference: str
    seen_by: str


def todo_line(row: TodoRow, held: HeldCase | None, packs: Packs, now: datetime) -> TodoLine:
    """`held`: its case, where it has one."""
    (clock,) = work_clocks(row.work, packs.newest(row.authority), now)
    case = held.episode if held else None
    seen = [a.by.person or a.by.role for a in case.episode.acknowledged if a.message == clock.message] if case else []
    reference = police_reference(held) if held and case else "No episode"
    return TodoLine(clock, row.authority, reference, ", ".join(seen))


def todo_rows(work: Sequence[WorkRow], user: DeskUser, now: datetime) -> list[TodoRow]:
    """A row for each message that waits, what runs out first first."""
    together: dict[tuple[str, str, str, WhoseWork], list[WorkRow]] = {}
    for row in work:
        together.setdefault((row.authority, row.message, row.wanted, _whose(row, user)), []).append(row)
    best: dict[tuple[str, str, str], TodoRow] = {}
    for (authority, message, wanted, whose), same in together.items():
        held = best.get((authority, message, wanted))
        # Asked of several, of whom one is the reader: it is told once, as the reader's.
        if held is None or _NEAR.index(whose) < _NEAR.index(held.whose):
            best[(authority, message, wanted)] = TodoRow(tuple(same), whose)
    far = datetime.max.replace(tzinfo=now.tzinfo)

    def limit(todo: TodoRow) -> tuple[bool, datetime, datetime, str]:
        due = readers_limit(todo.work[0])
        return due is None, due or far, todo.work[0].since, todo.case

    return sorted(best.values(), key=limit)


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
