"""The closed vocabulary of conditions: every question that a rule of a pack may ask, a function with typed arguments.

A pack cannot compute; it can only name these. A new idea is a new function here, with a test.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, get_type_hints

from episodes.reports import Decided, Disagreement, InterviewOutcome, ServiceChanged
from routing.calendar import london_date
from routing.periods import Period
from routing.situation import Situation


@dataclass(frozen=True, slots=True)
class Word:
    """The closed list of the pack that an argument must be taken from."""

    list: str


ServiceWords = Annotated[tuple[str, ...], Word("services")]
DecisionKind = Annotated[str, Word("decisions")]
MeetingWord = Annotated[str, Word("meetings")]
RoleWords = Annotated[tuple[str, ...], Word("roles")]
RuleWords = Annotated[tuple[str, ...], Word("promises")]
DocumentWord = Annotated[str, Word("documents")]


@dataclass(frozen=True, slots=True)
class Known:
    """A condition as the loader sees it: its function and the types of its arguments."""

    function: Callable[..., bool]
    arguments: Mapping[str, Any]
    required: frozenset[str]


CONDITIONS: dict[str, Known] = {}


def condition(function: Callable[..., bool]) -> Callable[..., bool]:
    """Adds a function to the vocabulary under its own name."""
    hints = get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    CONDITIONS[function.__name__] = Known(
        function,
        {p.name: hints[p.name] for p in parameters},
        frozenset(p.name for p in parameters if p.default is inspect.Parameter.empty),
    )
    return function


# ---- the episode


@condition
def still_missing(s: Situation) -> bool:
    """The child has not been found and the report has not been taken back."""
    return s.episode.still_missing


@condition
def back(s: Situation) -> bool:
    """The child was found or has returned."""
    return s.episode.back


@condition
def known_missing(s: Situation) -> bool:
    """A missing report is known; not only a found one."""
    return s.episode.missing is not None


@condition
def classified(s: Situation, status: Literal["missing", "absent"]) -> bool:
    """The classification at present."""
    return s.episode.classification == status


@condition
def ever_missing(s: Situation) -> bool:
    """Missing at some time of the episode, not absent throughout."""
    return s.episode.ever_missing


@condition
def risk(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """The police risk grade at present."""
    return s.episode.risk in is_one_of


@condition
def missing_for(
    s: Situation, over: Period | None = None, at_least: Period | None = None, at_most: Period | None = None
) -> bool:
    """How long the child was missing, from the start to the return, in elapsed time; false before the return."""
    lasted = s.episode.duration
    return lasted is not None and _within(lasted, over, at_least, at_most)


@condition
def last_seen_would_matter(s: Situation, over: Period, at_least: Period) -> bool:
    """Counting from the last-seen time instead of the start would pass a limit that the start does not."""
    report, start = s.episode.missing, s.episode.start
    if report is None or report.last_seen_at is None or start is None or s.episode.override:
        return False
    until = s.episode.return_at or s.as_of
    counted, seen = until - start, until - report.last_seen_at
    return (seen > over.elapsed() >= counted) or (seen >= at_least.elapsed() > counted)


@condition
def received_outside_hours(s: Situation) -> bool:
    """The episode was received when its office does not work any more that day."""
    received = s.episode.opened_at
    return london_date(s.calendar.same_working_day(received)) != london_date(received)


def _within(span: timedelta, over: Period | None, at_least: Period | None, at_most: Period | None) -> bool:
    return (
        (over is None or span > over.elapsed())
        and (at_least is None or span >= at_least.elapsed())
        and (at_most is None or span <= at_most.elapsed())
    )


# ---- counting


@condition
def occasions(s: Situation, at_least: int = 1, at_most: int | None = None) -> bool:
    """How many episodes of being missing are known, this one included, without a window."""
    count = s.occasions()
    return count >= at_least and (at_most is None or count <= at_most)


@condition
def episodes_within(s: Situation, days: int, at_least: int) -> bool:
    """Episodes whose start date lies no more than `days` days before this one's, itself included (T-9)."""
    return s.starts_within(days) >= at_least


# ---- the child and the case


@condition
def registered(s: Situation) -> bool:
    """A case system holds a record of the child."""
    return s.record.registered


@condition
def open_to(s: Situation, services: ServiceWords) -> bool:
    """The case is open to one of the services."""
    return any(s.record.open_to(service) for service in services)


@condition
def open_to_any(s: Situation) -> bool:
    """The case is open to some service."""
    return bool(s.record.services)


@condition
def worker_named(s: Situation, services: ServiceWords) -> bool:
    """The register names a worker for one of the services."""
    return any(held.worker for service in services if (held := s.record.open_to(service)))


@condition
def looked_after(s: Situation) -> bool:
    """Looked after by the authority, by plan or legal status."""
    return s.looked_after()


@condition
def plan(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """The plan in the register."""
    return s.record.plan in is_one_of


@condition
def vulnerable(s: Situation, judged: Literal["yes", "no", "not_yet"]) -> bool:
    """Judged vulnerable, judged not to be, or not judged by anybody."""
    return {True: "yes", False: "no", None: "not_yet"}[s.vulnerable()] == judged


@condition
def child_protection_concern(s: Situation) -> bool:
    """Somebody has concerns of a child protection nature; not judged counts as none."""
    return s.child_protection_concern()


@condition
def identified_in(s: Situation, system: str) -> bool:
    """The register holds an identifier of that system."""
    return any(held == system for held, _ in s.record.identifiers)


# ---- decisions


@condition
def decided(s: Situation, kind: DecisionKind, decision: tuple[str, ...], by: RoleWords = ()) -> bool:
    """The newest decision of that kind (of one of those roles) is one of these."""
    if not by:
        newest = s.episode.decided(kind)
        return newest is not None and newest.decision in decision
    return any((d := s.episode.decided(kind, role)) is not None and d.decision in decision for role in by)


@condition
def undecided(s: Situation, kind: DecisionKind, by: RoleWords = ()) -> bool:
    """Nobody (of those roles) has decided."""
    return all(s.episode.decided(kind, role) is None for role in by or (None,))


# ---- the interview


@condition
def interview(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """Where the return home interview stands."""
    return s.interview() in is_one_of


@condition
def interview_in_time(s: Situation, results: tuple[str, ...]) -> bool:
    """One of these outcomes lies at or before the limit of the request (T-5)."""
    due = s.interview_due()
    return any(o.result in results and (due is None or o.at <= due) for o in s.episode.outcomes)


@condition
def refused_before(s: Situation) -> bool:
    """An earlier outcome of the same interview was a refusal."""
    return any(o.result == "refused" for o in s.episode.outcomes)


@condition
def interviewer(s: Situation, is_one_of: RoleWords) -> bool:
    """The interview that is being reported is held by one of these roles."""
    report = s.event.report if s.event else None
    who = (report.interviewer or report.by) if isinstance(report, InterviewOutcome) else None
    return who is not None and who.role in is_one_of


@condition
def intelligence_given(s: Situation) -> bool:
    """The interview that is being reported brought intelligence for the police."""
    report = s.event.report if s.event else None
    return isinstance(report, InterviewOutcome) and bool(report.intelligence)


@condition
def harm_disclosed(s: Situation) -> bool:
    """The child told of harm in the interview that is being reported."""
    report = s.event.report if s.event else None
    return isinstance(report, InterviewOutcome) and bool(report.harm_disclosed)


# ---- promises and meetings


@condition
def promised(s: Situation, any_of: RuleWords) -> bool:
    """One of these rules (or message types, or types with kind) has sent something in this episode."""
    return any(True for what in any_of for _ in s.promised(what))


@condition
def still_open(s: Situation, any_of: RuleWords) -> bool:
    """One of these promises is open in this episode."""
    return any(p.open for what in any_of for p in s.promised(what))


@condition
def open_for_child(s: Situation, any_of: RuleWords) -> bool:
    """One of these promises is open in any episode of the child."""
    return any(p.open for what in any_of for p in s.promised_to_child(what))


@condition
def ever_held(s: Situation, meeting: MeetingWord) -> bool:
    """A meeting of that kind was held in some episode of the child."""
    return s.last_held(meeting) is not None


@condition
def held(s: Situation, meeting: MeetingWord) -> bool:
    """A meeting of that kind was held in this episode."""
    return any(True for _ in s.episode.held(meeting))


@condition
def held_within(s: Situation, meeting: MeetingWord, period: Period) -> bool:
    """The last meeting of that kind, in any episode of the child, lies no longer back than the period."""
    last = s.last_held(meeting)
    return last is not None and s.as_of <= period.after(last, s.calendar)


@condition
def document_on_file(s: Situation, kind: DocumentWord) -> bool:
    """The register or this episode knows of such a document."""
    return any(d.kind == kind for d in s.record.documents) or any(d.kind == kind for d in s.episode.documents)


# ---- the event under way


@condition
def event(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """The report under way brought one of these events (or a narrower one)."""
    return any(e.is_a(name) for e in s.events for name in is_one_of)


@condition
def decided_by(s: Situation, roles: RoleWords) -> bool:
    """The decision under way was taken by one of these roles."""
    report = s.event.report if s.event else None
    return isinstance(report, Decided) and report.by is not None and report.by.role in roles


@condition
def step(s: Situation, number: int) -> bool:
    """How far up the ladder the disagreement under way goes: 1 when raised, one more for each step that failed."""
    report = s.event.report if s.event else None
    if not isinstance(report, Disagreement):
        return False
    return number == (1 if report.stage == "raised" else (report.step or 0) + 1)


@condition
def disagreement_about(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """What the newest disagreement of the episode is about."""
    raised = [d.subject for d in s.episode.disagreements if d.stage == "raised"]
    return bool(raised) and raised[-1] in is_one_of


@condition
def without_reason(s: Situation) -> bool:
    """The report under way gives no reason."""
    report = s.event.report if s.event else None
    return isinstance(report, Decided | InterviewOutcome | ServiceChanged) and not (report.reason or "").strip()
