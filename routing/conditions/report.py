"""What a rule may ask about the report that is being taken in just now, whatever it speaks of, and the event it
brought."""

from episodes.events import Event
from episodes.reports import Decided, Disagreement, InterviewOutcome, MeetingHeld, ServiceChanged
from routing.conditions.vocabulary import EventWords, MeetingTypes, RoleWords, Subjects, condition
from routing.periods import Period
from routing.situation import Situation


@condition
def event(s: Situation, is_one_of: EventWords) -> bool:
    """The report under way brought one of these events (or a narrower one)."""
    return any(e.is_one_of(is_one_of) for e in s.events)


@condition
def decided_by(s: Situation, event: Event, roles: RoleWords) -> bool:
    """The decision under way was taken by one of these roles."""
    report = event.report
    return isinstance(report, Decided) and report.by is not None and report.by.role in roles


@condition
def without_reason(s: Situation, event: Event) -> bool:
    """The report under way gives no reason."""
    report = event.report
    return isinstance(report, Decided | InterviewOutcome | ServiceChanged) and not (report.reason or "").strip()


@condition
def names_this_episode(s: Situation, event: Event) -> bool:
    """The decision that is being reported names this episode by its incident."""
    report = event.report
    return isinstance(report, Decided) and any(r.incident == report.value for r in s.episode.references)


@condition
def meeting_type(s: Situation, event: Event, is_one_of: MeetingTypes) -> bool:
    """The type of the meeting that was held, or that the decision speaks of."""
    report = event.report
    return isinstance(report, MeetingHeld | Decided) and report.meeting_type in is_one_of


@condition
def next_meeting_beyond(s: Situation, event: Event, period: Period) -> bool:
    """The meeting that is being reported agreed on a next date later than the period after it."""
    report = event.report
    if not isinstance(report, MeetingHeld) or report.next_at is None:
        return False
    return report.next_at > period.after(report.held_at, s.calendar)


@condition
def disagreement_about(s: Situation, is_one_of: Subjects) -> bool:
    """What the newest disagreement of the episode is about."""
    raised = [d.subject for d in s.episode.disagreements if d.stage == "raised"]
    return bool(raised) and raised[-1] in is_one_of


@condition
def disagreement_with(s: Situation, roles: RoleWords) -> bool:
    """One of these roles is a side of the newest disagreement of the episode."""
    return any(side.role in roles for side in s.sides())


@condition
def step(s: Situation, event: Event, number: int) -> bool:
    """How far up the ladder the disagreement under way goes: 1 when raised, one more for each step that failed."""
    report = event.report
    if not isinstance(report, Disagreement):
        return False
    return number == (1 if report.stage == "raised" else (report.step or 0) + 1)


@condition
def in_working_hours(s: Situation, event: Event) -> bool:
    """The report that is being taken in came in working hours (AMB-27)."""
    return s.calendar.is_open(event.report.origin.at)
