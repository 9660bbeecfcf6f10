"""The lists that the figures of a period can be counted from again: episodes, return interviews, meetings.

They name a child by a number of the register and hold no other personal data. Where a time stands it is an instant.
"""

from collections.abc import Iterator
from datetime import timedelta

from enrichment.children import Child
from episodes.episode import Episode
from reporting.course import Course, course_of
from reporting.interview import interview_of
from reporting.meetings import meetings_of
from reporting.situations import situation_of
from reporting.tables import Asked, Cell, ReportTable, TableEntry
from routing.case import Case

_HOUR = timedelta(hours=1)


def _hours(length: timedelta | None) -> float | None:
    return None if length is None else round(length / _HOUR, 2)


def _who(child: Child, asked: Asked, episode: Episode) -> tuple[Cell, ...]:
    """What every list begins with."""
    return asked.number(child), episode.id, "; ".join(f"{r.force} {r.incident}" for r in episode.references)


def _episodes(child: Child, asked: Asked) -> Iterator[TableEntry]:
    """Every episode that was under way in the period; of those retracted, the ones that would have started in it."""
    for case in child.cases.values():
        course = course_of(case.episode, asked.span.until)
        if course is not None and _under_way(course, asked):
            yield TableEntry(course.start, _episode(child, case, course, asked), case.episode)


def _under_way(course: Course, asked: Asked) -> bool:
    if asked.span.holds(course.start) or course.standing == "retracted":
        return asked.span.holds(course.start)
    return course.end is None or course.end >= asked.span.since


def _episode(child: Child, case: Case, course: Course, asked: Asked) -> tuple[Cell, ...]:
    episode, situation = case.episode, situation_of(child, case)
    assert episode.missing is not None
    return (
        *_who(child, asked, episode),
        "absent" if course.absent else "missing",
        course.standing,
        course.counted,
        course.start,
        course.end,
        _hours(course.length),
        situation.occasions() if course.counted else None,
        situation.starts_within(90) if course.counted else None,
        episode.risk,
        episode.missing.missing_from,
        child.record.looked_after,
    )


def _interviews(child: Child, asked: Asked) -> Iterator[TableEntry]:
    """Every interview that was asked for, offered or settled in the period, or outstanding at its end."""
    for case in child.cases.values():
        interview = interview_of(child, case, asked.span.until)
        if interview is None:
            continue
        acts = [at for at in (interview.requested_at, interview.offered_at, interview.result_at) if at]
        if interview.outstanding or any(asked.span.holds(at) for at in acts):
            yield TableEntry(
                min(acts),
                (
                    *_who(child, asked, case.episode),
                    interview.returned_at,
                    interview.requested_at,
                    interview.due,
                    interview.offered_at,
                    interview.result,
                    interview.result_at,
                    _hours(interview.after_return),
                    interview.in_time,
                    interview.outstanding,
                ),
                case.episode,
            )


def _meetings(child: Child, asked: Asked) -> Iterator[TableEntry]:
    """A row for each meeting that was asked for in the period, and one for each that was held in it."""
    for meeting in meetings_of(child, asked.span):
        kind, *others = meeting.kinds
        told = (meeting.act, kind, meeting.at, meeting.due, "; ".join(others) or None, meeting.type)
        yield TableEntry(meeting.at, (*_who(child, asked, meeting.episode), *told), meeting.episode)


_WHO = ("child", "episode", "incidents")

EPISODES = ReportTable(
    (
        *_WHO,
        *("classification", "standing", "counted", "start", "end", "hours", "occasion", "starts_in_90_days"),
        *("risk", "missing_from", "looked_after"),
    ),
    _episodes,
)
INTERVIEWS = ReportTable(
    (
        *_WHO,
        *("returned_at", "requested_at", "due", "offered_at", "result", "result_at"),
        *("hours_after_return", "within_72_hours", "outstanding"),
    ),
    _interviews,
)
MEETINGS = ReportTable((*_WHO, "act", "kind", "at", "due", "also_counts_as", "meeting_type"), _meetings)
