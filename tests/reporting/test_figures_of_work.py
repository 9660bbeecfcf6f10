"""What a period counts of children, return interviews and meetings."""

import pytest
from reporting_world import asked, case, child, counted, found, meeting, missing, outcome, retracted

from episodes.reports import Report
from reporting.figures import ChildFigures, InterviewFigures, MeetingCount
from reporting.span import Span
from routing.case import Case
from routing.messages import Promise

AWAY = (missing("2026-09-10 12:00"), found("2026-09-11 12:00"))
REQUEST = asked("rhi.request", "2026-09-11 12:00", due="2026-09-14 12:00")


def occasion(day: str) -> Case:
    """An episode of an hour at noon."""
    return case(missing(f"{day} 12:00"), found(f"{day} 13:00"))


def interviews(
    *reports: Report, promises: tuple[Promise, ...] = (REQUEST,), month: str = "2026-09"
) -> InterviewFigures:
    made = counted(child(case(*AWAY, *reports, promises=promises)), span=Span.parse(month))
    return made.interviews


# ---- children


def test_children_are_counted_once_and_repeats_apart() -> None:
    made = counted(
        child(occasion("2026-09-03")),
        child(occasion("2025-01-03"), occasion("2026-09-03")),
        child(occasion("2026-09-03"), occasion("2026-09-04")),
        child(occasion("2026-08-03"), occasion("2026-10-04")),
    ).children
    assert made == ChildFigures(missing=3, more_than_once=1, repeat=2)


@pytest.mark.parametrize(("first", "three"), [("2026-06-12", 1), ("2026-06-11", 0)])
def test_the_third_within_90_days_by_the_dates_of_the_starts(first: str, three: int) -> None:
    days = (first, "2026-08-01", "2026-09-10")
    assert counted(child(*map(occasion, days))).children.three_in_90_days == three


def test_neither_retracted_nor_absent_only_makes_a_repeat() -> None:
    before = case(missing("2026-09-01 12:00"), retracted("2026-09-01 13:00"))
    absent = case(missing("2026-09-02 12:00", classification="absent"), found("2026-09-02 13:00"))
    assert counted(child(before, absent, occasion("2026-09-10"))).children == ChildFigures(missing=1)


# ---- interviews


def test_one_that_was_asked_for_offered_and_held_in_time() -> None:
    made = interviews(outcome("offered", "2026-09-12 10:00"), outcome("completed", "2026-09-13 10:00"))
    assert made == InterviewFigures(requested=1, offered=1, done=1, done_within_72_hours=1)


@pytest.mark.parametrize(("held", "in_time"), [("2026-09-14 12:00:00", 1), ("2026-09-14 12:00:01", 0)])
def test_both_sides_of_72_hours_from_the_return(held: str, in_time: int) -> None:
    made = interviews(outcome("completed", held))
    assert (made.done, made.done_within_72_hours, made.offered) == (1, in_time, 1)


def test_a_return_that_is_put_right_puts_the_72_hours_right() -> None:
    reports = (outcome("completed", "2026-09-14 14:00"), found("2026-09-11 15:00"))
    assert interviews(reports[0]).done_within_72_hours == 0
    assert interviews(*reports).done_within_72_hours == 1


def test_without_a_return_nothing_was_held_in_time() -> None:
    made = counted(child(case(missing("2026-09-10 12:00"), outcome("completed", "2026-09-11 12:00"))))
    assert (made.interviews.done, made.interviews.done_within_72_hours) == (1, 0)


def test_each_act_belongs_to_the_period_in_which_it_happened() -> None:
    reports = (outcome("refused", "2026-09-30 23:59:59"), outcome("completed", "2026-10-01 00:00:00"))
    assert interviews(*reports) == InterviewFigures(requested=1, offered=1, refused=1)
    assert interviews(*reports, month="2026-10") == InterviewFigures(done=1)
    assert interviews(*reports, month="2026-Q3") == InterviewFigures(requested=1, offered=1, refused=1)


def test_what_is_held_after_all_was_not_refused() -> None:
    reports = (outcome("refused", "2026-09-12 10:00"), outcome("completed", "2026-09-20 10:00"))
    assert interviews(*reports) == InterviewFigures(requested=1, offered=1, done=1)


def test_outstanding_and_overdue_at_the_end() -> None:
    due_at_midnight = asked("rhi.request", "2026-09-28 10:00", due="2026-10-01 00:00:00")
    due_before = asked("rhi.request", "2026-09-28 10:00", due="2026-09-30 23:59:59")
    assert interviews(promises=(due_at_midnight,)) == InterviewFigures(requested=1, outstanding_at_end=1)
    assert interviews(promises=(due_before,)) == InterviewFigures(requested=1, outstanding_at_end=1, overdue_at_end=1)
    later = interviews(promises=(due_at_midnight,), month="2026-10")
    assert later == InterviewFigures(outstanding_at_end=1, overdue_at_end=1)


def test_assigned_and_offered_do_not_settle_it() -> None:
    made = interviews(outcome("assigned", "2026-09-12 10:00"), outcome("offered", "2026-09-13 10:00"))
    assert made == InterviewFigures(requested=1, offered=1, outstanding_at_end=1, overdue_at_end=1)


def test_settled_without_an_offer() -> None:
    assert interviews(outcome("not_offered", "2026-09-12 10:00")) == InterviewFigures(requested=1, not_offered=1)


def test_withdrawn_by_a_person_by_the_pack_and_by_a_retraction() -> None:
    withdrawn = InterviewFigures(requested=1, withdrawn=1)
    assert interviews(outcome("withdrawn", "2026-09-12 10:00")) == withdrawn
    assert interviews(promises=(REQUEST, asked("rhi.withdrawn", "2026-09-12 10:00"))) == withdrawn
    closed = asked("rhi.request", "2026-09-11 12:00", closed="2026-09-20 12:00")
    assert interviews(retracted("2026-09-20 12:00"), promises=(closed,)) == withdrawn


def test_one_that_is_retracted_later_is_not_outstanding_meanwhile() -> None:
    closed = asked("rhi.request", "2026-09-11 12:00", closed="2026-10-20 12:00")
    assert interviews(retracted("2026-10-20 12:00"), promises=(closed,)) == InterviewFigures(requested=1)
    assert interviews(retracted("2026-10-20 12:00"), promises=(closed,), month="2026-10") == InterviewFigures(
        withdrawn=1
    )


def test_asked_for_anew_after_it_was_withdrawn() -> None:
    promises = (REQUEST, asked("rhi.withdrawn", "2026-09-12 10:00"), asked("rhi.request", "2026-09-13 10:00"))
    assert interviews(promises=promises) == InterviewFigures(requested=1, outstanding_at_end=1)


# ---- meetings


def test_meetings_asked_for_and_held_by_kind() -> None:
    one = case(*AWAY, meeting("mam", "2026-09-20 10:00", "strategy_discussion"), promises=(
        asked("meeting.request", "2026-09-12 10:00", kind="mam"),
        asked("meeting.request", "2026-10-01 00:00", kind="mam"),
    ))  # fmt: skip
    made = counted(child(one)).meetings
    assert (made.requested, made.held) == (1, 1)
    assert made.by_kind == [MeetingCount("mam", 1, 1), MeetingCount("strategy_discussion", 0, 1)]


def test_a_meeting_that_two_tell_of_was_held_once() -> None:
    one = case(*AWAY, meeting("mam", "2026-09-20 10:00"), meeting("mam", "2026-09-20 10:00"))
    other = case(missing("2026-09-15 12:00"), meeting("mam", "2026-09-20 10:00"), meeting("mam", "2026-09-27 10:00"))
    assert counted(child(one, other)).meetings.held == 2


@pytest.mark.parametrize(("at", "held"), [("2026-09-30 23:59:59", 1), ("2026-10-01 00:00:00", 0)])
def test_both_sides_of_the_end_of_the_period(at: str, held: int) -> None:
    assert counted(child(case(*AWAY, meeting("mam", at)))).meetings.held == held
