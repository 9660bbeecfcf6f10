"""Working days and hours in England, and lengths of time over month ends, Easter, Christmas, folds and gaps."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from london import london

from routing.calendar import LONDON, Calendar, london_date
from routing.periods import Period

CALENDAR = Calendar()


def ends(period: str, start: datetime) -> datetime:
    return Period.parse(period).after(start, CALENDAR)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-06-01", True),
        ("2026-06-06", False),
        ("2026-06-07", False),
        ("2026-04-02", True),
        ("2026-04-03", False),
        ("2026-04-06", False),
        ("2026-05-04", False),
        ("2026-05-25", False),
        ("2026-08-31", False),
        ("2026-12-24", True),
        ("2026-12-25", False),
        ("2026-12-28", False),
        ("2027-01-01", False),
        ("2022-01-03", False),
        ("2026-11-30", True),
        ("2026-03-17", True),
    ],
)
def test_working_days_are_those_of_england(day: str, works: bool) -> None:
    assert CALENDAR.is_working_day(date.fromisoformat(day)) is works


def test_a_closure_of_the_authority_is_no_working_day() -> None:
    closed = Calendar(closures=frozenset({date(2026, 12, 24)}))
    assert not closed.is_working_day(date(2026, 12, 24))
    assert closed.end_of_working_day(london("2026-12-23T12:00"), 1) == london("2026-12-29T17:00")


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-06-01T08:59:59.999999", False),
        ("2026-06-01T09:00", True),
        ("2026-06-01T16:59:59.999999", True),
        ("2026-06-01T17:00", False),
        ("2026-01-05T09:00", True),
        ("2026-06-06T12:00", False),
        ("2026-04-03T12:00", False),
    ],
)
def test_the_office_opens_at_nine_and_is_closed_at_five(at: str, is_open: bool) -> None:
    assert CALENDAR.is_open(london(at)) is is_open


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-06-01T16:59", "2026-06-01T17:00"),
        ("2026-06-01T17:00", "2026-06-02T17:00"),
        ("2026-06-01T00:30", "2026-06-01T17:00"),
        ("2026-06-05T17:00", "2026-06-08T17:00"),
        ("2026-06-06T09:00", "2026-06-08T17:00"),
        ("2026-04-02T17:00", "2026-04-07T17:00"),
        ("2026-12-24T18:00", "2026-12-29T17:00"),
        ("2026-12-31T23:59", "2027-01-04T17:00"),
    ],
)
def test_the_same_working_day_is_today_until_five(received: str, due: str) -> None:
    assert ends("same_working_day", london(received)) == london(due)


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        ("2026-06-01T12:00", "5wd", "2026-06-08T17:00"),
        ("2026-06-05T23:30", "1wd", "2026-06-08T17:00"),
        ("2026-06-06T12:00", "1wd", "2026-06-08T17:00"),
        ("2026-04-01T12:00", "2wd", "2026-04-07T17:00"),
        ("2026-12-23T12:00", "3wd", "2026-12-30T17:00"),
        ("2026-01-31T12:00", "1mo", "2026-02-28T12:00"),
        ("2028-01-31T12:00", "1mo", "2028-02-29T12:00"),
        ("2026-08-31T12:00", "6mo", "2027-02-28T12:00"),
        ("2026-11-30T12:00", "3mo", "2027-02-28T12:00"),
        ("2026-12-15T12:00", "1mo", "2027-01-15T12:00"),
        ("2026-03-17T12:00", "6w", "2026-04-28T12:00"),
        ("2026-03-17T12:00", "28d", "2026-04-14T12:00"),
        ("2026-03-17T12:00", "30min", "2026-03-17T12:30"),
    ],
)
def test_days_and_months_are_those_of_the_wall_clock(start: str, period: str, end: str) -> None:
    assert ends(period, london(start)) == london(end)


def test_hours_are_elapsed_whatever_the_wall_clock_does() -> None:
    for start in ("2026-03-28T12:00", "2026-10-24T12:00"):
        assert ends("72h", london(start)) - london(start) == timedelta(hours=72)


def test_a_civil_day_over_a_change_of_the_clocks_has_another_length() -> None:
    assert ends("1d", london("2026-03-28T12:00")) - london("2026-03-28T12:00") == timedelta(hours=23)
    assert ends("1d", london("2026-10-24T12:00")) - london("2026-10-24T12:00") == timedelta(hours=25)


def test_a_time_in_the_spring_gap_moves_forward() -> None:
    assert ends("1d", london("2026-03-28T01:30")) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert ends("1d", london("2026-03-28T01:30")).astimezone(LONDON).time() == time(2, 30)


def test_a_time_in_the_autumn_fold_is_the_first_of_the_two() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert ends("1d", london("2026-10-24T01:30")) == first
    # One that begins in the second hour of the fold ends at the same time of the wall a day later.
    assert ends("1d", london("2026-10-25T01:30", fold=1)) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)
    assert ends("7d", london("2026-10-18T01:30")) == first


def test_the_date_is_that_of_london() -> None:
    assert london_date(datetime(2026, 6, 1, 23, 30, tzinfo=UTC)) == date(2026, 6, 2)
    assert london_date(datetime(2026, 1, 1, 23, 30, tzinfo=UTC)) == date(2026, 1, 1)


@pytest.mark.parametrize("text", ["72h", "28d", "6w", "6mo", "5wd", "30min", "same_working_day", "1h"])
def test_a_period_is_written_as_it_is_read(text: str) -> None:
    assert str(Period.parse(text)) == text


@pytest.mark.parametrize("text", ["", "72", "h", "72 h", "-1h", "1.5h", "3y", "72H", "same working day", "1h30min"])
def test_what_is_no_period_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(ValueError, match="write 30min, 72h, 28d, 6w, 6mo, 5wd, 4wh or same_working_day"):
        Period.parse(text)


def test_only_hours_and_minutes_are_elapsed_time() -> None:
    assert Period.parse("72h").elapsed() == timedelta(hours=72)
    assert Period.parse("30min").elapsed() == timedelta(minutes=30)
    for text in ("3d", "1w", "1mo", "5wd", "same_working_day"):
        with pytest.raises(ValueError, match="write hours"):
            Period.parse(text).elapsed()
