"""Counting the figures of a period, child by child. What each figure means is in `reporting.figures`."""

from datetime import datetime, timedelta
from statistics import mean, median

from enrichment.children import Child
from reporting.course import Course, course_of
from reporting.figures import Figures, MeetingCount
from reporting.interview import interview_of
from reporting.meetings import meetings_of
from reporting.situations import situation_of
from reporting.span import Span
from routing.case import Case

_HOUR = timedelta(hours=1)
_DAY, _THREE_DAYS = timedelta(hours=24), timedelta(hours=72)
_REPEAT, _REPEAT_DAYS = 3, 90


class Tally:
    """Figures in the making: `add` each child once, then ask for the `figures`."""

    def __init__(self, span: Span) -> None:
        self._span, self._made = span, Figures()
        self._lengths: list[timedelta] = []
        self._kinds: dict[str, MeetingCount] = {}

    def add(self, child: Child) -> None:
        started = []
        for case in child.cases.values():
            course = course_of(case.episode, self._span.until)
            if course is not None:
                self._episode(course)
                if course.counted and self._span.holds(course.start):
                    started.append(case)
            self._interview(child, case)
        self._child(child, started)
        self._meetings(child)

    def figures(self) -> Figures:
        hours = sorted(length / _HOUR for length in self._lengths)
        if hours:
            made = self._made.durations
            made.mean_hours, made.median_hours = round(mean(hours), 1), round(median(hours), 1)
            made.longest_hours = round(hours[-1], 1)
        self._made.meetings.by_kind = [self._kinds[kind] for kind in sorted(self._kinds)]
        return self._made

    def _episode(self, course: Course) -> None:
        made, here = self._made.episodes, self._span.holds(course.start)
        if not course.counted:
            made.retracted += here and course.standing == "retracted"
            made.absent_only += here and course.standing != "retracted"
            return
        made.started += here
        made.missing_at_start += course.start < self._span.since and not _over(course, self._span.since)
        made.missing_at_end += course.standing == "missing"
        if self._span.holds(course.end):
            made.returned += course.standing == "returned"
            made.ended_without_return += course.standing == "ended_without_return"
            self._length(course.length)

    def _length(self, length: timedelta | None) -> None:
        if length is None:
            return
        self._lengths.append(length)
        made = self._made.durations
        made.under_24_hours += length < _DAY
        made.from_24_to_72_hours += _DAY <= length < _THREE_DAYS
        made.from_72_hours += length >= _THREE_DAYS

    def _child(self, child: Child, started: list[Case]) -> None:
        if not started:
            return
        made, asked = self._made.children, [situation_of(child, case) for case in started]
        made.missing += 1
        made.more_than_once += len(started) > 1
        made.repeat += any(s.occasions() > 1 for s in asked)
        made.three_in_90_days += any(s.starts_within(_REPEAT_DAYS) >= _REPEAT for s in asked)

    def _interview(self, child: Child, case: Case) -> None:
        interview, span = interview_of(child, case, self._span.until), self._span
        if interview is None:
            return
        made = self._made.interviews
        made.requested += span.holds(interview.requested_at)
        made.offered += span.holds(interview.offered_at)
        made.outstanding_at_end += interview.outstanding
        made.overdue_at_end += interview.outstanding and interview.due is not None and interview.due < span.until
        if span.holds(interview.result_at):
            made.done += interview.result == "completed"
            made.done_within_72_hours += bool(interview.in_time)
            made.refused += interview.result == "refused"
            made.not_offered += interview.result == "not_offered"
            made.withdrawn += interview.result == "withdrawn"

    def _meetings(self, child: Child) -> None:
        made = self._made.meetings
        for meeting in meetings_of(child, self._span):
            asked = meeting.act == "requested"
            made.requested += asked
            made.held += not asked
            for kind in meeting.kinds:
                counted = self._kinds.setdefault(kind, MeetingCount(kind))
                counted.requested += asked
                counted.held += not asked


def _over(course: Course, at: datetime) -> bool:
    return course.end is not None and course.end < at
