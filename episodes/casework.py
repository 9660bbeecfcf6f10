"""What practitioners report back: decisions, interviews, meetings, cases, documents, tasks and disagreements.

A part of `episodes.reports`, which gathers them all; import them from there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from episodes.origin import About, Actor, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOverride:
    """A person sets the start of the clock; `value` None keeps the reported one."""

    origin: Origin
    about: About
    value: datetime | None
    reason: str
    by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A person's decision. `kind` tells what about: the words of the pack for a manager's and a meeting's decision
    (the latter as `meeting.<kind>`), and `screening`, `rag`, `threshold` for those with a message of their own. A
    rating that the manager has not confirmed is `rag_proposed`. `concerns` None: nothing is said about them. `unasked`:
    it answers a question that nobody has asked (AMB-204), and is kept without deciding anything."""

    origin: Origin
    about: About
    kind: str
    decision: str
    by: Actor | None = None
    reason: str | None = None
    value: Any = None
    concerns: tuple[str, ...] | None = None
    meeting_type: str | None = None
    unasked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewOutcome:
    """What became of a return home interview; `at` is the instant of the act itself."""

    origin: Origin
    about: About
    result: str
    at: datetime
    by: Actor | None = None
    interviewer: Actor | None = None
    reason: str | None = None
    template: str | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    concerns: tuple[str, ...] | None = None
    concern: str | None = None
    harm_disclosed: bool | None = None
    intelligence: str | None = None

    def answer(self, section: str) -> Any:
        """What the form says under a section; None where it says nothing."""
        return self.content.get(section) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingHeld:
    """A meeting took place; it may settle meetings of other kinds too."""

    origin: Origin
    about: About
    kind: str
    held_at: datetime
    meeting_type: str | None = None
    also_counts_as: tuple[str, ...] = ()
    next_at: datetime | None = None
    attendees: tuple[Actor, ...] = ()
    intelligence: str | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.kind, *self.also_counts_as)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceChanged:
    """A service opened or closed the case of a child."""

    origin: Origin
    about: About
    service: str
    opened: bool
    at: datetime
    team: str | None = None
    worker: str | None = None
    manager: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentUpdated:
    """A profile, plan or form was made or revised."""

    origin: Origin
    about: About
    kind: str
    at: datetime
    by: Actor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCompleted:
    """A task that the hub raised was done."""

    origin: Origin
    about: About
    kind: str
    at: datetime
    by: Actor | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A person has seen a message, named by its id or by its type and kind."""

    origin: Origin
    about: About
    by: Actor
    message: str | None = None
    type: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Professionals disagree (`raised`), the present step did not settle it (`unresolved`), or it is settled."""

    origin: Origin
    about: About
    stage: Literal["raised", "unresolved", "resolved"]
    subject: str | None = None
    between: tuple[Actor, ...] = ()
    step: int | None = None
    outcome: str | None = None
