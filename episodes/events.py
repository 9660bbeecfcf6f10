"""What changed. A report changes an episode in none, one or several ways; each is an `Event` with a dotted name."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import accumulate

from episodes.episode import Episode
from episodes.reports import Report


class Change(StrEnum):
    """The closed list of changes. A qualifier may follow the name: `interview.refused`, `meeting.mam`."""

    OPENED = "opened"
    REPORTED = "reported"  # somebody says that the child is missing whose word begins no episode
    MISSING_AGAIN = "missing_again"  # another episode of the child has begun since
    CORRECTED = "corrected"
    START_CHANGED = "start_changed"
    CLASSIFIED = "classified"
    REGRADED = "regraded"
    JOINED = "joined"
    WAITS = "waits"
    HANDED_OVER = "handed_over"  # another authority answers for the child from now on
    MERGED = "merged"  # what waited is the absence of another episode
    ALERTED = "alerted"
    FOUND = "found"
    RETURN_CHANGED = "return_changed"
    REOPENED = "reopened"  # the return turned out not to be one
    DEATH_TAKEN_BACK = "death_taken_back"
    LOCATED = "located"
    WHEREABOUTS = "whereabouts"  # known or unknown, while the child is not back
    UNMATCHED_FOUND = "unmatched_found"
    ENDED = "ended"
    RETRACTED = "retracted"
    CLOCK_OVERRIDE = "clock_override"
    DECIDED = "decided"
    UNASKED = "unasked"  # an answer to a question that nobody has asked
    DECIDED_ELSEWHERE = "decided_elsewhere"  # in an episode that this one is linked to
    INTERVIEW = "interview"
    MEETING = "meeting"
    MEETING_ELSEWHERE = "meeting_elsewhere"  # held under another episode of the child
    NOT_MISSING_AGAIN = "not_missing_again"  # that another episode had begun was reported in error
    RECOUNTED = "recounted"  # an earlier episode of the child became known, or moved
    SERVICE_OPENED = "service_opened"
    SERVICE_CLOSED = "service_closed"
    RECORD_CHANGED = "record_changed"
    DOCUMENT = "document"
    TASK_COMPLETED = "task_completed"
    ACKNOWLEDGED = "acknowledged"
    DISAGREEMENT = "disagreement"
    MATCHED = "matched"
    CONTRADICTION = "contradiction"
    TIMER_DUE = "timer_due"


# Changes of the register, or of another episode, rather than of the episode itself.
OF_THE_REGISTER = frozenset(
    {
        Change.SERVICE_OPENED,
        Change.SERVICE_CLOSED,
        Change.RECORD_CHANGED,
        Change.DOCUMENT,
        Change.MATCHED,
        Change.MISSING_AGAIN,
        Change.NOT_MISSING_AGAIN,
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """A change, the report that brought it, and when the thing itself happened."""

    change: Change
    report: Report
    at: datetime
    qualifier: str = ""
    name: str = field(init=False, repr=False, compare=False)
    _names: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        name = f"{self.change}.{self.qualifier}" if self.qualifier else str(self.change)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "_names", frozenset(accumulate(name.split("."), "{}.{}".format)))

    def is_a(self, pattern: str) -> bool:
        """Whether the event is of that name or of a narrower one."""
        return pattern in self._names

    def is_one_of(self, patterns: Iterable[str]) -> bool:
        """Whether one of these patterns names it."""
        return not self._names.isdisjoint(patterns)


Advanced = tuple[Episode, tuple[Event, ...]]
"""An episode as it is after a report, and what changed by it."""


def brought(change: Change, report: Report, qualifier: str = "", at: datetime | None = None) -> tuple[Event, ...]:
    """The event that a report brings; it happened at the receipt unless another instant is given."""
    return (Event(change, report, at or report.origin.at, qualifier),)
