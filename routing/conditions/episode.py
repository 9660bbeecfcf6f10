"""What a rule may ask about the episode at hand: whether the child is missing or back, since when, from where, how it
ended, and in which times and grades it was reported."""

from datetime import timedelta
from typing import Literal

from episodes.events import Event
from episodes.reports import Found
from routing.calendar import london_date
from routing.closed_lists import CareType, Grade, MissingFrom, ReportTime
from routing.conditions.vocabulary import EndReasons, RoleWords, condition
from routing.periods import Elapsed
from routing.situation import Situation


@condition
def still_missing(s: Situation) -> bool:
    """The child has not been found and the report has not been taken back."""
    return s.episode.still_missing


@condition
def back(s: Situation) -> bool:
    """The child was found or has returned."""
    return s.episode.back


@condition
def back_home(s: Situation) -> bool:
    """The report of the return says when the child was back at home or in the placement."""
    return s.episode.back and s.episode.found is not None and s.episode.found.returned_at is not None


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
def risk(s: Situation, is_one_of: tuple[Grade, ...]) -> bool:
    """The police risk grade at present."""
    return s.episode.risk in is_one_of


@condition
def missing_for(
    s: Situation, over: Elapsed | None = None, at_least: Elapsed | None = None, at_most: Elapsed | None = None
) -> bool:
    """How long the child was missing, from the start to the return, in elapsed time; false before the return."""
    lasted = s.episode.duration
    return lasted is not None and _within(lasted, over, at_least, at_most)


@condition
def last_seen_would_matter(s: Situation, over: Elapsed, at_least: Elapsed) -> bool:
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


@condition
def times_given(s: Situation, any_of: tuple[ReportTime, ...]) -> bool:
    """What is known of the episode gives one of these times."""
    report = s.episode.missing
    return report is not None and any(getattr(report, name) is not None for name in any_of)


@condition
def missing_from(s: Situation, is_one_of: tuple[MissingFrom, ...]) -> bool:
    """Where the child went missing from, as it was reported."""
    report = s.episode.missing
    return report is not None and report.missing_from in is_one_of


@condition
def care_type(s: Situation, is_one_of: tuple[CareType, ...]) -> bool:
    """How a child in care is missing, as it was reported."""
    report = s.episode.missing
    return report is not None and report.care_type in is_one_of


@condition
def whereabouts_known(s: Situation) -> bool:
    """The newest report that speaks of it says where the child is; nothing said counts as not known."""
    return s.episode.location_known is True


@condition
def end_reason_given(s: Situation, event: Event) -> bool:
    """The found report says how the episode ended."""
    found = _found(s, event)
    return found is not None and found.end_reason is not None


@condition
def end_reason(s: Situation, event: Event, is_one_of: EndReasons) -> bool:
    """How the episode ended."""
    found = _found(s, event)
    return found is not None and found.end_reason in is_one_of


@condition
def found_told_by(s: Situation, event: Event, roles: RoleWords) -> bool:
    """One of these roles says that the child was found, not the police."""
    found = _found(s, event)
    return found is not None and found.by is not None and found.by.role in roles


@condition
def found_where_known(s: Situation, event: Event) -> bool:
    """The found report says where."""
    found = _found(s, event)
    return found is not None and bool(found.details.get("found_where"))


@condition
def several_forces(s: Situation) -> bool:
    """More than one police force knows of the episode, or the child has links to the area of another."""
    forces = {reference.force for reference in s.episode.references}
    return len(forces | {*s.record.linked_forces}) > 1


@condition
def linked(s: Situation) -> bool:
    """Episodes of relatives who were reported together with the child are linked to this one."""
    return bool(s.episode.linked)


def _within(span: timedelta, over: Elapsed | None, at_least: Elapsed | None, at_most: Elapsed | None) -> bool:
    return (
        (over is None or span > over.elapsed())
        and (at_least is None or span >= at_least.elapsed())
        and (at_most is None or span <= at_most.elapsed())
    )


def _found(s: Situation, event: Event) -> Found | None:
    """The found report under way, which may yet be rejected, else the one that stands."""
    return event.report if isinstance(event.report, Found) else s.episode.found
