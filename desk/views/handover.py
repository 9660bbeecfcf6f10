"""The handover: what an authority's day left to its night, or the night to its day, in the order in which it is
told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.clock_words import day_and_hour
from desk.clocks import Clock, work_clocks
from desk.views.said import event_in_words
from routing.pack import Pack
from store import LedgerEntry, WorkRow

_ON_ONE_PAGE = 25
_BEGINS, _ENDS = "opened", ("found", "ended", "retracted")


@dataclass(frozen=True, slots=True)
class HandoverLine:
    """One thing that came: about which episode, what, and when."""

    episode: str
    reference: str
    what: str
    when: str


@dataclass(frozen=True, slots=True)
class Handover:
    """What came at one authority, and what nobody has answered, each with its reference. `further`: how many
    more wait than are told."""

    authority: str
    new: tuple[HandoverLine, ...]
    found: tuple[HandoverLine, ...]
    decided: tuple[HandoverLine, ...]
    unanswered: tuple[tuple[str, Clock], ...]
    further: int
    episodes: tuple[str, ...]


def handover_of(
    authority: str,
    lines: Sequence[LedgerEntry],
    references: Mapping[str, str],
    waiting: Sequence[WorkRow],
    pack: Pack,
    now: datetime,
    further: int = 0,
) -> Handover:
    """`lines`: those of the ledger since then; `waiting`: what is to be told of all that waits; `references`: the
    police reference of each episode of either."""
    told: dict[str, list[HandoverLine]] = {"new": [], "found": [], "decided": []}
    for line in (each for each in lines if each.kind == "fact" and each.episode in references):
        for name, _ in line.entry["events"]:
            part = _part(name)
            if part:
                what = event_in_words(name, pack)
                where = references[line.episode or ""]
                told[part].append(HandoverLine(line.episode or "", where, what, day_and_hour(line.at, now)))
    clocks = [(row.case_id, clock) for row in waiting for clock in work_clocks([row], pack, now)]
    return Handover(
        authority,
        new=tuple(told["new"]),
        found=tuple(told["found"]),
        decided=tuple(told["decided"]),
        unanswered=tuple((references.get(case, "No episode"), clock) for case, clock in clocks),
        further=further,
        episodes=tuple(references),
    )


def left_unanswered(waiting: Sequence[WorkRow], since: datetime, now: datetime) -> tuple[list[WorkRow], int]:
    """What a handover tells of all that waits, each message once: what came since, and what is overdue, what ran out
    first first; and how many more there are than one page holds."""
    left = [row for row in waiting if row.since >= since or (row.due and row.due <= now)]
    once: dict[str, WorkRow] = {}
    for row in left:
        once.setdefault(row.message, row)
    rows = [*once.values()]
    return rows[:_ON_ONE_PAGE], len(rows[_ON_ONE_PAGE:])


def _part(event: str) -> str | None:
    head = event.partition(".")[0]
    if head == _BEGINS:
        return "new"
    if head in _ENDS:
        return "found"
    return "decided" if head in ("decided", "interview", "meeting", "task_completed", "clock_override") else None
