"""The period of a report: how it is written, and that its days are those of London."""

from datetime import UTC, date, datetime

import pytest
from reporting_world import london

from reporting.span import Span


@pytest.mark.parametrize(
    ("text", "first", "last", "name"),
    [
        ("2026-09", "2026-09-01", "2026-09-30", "2026-09"),
        ("2026-12", "2026-12-01", "2026-12-31", "2026-12"),
        ("2028-02", "2028-02-01", "2028-02-29", "2028-02"),
        ("2026-Q1", "2026-01-01", "2026-03-31", "2026-01/2026-03"),
        ("2026-q4", "2026-10-01", "2026-12-31", "2026-10/2026-12"),
        ("2026-04-01..2027-03-31", "2026-04-01", "2027-03-31", "2026-04-01..2027-03-31"),
        ("2026/27", "2026-04-01", "2027-03-31", "2026-04-01..2027-03-31"),
        ("2099/00-Q1", "2099-04-01", "2099-06-30", "2099-04/2099-06"),
        ("2026/27-Q1", "2026-04-01", "2026-06-30", "2026-04/2026-06"),
        ("2026/27-Q2", "2026-07-01", "2026-09-30", "2026-07/2026-09"),
        ("2026/27-q3", "2026-10-01", "2026-12-31", "2026-10/2026-12"),
        ("2026/27-Q4", "2027-01-01", "2027-03-31", "2027-01/2027-03"),
        ("2026-09-08..2026-09-08", "2026-09-08", "2026-09-08", "2026-09-08..2026-09-08"),
        ("2026-09-01..2026-09-30", "2026-09-01", "2026-09-30", "2026-09"),
    ],
)
def test_a_period_is_read_and_named(text: str, first: str, last: str, name: str) -> None:
    span = Span.parse(text)
    assert span == Span(date.fromisoformat(first), date.fromisoformat(last))
    assert span.name == name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-Q3", "1 July 2026 to 30 September 2026 (calendar quarter 2026-Q3, council quarter 2026/27-Q2)"),
        ("2026/27-Q3", "1 October 2026 to 31 December 2026 (calendar quarter 2026-Q4, council quarter 2026/27-Q3)"),
        ("2026/27-Q4", "1 January 2027 to 31 March 2027 (calendar quarter 2027-Q1, council quarter 2026/27-Q4)"),
        ("2026-04-01..2027-03-31", "1 April 2026 to 31 March 2027 (council year 2026/27)"),
        ("2026-09", "1 September 2026 to 30 September 2026"),
        ("2026-01-01..2026-12-31", "1 January 2026 to 31 December 2026"),
    ],
)
def test_the_two_ways_of_counting_quarters_are_told_apart(text: str, told: str) -> None:
    assert Span.parse(text).told == told


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2026-13", "is not a period"),
        ("2026-00", "is not a period"),
        ("2026-Q5", "is not a period"),
        ("2026/28", "is not a period"),
        ("2026/27-Q5", "is not a period"),
        ("2026/2027", "is not a period"),
        ("2026-02-30..2026-03-01", "is not a period"),
        ("20260901..20260930", "is not a period"),
        ("September", "is not a period"),
        ("", "is not a period"),
        ("2026-09-02..2026-09-01", "ends before it starts"),
        ("9999-12", "is not a period"),
        ("1899-01", "outside the years"),
        ("2026-01-01..2100-01-01", "outside the years"),
    ],
)
def test_what_is_no_period_is_told_with_the_forms(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Span.parse(text)


def test_the_limits_are_the_midnights_of_london_in_summer_and_in_winter() -> None:
    march, october = Span.parse("2026-03"), Span.parse("2026-10")
    assert (march.since, march.until) == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 31, 23, tzinfo=UTC))
    assert (october.since, october.until) == (datetime(2026, 9, 30, 23, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "inside"),
    [
        ("2026-08-31 23:59:59", False),
        ("2026-09-01 00:00:00", True),
        ("2026-09-30 23:59:59", True),
        ("2026-10-01 00:00:00", False),
    ],
)
def test_both_sides_of_both_limits(at: str, inside: bool) -> None:
    assert Span.parse("2026-09").holds(london(at)) is inside


def test_the_month_and_the_quarter_under_way_are_those_of_london() -> None:
    at = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # half past midnight on 1 July in London
    assert Span.month_of(at).name == "2026-07"
    assert Span.quarter_of(at).name == "2026-07/2026-09"
    assert not Span.month_of(at).holds(None)
