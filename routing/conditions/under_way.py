"""What a rule may ask about the event under way: the report that is being taken in just now."""

from episodes.reports import Decided, Disagreement, InterviewOutcome, MeetingHeld, ServiceChanged
from routing.conditions.vocabulary import RoleWords, condition
from routing.situation import Situation


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
def disagreement_with(s: Situation, roles: RoleWords) -> bool:
    """One of these roles is a side of the newest disagreement of the episode."""
    return any(side.role in roles for side in s.sides())


@condition
def without_reason(s: Situation) -> bool:
    """The report under way gives no reason."""
    report = s.event.report if s.event else None
    return isinstance(report, Decided | InterviewOutcome | ServiceChanged) and not (report.reason or "").strip()


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


@condition
def meeting_type(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """The type of the meeting that was held, or that the decision speaks of."""
    report = s.event.report if s.event else None
    return isinstance(report, MeetingHeld | Decided) and report.meeting_type in is_one_of
