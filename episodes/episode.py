"""One episode of a child being missing, as far as it is known, and the terms on which an authority reads it.

Immutable: `episodes.advance` returns a new value for each report.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from episodes.reports import (
    Acknowledged,
    Classification,
    ClockOverride,
    Decided,
    Disagreement,
    DocumentUpdated,
    Found,
    InterviewOutcome,
    InvestigationEnded,
    MeetingHeld,
    Missing,
    Origin,
    TaskCompleted,
)

# new: nothing said yet; waiting: a report that met an open episode where the procedure allows one at a time; ended: the
# police stopped without a return.
State = Literal["new", "waiting", "open", "found", "ended", "retracted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an authority's procedure calls the start, the end and the identity of an episode.

    start: fields of the missing report; the latest of those given is the start (T-12 where none is).
    begun_by: whose report begins an episode; anybody else's is heard and no more.
    found_by: who may say that the child is found.
    investigation_ends: whether the police, when they end the investigation, end the episode without a return.
    absent: whether "absent" is a class of its own or a missing child with the lowest risk.
    rating: the RAG rating that an episode begins with, until a person has confirmed one.
    unsafe_ends: whether a found report ends the episode although the police check was not done.
    second: what a report under a new reference is while an episode of the child is open.
    found_ends: whether a return ends every open episode of the child that began before it, or that of its reference.
    same_within: civil hours within which a worker's and a police report speak of one episode.
    alerts: whether another area's national alert concerns the authority although nobody names it.
    hosts: whether the authority takes part for another authority's child who lives in its area.
    """

    start: tuple[str, ...] = ("reported_at",)
    begun_by: tuple[str, ...] = ("police", "worker")
    found_by: tuple[str, ...] = ("police", "worker")
    investigation_ends: bool = True
    absent: Literal["class", "missing"] = "class"
    rating: str | None = None
    unsafe_ends: bool = True
    second: Literal["separate", "waits", "joins"] = "separate"
    found_ends: Literal["every", "own"] = "every"
    same_within: timedelta | None = None
    alerts: bool = False
    hosts: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A police reference. With the child it identifies an episode; an episode may hold several."""

    force: str
    incident: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the status history. `presumed`: by a rule of the pack; a person's word takes its place."""

    status: Classification
    since: datetime
    presumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """The state of one episode at one authority. `pack` is the version that governs it; `opened_at` is the receipt of
    the first report; `start` is where its clocks count from, None before a missing report is known. `missing` is what
    all senders say together, `accounts` what each of them says where there are several. `follows`: the episodes whose
    return interview was given up because of this one, so that a later interview covers them too. `linked`: the episodes
    of relatives that were reported together with it. `death`: who said that the child is dead, where that stands.
    `returns`: where that came from which was said of the return, while it stands. `handed_to`: the authority that
    answers for the child since responsibility moved (AMB-197). `matched`: how often it was put with another child.
    `heard`: where that came from which says that the child is missing and by no reference is known again."""

    id: str
    authority: str
    pack: str
    opened_at: datetime
    state: State = "new"
    references: tuple[Reference, ...] = ()
    start: datetime | None = None
    missing: Missing | None = None
    accounts: tuple[Missing, ...] = ()
    found: Found | None = None
    located: Found | None = None
    death: Found | None = None
    returns: tuple[Origin, ...] = ()
    override: ClockOverride | None = None
    ended: InvestigationEnded | None = None
    lines: tuple[Line, ...] = ()
    risk: str | None = None
    location_known: bool | None = None
    decisions: tuple[Decided, ...] = ()
    outcomes: tuple[InterviewOutcome, ...] = ()
    meetings: tuple[MeetingHeld, ...] = ()
    documents: tuple[DocumentUpdated, ...] = ()
    tasks: tuple[TaskCompleted, ...] = ()
    acknowledged: tuple[Acknowledged, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    follows: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    handed_to: str | None = None
    matched: int = 0
    heard: tuple[Origin, ...] = ()

    @property
    def back(self) -> bool:
        """The child was found; a record that was locked afterwards says so too."""
        return self.found is not None and self.state == "found"

    @property
    def still_missing(self) -> bool:
        return self.state == "open"

    @property
    def return_at(self) -> datetime | None:
        """The return of T-11, once the child is back."""
        return self.found.return_at if self.found and self.back else None

    @property
    def duration(self) -> timedelta | None:
        """From the start to the return, in elapsed time; never below nothing, whatever the reports say."""
        if self.start is None or self.return_at is None:
            return None
        return max(self.return_at - self.start, timedelta())

    @property
    def classification(self) -> Classification | None:
        return self.lines[-1].status if self.lines else None

    @property
    def missing_since(self) -> datetime | None:
        """Since when the child counts as missing and not as absent: the start, or the last change from absent."""
        before = [None, *(line.status for line in self.lines)]
        changes = zip(before, self.lines, strict=False)
        since = [line.since for was, line in changes if line.status == "missing" != was]
        return since[-1] if since else None

    @property
    def ever_missing(self) -> bool:
        """Missing at some time, not absent throughout."""
        return any(line.status == "missing" for line in self.lines)

    @property
    def counts(self) -> bool:
        """Whether it is an episode of being missing at all: known as such, not retracted, not waiting."""
        return self.missing is not None and self.state not in ("retracted", "waiting") and self.ever_missing

    def decided(self, kind: str, by: str | None = None, among: tuple[str, ...] = ()) -> Decided | None:
        """The newest decision of that kind, of that role where one is named, among those values where any are."""
        made = (d for d in reversed(self.decisions) if d.kind == kind and _is(d, by) and not d.unasked)
        return next((d for d in made if not among or d.decision in among), None)

    def held(self, kind: str) -> Iterator[MeetingHeld]:
        """The meetings that settled this kind, in order of receipt."""
        return (m for m in self.meetings if kind in m.kinds)


def _is(decision: Decided, role: str | None) -> bool:
    return role is None or (decision.by is not None and decision.by.role == role)
