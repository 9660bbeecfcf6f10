"""How clocks are told on the pages: both ways, rounded down, in London time, and right when the clocks change."""

from datetime import datetime, timedelta

import pytest
from london import london

from desk.clock_words import (
    Bar,
    LimitStanding,
    bar_of,
    clock_change,
    day_and_hour,
    length_in_words,
    limit_in_words,
    standing_of,
    time_missing,
)

NIGHT = london("2026-03-05T02:04")


def after(hours: float = 0, minutes: float = 0, start: datetime = NIGHT) -> datetime:
    return start + timedelta(hours=hours, minutes=minutes)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-03-05T04:00", "04:00 today"),
        ("2026-03-05T01:29", "01:29 today"),
        ("2026-03-06T23:30", "23:30 tomorrow"),
        ("2026-03-07T09:05", "09:05 Sat 7 Mar"),
        ("2026-03-04T23:50", "23:50 Wed 4 Mar"),
        ("2026-03-11T00:00", "00:00 Wed 11 Mar (Tuesday night)"),
        ("2026-03-06T00:00", "00:00 Fri 6 Mar (Thursday night)"),
        ("2027-01-04T10:00", "10:00 Mon 4 Jan 2027"),
        ("2026-07-01T10:00", "10:00 Wed 1 Jul"),
    ],
)
def test_a_time_has_its_day(at: str, told: str) -> None:
    assert day_and_hour(london(at), NIGHT) == told


def test_the_hour_that_comes_twice_says_which_of_the_two_it_is() -> None:
    now = london("2026-10-24T12:00")
    assert day_and_hour(london("2026-10-25T01:30"), now) == "01:30 BST tomorrow"
    assert day_and_hour(london("2026-10-25T01:30", fold=1), now) == "01:30 GMT tomorrow"
    assert day_and_hour(london("2026-10-25T02:30"), now) == "02:30 tomorrow"


def test_today_is_the_day_in_london() -> None:
    now = london("2026-07-01T00:30")  # the evening before in UTC
    assert day_and_hour(london("2026-07-01T23:45"), now) == "23:45 today"


@pytest.mark.parametrize(
    ("hours", "minutes", "told"),
    [
        (0, 0, "under a minute"),
        (0, 0.99, "under a minute"),
        (0, 35.99, "35 min"),
        (2, 0, "2 h"),
        (2, 10, "2 h 10 min"),
        (23, 59.9, "23 h 59 min"),
        (24, 0, "1 day"),
        (45, 59, "1 day 21 h"),
        (48, 30, "2 days"),
        (71, 59, "2 days 23 h"),
        (72, 0, "3 days"),
        (95, 59, "3 days"),
    ],
)
def test_a_length_is_rounded_down(hours: float, minutes: float, told: str) -> None:
    assert length_in_words(timedelta(hours=hours, minutes=minutes)) == told


@pytest.mark.parametrize(
    ("hours", "told"),
    [(0.5, "30 min"), (26.57, "26 h 34 min"), (71.99, "71 h 59 min"), (72, "3 days"), (120, "5 days")],
)
def test_time_missing_is_told_in_hours_up_to_seventy_two(hours: float, told: str) -> None:
    assert time_missing(timedelta(hours=hours)) == told


@pytest.mark.parametrize(
    ("due", "told"),
    [
        (after(2, 10), "in 2 h 10 min, by 04:14 today"),
        (after(0, -35), "overdue by 35 min, since 01:29 today"),
        (after(45, 26), "in 1 day 21 h, by 23:30 tomorrow"),
        (after(0, 0.5), "now, by 02:04 today"),
        (after(0, -0.5), "now, since 02:03 today"),
        (after(0, -1), "overdue by 1 min, since 02:03 today"),
    ],
)
def test_a_limit_is_told_both_ways(due: datetime, told: str) -> None:
    assert limit_in_words(due, NIGHT) == told


@pytest.mark.parametrize(
    ("since", "due", "standing"),
    [
        (NIGHT, None, LimitStanding.NO_LIMIT),
        (after(-5), after(0, -1), LimitStanding.OVERDUE),
        (after(-5), NIGHT, LimitStanding.SOON),
        (after(-5), after(2), LimitStanding.SOON),
        (after(-5), after(2, 1), LimitStanding.LATER),
        (after(-65), after(7), LimitStanding.SOON),  # the last tenth of 72 hours
        (after(-64), after(8), LimitStanding.LATER),
        (None, after(3), LimitStanding.LATER),
    ],
)
def test_how_a_limit_stands(since: datetime | None, due: datetime | None, standing: LimitStanding) -> None:
    assert standing_of(since, due, NIGHT) is standing


def test_every_standing_has_a_shape_and_a_word_of_its_own() -> None:
    assert len({s.shape for s in LimitStanding}) == len({s.word for s in LimitStanding}) == len(LimitStanding)


@pytest.mark.parametrize(
    ("since", "due", "told"),
    [
        ("2026-10-23T21:00", "2026-10-26T20:00", "72 h from 21:00 Fri 23 Oct end 20:00 Mon 26 Oct: clocks went back"),
        (
            "2026-03-27T21:00",
            "2026-03-30T22:00",
            "72 h from 21:00 Fri 27 Mar end 22:00 Mon 30 Mar: clocks went forward",
        ),
        ("2026-03-10T21:00", "2026-03-13T21:00", ""),
        ("2026-10-23T21:00", "2026-10-26T20:30", ""),  # no length in hours: a limit of another kind
    ],
)
def test_a_limit_across_a_change_of_clocks_explains_itself(since: str, due: str, told: str) -> None:
    assert clock_change(london(since), london(due)) == told


def test_a_length_across_a_change_of_clocks_is_elapsed_time() -> None:
    assert limit_in_words(london("2026-10-25T03:00"), london("2026-10-25T00:00")) == "in 4 h, by 03:00 today"
    assert limit_in_words(london("2026-03-29T03:00"), london("2026-03-29T00:00")) == "in 2 h, by 03:00 today"


def test_a_bar_is_filled_as_far_as_the_time_has_run() -> None:
    assert bar_of(after(-18), after(54), NIGHT) == Bar(now=25.0, limit=100.0)
    assert bar_of(after(-36), after(36), NIGHT, [after(-12)]) == Bar(50.0, 100.0, (33.3,))


def test_a_bar_of_what_is_overdue_shows_the_limit_and_what_ran_past_it() -> None:
    bar = bar_of(after(-40), after(-10), NIGHT)
    assert bar == Bar(now=100.0, limit=75.0)
    assert bar.overdue


def test_a_limit_long_past_stands_half_way_and_milestones_keep_to_their_side_of_it() -> None:
    assert bar_of(after(-100), after(-90), NIGHT, [after(-95), after(-45), after(5)]) == Bar(100.0, 50.0, (25.0, 75.0))


@pytest.mark.parametrize(("since", "due"), [(None, after(1)), (after(-1), None), (after(2), after(1))])
def test_without_a_limit_or_a_start_there_is_no_bar(since: datetime | None, due: datetime | None) -> None:
    assert bar_of(since, due, NIGHT) is None
