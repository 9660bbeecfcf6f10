"""What a rule may ask for the record of an episode: which times are known, how it ended, what stands beside it."""

from episodes.reports import Decided, Found, MeetingHeld
from routing.conditions.vocabulary import EndReasons, RoleWords, TimeWords, condition
from routing.periods import Elapsed, Period
from routing.situation import Situation


@condition
def times_given(s: Situation, any_of: TimeWords) -> bool:
    """What is known of the episode gives one of these times."""
    report = s.episode.missing
    return report is not None and any(getattr(report, name) is not None for name in any_of)


@condition
def end_reason_given(s: Situation) -> bool:
    """The found report says how the episode ended."""
    found = _found(s)
    return found is not None and found.end_reason is not None


@condition
def end_reason(s: Situation, is_one_of: EndReasons) -> bool:
    """How the episode ended."""
    found = _found(s)
    return found is not None and found.end_reason in is_one_of


@condition
def found_told_by(s: Situation, roles: RoleWords) -> bool:
    """One of these roles says that the child was found, not the police."""
    found = _found(s)
    return found is not None and found.by is not None and found.by.role in roles


@condition
def found_where_known(s: Situation) -> bool:
    """The found report says where."""
    found = _found(s)
    return found is not None and bool(found.details.get("found_where"))


@condition
def earlier_completed_by(s: Situation, roles: RoleWords, within: Elapsed) -> bool:
    """One of these roles has said, no longer ago than that, that an earlier episode ended, and where."""
    found = (c.episode.found for c in s.others if c.episode.back and c.episode.found)
    told = (f for f in found if f.by and f.by.role in roles and f.details.get("found_where"))
    return any(s.as_of - f.origin.at <= within.elapsed() for f in told)


@condition
def another_waits(s: Situation) -> bool:
    """A new report about the child waits for this episode to end."""
    return any(case.episode.state == "waiting" for case in s.others)


@condition
def in_working_hours(s: Situation) -> bool:
    """The report that is being taken in came in working hours (AMB-27)."""
    return s.calendar.is_open(s.event.report.origin.at if s.event else s.as_of)


@condition
def next_meeting_beyond(s: Situation, period: Period) -> bool:
    """The meeting that is being reported agreed on a next date later than the period after it."""
    report = s.event.report if s.event else None
    if not isinstance(report, MeetingHeld) or report.next_at is None:
        return False
    return report.next_at > period.after(report.held_at, s.calendar)


@condition
def linked(s: Situation) -> bool:
    """Episodes of relatives who were reported together with the child are linked to this one."""
    return bool(s.episode.linked)


@condition
def names_this_episode(s: Situation) -> bool:
    """The decision that is being reported names this episode by its incident."""
    report = s.event.report if s.event else None
    return isinstance(report, Decided) and any(r.incident == report.value for r in s.episode.references)


def _found(s: Situation) -> Found | None:
    """The found report under way, which may yet be rejected, else the one that stands."""
    report = s.event.report if s.event else None
    return report if isinstance(report, Found) else s.episode.found
