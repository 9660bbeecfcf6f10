"""The handover: what an authority's day left to its night, or the night to its day, in the order in which it is
told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.clock_words import day_and_hour
from desk.clocks import Clock, work_clocks
from desk.views.missing import police_reference
from desk.views.said import event_in_words
from reporting.held_cases import HeldCase
from routing.case import Case
from routing.pack import Pack
from store import LedgerEntry, WorkRow

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
    """What came at one authority, and what nobody has answered."""

    authority: str
    new: tuple[HandoverLine, ...]
    found: tuple[HandoverLine, ...]
    decided: tuple[HandoverLine, ...]
    unanswered: tuple[tuple[str, Clock], ...]
    still: int
    episodes: tuple[str, ...]


def handover_of(
    authority: str,
    lines: Sequence[LedgerEntry],
    held: Sequence[HeldCase],
    waiting: Sequence[WorkRow],
    pack: Pack,
    since: datetime,
    now: datetime,
) -> Handover:
    """`lines`: those of the ledger since then; `held`: their episodes; `waiting`: all that waits at the authority."""
    references = {case.case.id: police_reference(case) for case in held if isinstance(case.case, Case)}
    told: dict[str, list[HandoverLine]] = {"new": [], "found": [], "decided": []}
    for line in (each for each in lines if each.kind == "fact" and each.episode in references):
        for name, _ in line.entry["events"]:
            part = _part(name)
            if part:
                what = event_in_words(name, pack)
                where = references[line.episode or ""]
                told[part].append(HandoverLine(line.episode or "", where, what, day_and_hour(line.at, now)))
    unanswered = [row for row in waiting if row.since >= since or (row.due and row.due <= now)]
    clocks = [(row.case_id, clock) for row in unanswered for clock in work_clocks([row], pack, now)]
    once = {(case, clock.message): (case, clock) for case, clock in clocks}
    still = sum(1 for case in held if isinstance(case.case, Case) and case.case.episode.still_missing)
    return Handover(
        authority,
        new=tuple(told["new"]),
        found=tuple(told["found"]),
        decided=tuple(told["decided"]),
        unanswered=tuple(once.values()),
        still=still,
        episodes=tuple(references),
    )


def _part(event: str) -> str | None:
    head = event.partition(".")[0]
    if head == _BEGINS:
        return "new"
    if head in _ENDS:
        return "found"
    return "decided" if head in ("decided", "interview", "meeting", "task_completed", "clock_override") else None
