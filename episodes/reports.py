"""What somebody told us. A report is never refused: it may be late, repeated, out of order or wrong.

One frozen dataclass for each thing that can be said; `Report` is their union. Those of the police (or of a worker who
stands in for them), of the register and of the clocks are here, those of practitioners in `episodes.casework`. Instants
are aware and in UTC. Words (concerns, kinds, roles) are kept as they came. What a report changes is decided in
`episodes.advance`, not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from episodes.casework import (
    Acknowledged,
    ClockOverride,
    Decided,
    Disagreement,
    DocumentUpdated,
    InterviewOutcome,
    MeetingHeld,
    ServiceChanged,
    TaskCompleted,
)
from episodes.origin import About, Actor, Classification, Identifier, Origin

__all__ = [
    "About",
    "Acknowledged",
    "Actor",
    "Classification",
    "ClockOverride",
    "Decided",
    "Disagreement",
    "DocumentUpdated",
    "Found",
    "Identifier",
    "InterviewOutcome",
    "InvestigationEnded",
    "Matched",
    "MeetingHeld",
    "Missing",
    "Origin",
    "RecordHeld",
    "Report",
    "Retracted",
    "ServiceChanged",
    "StatusChanged",
    "TaskCompleted",
    "TimerDue",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A child is missing or absent: the police's notification, or a worker's own report (`by` is then set). A worker
    may leave open which of the two it is."""

    origin: Origin
    about: About
    classification: Classification | None = "missing"
    reported_at: datetime | None = None
    left_at: datetime | None = None
    last_seen_at: datetime | None = None
    last_seen_by_responsible_adult_at: datetime | None = None
    absent_review_at: datetime | None = None
    found_at: datetime | None = None
    intake_notified_at: datetime | None = None
    revision: int | None = None
    risk: str | None = None
    missing_from: str | None = None
    care_type: str | None = None
    location_known: bool | None = None
    concerns: tuple[str, ...] = ()
    vulnerable: bool | None = None
    child_protection_concern: bool | None = None
    alert: str | None = None
    linked_incidents: tuple[str, ...] = ()
    responsible_authority: str | None = None
    host_authority: str | None = None
    date_of_birth: date | None = None
    age: int | None = None
    by: Actor | None = None
    reported_to_police: bool | None = None
    parent_reports: str | None = None
    parent_consents: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The child was found or came back. `contact_made` false: located only, the episode stays open. `undated`: the
    sender gave no time that can be, and `found_at` is that of the receipt."""

    origin: Origin
    about: About
    found_at: datetime | None = None
    returned_at: datetime | None = None
    undated: bool = False
    contact_made: bool = True
    safe_and_well: bool | None = None
    end_reason: str | None = None
    harm: str | None = None
    revision: int | None = None
    by: Actor | None = None
    responsible_authority: str | None = None
    host_authority: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def deceased(self) -> bool:
        """Whether it tells of a death."""
        return (self.end_reason or "").strip().lower() == "deceased"

    @property
    def return_at(self) -> datetime | None:
        """The return (T-11): back home where that is given and not before being found, else found."""
        if self.returned_at and (self.found_at is None or self.returned_at >= self.found_at):
            return self.returned_at
        return self.found_at or self.returned_at

    @property
    def end_at(self) -> datetime | None:
        """When the child was found; the time of return where only that is known."""
        return self.found_at or self.returned_at


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged:
    """The police re-classify the episode or grade its risk anew."""

    origin: Origin
    about: About
    to: Classification | None = None
    risk: str | None = None
    changed_at: datetime | None = None
    location_known: bool | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationEnded:
    """The police end their investigation without a return."""

    origin: Origin
    about: About
    ended_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted:
    """The notification was sent in error: there was no such episode."""

    origin: Origin
    about: About
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """A person says whose notification it is; no identifiers: nobody known."""

    origin: Origin
    about: About
    by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerDue:
    """A timer fell due: a question to the rules, not an answer. `rule` names the one that set it."""

    origin: Origin
    about: About
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHeld:
    """A case system says what it holds of the child now; the record itself stands beside the episodes."""

    origin: Origin
    about: About


Report = (
    Missing
    | Found
    | StatusChanged
    | InvestigationEnded
    | Retracted
    | ClockOverride
    | Decided
    | InterviewOutcome
    | MeetingHeld
    | ServiceChanged
    | DocumentUpdated
    | TaskCompleted
    | Acknowledged
    | Disagreement
    | Matched
    | RecordHeld
    | TimerDue
)
