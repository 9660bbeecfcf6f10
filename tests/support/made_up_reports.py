"""Reports of the core as tests need them: an episode that begins on 1 June 2026 at noon, and what may be told of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from episodes.advance import advance
from episodes.episode import Episode, Terms
from episodes.reports import (
    About,
    Actor,
    ClockOverride,
    Decided,
    Found,
    InterviewOutcome,
    InvestigationEnded,
    MeetingHeld,
    Missing,
    Origin,
    Report,
    Retracted,
    StatusChanged,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
WORKER = Actor("worker", "w1")
ABOUT = About(authority="testshire", force="XX", incident="P-1", identifiers=(("compact", "K-1"),))
TERMS = Terms()
_numbers = count(1)


def after(hours: float) -> datetime:
    """That many hours after the child was reported missing."""
    return NOON + timedelta(hours=hours)


def origin(at: datetime = NOON, type_: str = "police.missing") -> Origin:
    """The origin of a message that nobody has sent before."""
    return Origin("/police/XX", f"m-{next(_numbers)}", type_, at)


def missing(hours: float = 0, **fields: Any) -> Missing:
    return Missing(**{"origin": origin(after(hours)), "about": ABOUT, "reported_at": after(hours), **fields})


def found(hours: float, **fields: Any) -> Found:
    return Found(**{"origin": origin(after(hours)), "about": ABOUT, "returned_at": after(hours), **fields})


def status(to: Any, hours: float, **fields: Any) -> StatusChanged:
    return StatusChanged(origin=origin(after(hours)), about=ABOUT, to=to, changed_at=after(hours), **fields)


def ended(hours: float) -> InvestigationEnded:
    return InvestigationEnded(origin=origin(after(hours)), about=ABOUT, ended_at=after(hours))


def retracted(hours: float) -> Retracted:
    return Retracted(origin=origin(after(hours)), about=ABOUT, reason="sent in error")


def clock_set(value: datetime | None, hours: float = 1) -> ClockOverride:
    return ClockOverride(origin=origin(after(hours)), about=ABOUT, value=value, reason="away with leave", by=WORKER)


def decided(kind: str, decision: str, hours: float = 1, by: Actor | None = WORKER, **fields: Any) -> Decided:
    return Decided(origin=origin(after(hours)), about=ABOUT, kind=kind, decision=decision, by=by, **fields)


def outcome(result: str, hours: float, **fields: Any) -> InterviewOutcome:
    told = {"origin": origin(after(hours)), "about": ABOUT, "result": result, "at": after(hours), "by": WORKER}
    return InterviewOutcome(**{**told, **fields})


def meeting(kind: str, hours: float, **fields: Any) -> MeetingHeld:
    return MeetingHeld(origin=origin(after(hours)), about=ABOUT, kind=kind, held_at=after(hours), **fields)


def new_episode(**fields: Any) -> Episode:
    return replace(Episode(id="e-1", authority="testshire", pack="1", opened_at=NOON), **fields)


def again(report: Any, hours: float = 0) -> Any:
    """The same words in another message, received that much later than the first."""
    return replace(report, origin=origin(report.origin.at + timedelta(hours=hours)))


def told(*reports: Report, terms: Terms = TERMS) -> tuple[Episode, list[list[str]]]:
    """The episode after the reports, and the names of the events that each brought."""
    episode, events = new_episode(), []
    for report in reports:
        episode, brought = advance(episode, report, terms)
        events.append([event.name for event in brought])
    return episode, events
