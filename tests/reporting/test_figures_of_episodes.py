"""Which episodes a period counts, and as what: both sides of its limits, and what was taken back or put right."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reporting_world import ABOUT, SEPTEMBER, case, child, counted, found, london, missing, origin, retracted

from episodes.episode import Terms
from episodes.reports import Actor, ClockOverride, InvestigationEnded, StatusChanged
from reporting.figures import EpisodeFigures
from reporting.span import Span


def episodes(*reports: object, span: Span = SEPTEMBER, terms: Terms | None = None) -> EpisodeFigures:
    return counted(child(case(*reports, terms=terms)), span=span).episodes  # type: ignore[arg-type]


def test_an_episode_within_the_period() -> None:
    made = episodes(missing("2026-09-10 12:00"), found("2026-09-11 18:00"))
    assert made == EpisodeFigures(started=1, returned=1)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-08-31 23:59:59", "2026-09-01 00:00:00", EpisodeFigures(missing_at_start=1, returned=1)),
        ("2026-08-31 20:00:00", "2026-08-31 23:59:59", EpisodeFigures()),
        ("2026-09-01 00:00:00", "2026-09-01 01:00:00", EpisodeFigures(started=1, returned=1)),
        ("2026-09-30 23:59:59", "2026-10-01 00:00:00", EpisodeFigures(started=1, missing_at_end=1)),
        ("2026-09-30 20:00:00", "2026-09-30 23:59:59", EpisodeFigures(started=1, returned=1)),
        ("2026-10-01 00:00:00", "2026-10-01 01:00:00", EpisodeFigures()),
        ("2026-08-20 12:00:00", "2026-10-20 12:00:00", EpisodeFigures(missing_at_start=1, missing_at_end=1)),
    ],
)
def test_both_sides_of_each_limit(start: str, end: str, expected: EpisodeFigures) -> None:
    assert episodes(missing(start), found(end)) == expected


def test_one_that_is_not_over_is_missing_at_the_end_of_each_period_since() -> None:
    reports = (missing("2026-09-10 12:00"),)
    assert episodes(*reports) == EpisodeFigures(started=1, missing_at_end=1)
    assert episodes(*reports, span=Span.parse("2026-10")) == EpisodeFigures(missing_at_start=1, missing_at_end=1)


def test_one_that_the_police_ended_without_a_return() -> None:
    ended = InvestigationEnded(
        origin=origin(london("2026-09-12 09:00")), about=ABOUT, ended_at=london("2026-09-11 09:00")
    )
    reports = (missing("2026-09-10 12:00"), ended)
    assert episodes(*reports) == EpisodeFigures(started=1, ended_without_return=1)
    assert episodes(*reports, terms=Terms(investigation_ends=False)) == EpisodeFigures(started=1, missing_at_end=1)
    assert episodes(*reports, found("2026-10-02 12:00")) == EpisodeFigures(started=1, missing_at_end=1)


def test_a_retracted_one_never_was() -> None:
    made = counted(child(case(missing("2026-09-10 12:00"), retracted("2026-10-05 09:00"))))
    assert made.episodes == EpisodeFigures(retracted=1)
    assert made.children.missing == 0


def test_one_that_was_absent_throughout_stands_apart_unless_the_terms_call_it_missing() -> None:
    absent = (missing("2026-09-10 12:00", classification="absent"), found("2026-09-10 20:00"))
    assert episodes(*absent) == EpisodeFigures(absent_only=1)
    assert episodes(*absent, terms=Terms(absent="missing")) == EpisodeFigures(started=1, returned=1)
    worse = StatusChanged(origin=origin(london("2026-09-10 18:00")), about=ABOUT, to="missing")
    assert episodes(absent[0], worse, absent[1]) == EpisodeFigures(started=1, returned=1)


def test_a_found_report_alone_is_no_episode_and_one_that_waits_is_none_yet() -> None:
    assert episodes(found("2026-09-10 12:00")) == EpisodeFigures()
    waits = case(missing("2026-09-10 12:00"))
    waits = replace(waits, episode=replace(waits.episode, state="waiting"))
    assert counted(child(waits)).episodes == EpisodeFigures()


def test_a_correction_moves_an_episode_into_another_period() -> None:
    first = missing("2026-09-01 00:30", revision=1)
    corrected = replace(first, origin=origin(london("2026-10-03 10:00")), reported_at=london("2026-08-31 23:30"))
    reports = (first, found("2026-09-01 05:00"), replace(corrected, revision=2))
    assert episodes(*reports) == EpisodeFigures(missing_at_start=1, returned=1)
    assert episodes(*reports, span=Span.parse("2026-08")) == EpisodeFigures(started=1, missing_at_end=1)


def test_a_return_that_is_put_right_moves_too() -> None:
    reports = (missing("2026-09-29 12:00"), found("2026-09-30 23:00"), found("2026-10-01 02:00"))
    assert episodes(*reports) == EpisodeFigures(started=1, missing_at_end=1)


def test_a_person_who_sets_the_clock_sets_the_day_that_counts() -> None:
    at, value = london("2026-10-02 09:00"), london("2026-10-01 00:00")
    by = ClockOverride(origin=origin(at), about=ABOUT, value=value, reason="away with leave", by=Actor("worker"))
    assert episodes(missing("2026-09-30 22:00"), by) == EpisodeFigures()


def test_a_return_before_the_start_ends_where_it_began() -> None:
    made = counted(child(case(missing("2026-09-10 12:00"), found("2026-08-10 12:00"))))
    assert made.episodes == EpisodeFigures(started=1, returned=1)
    assert made.durations.longest_hours == 0


@pytest.mark.parametrize(
    ("end", "group"),
    [
        ("2026-09-11 11:59:59", "under_24_hours"),
        ("2026-09-11 12:00:00", "from_24_to_72_hours"),
        ("2026-09-13 11:59:59", "from_24_to_72_hours"),
        ("2026-09-13 12:00:00", "from_72_hours"),
    ],
)
def test_both_sides_of_24_and_of_72_hours(end: str, group: str) -> None:
    made = counted(child(case(missing("2026-09-10 12:00"), found(end)))).durations
    assert getattr(made, group) == 1
    assert made.under_24_hours + made.from_24_to_72_hours + made.from_72_hours == 1


def test_hours_are_elapsed_ones_over_the_change_of_clocks() -> None:
    night = case(missing("2026-10-24 12:00"), found("2026-10-25 12:00"))
    made = counted(child(night), span=Span.parse("2026-10")).durations
    assert made.longest_hours == 25


def test_mean_median_and_longest_are_of_those_who_returned_in_the_period() -> None:
    made = counted(
        child(case(missing("2026-08-30 00:00"), found("2026-09-01 02:00"))),
        child(case(missing("2026-09-10 12:00"), found("2026-09-10 16:00"))),
        child(case(missing("2026-09-10 12:00"), found("2026-09-10 22:00"))),
        child(case(missing("2026-09-29 12:00"), found("2026-10-10 12:00"))),
    ).durations
    assert (made.mean_hours, made.median_hours, made.longest_hours) == (21.3, 10.0, 50.0)


def test_without_a_return_there_are_no_hours() -> None:
    made = counted(child(case(missing("2026-09-29 12:00")))).durations
    assert (made.mean_hours, made.median_hours, made.longest_hours) == (None, None, None)


def _minute(number: int) -> str:
    return f"{datetime(2026, 6, 20, tzinfo=UTC) + timedelta(minutes=number):%Y-%m-%d %H:%M}"


INSTANTS = st.integers(0, 150 * 24 * 60).map(_minute)  # from 20 June 2026 on, as a London clock shows them


@given(st.lists(st.tuples(INSTANTS, st.none() | INSTANTS), max_size=8))
def test_what_there_was_and_what_came_is_what_went_and_what_is_left(pairs: list[tuple[str, str | None]]) -> None:
    """In each month, whatever was reported; and the months of a quarter add up to it."""
    cases = [case(missing(start), *([found(end)] if end else [])) for start, end in pairs]
    months = [counted(child(*cases), span=Span.parse(f"2026-{month:02}")).episodes for month in (7, 8, 9)]
    quarter = counted(child(*cases), span=Span.parse("2026-Q3")).episodes
    for made in (*months, quarter):
        assert made.missing_at_start + made.started == made.returned + made.missing_at_end
    assert [m.missing_at_end for m in months[:2]] == [m.missing_at_start for m in months[1:]]
    assert quarter.started == sum(m.started for m in months)
    assert quarter.returned == sum(m.returned for m in months)
    assert (quarter.missing_at_start, quarter.missing_at_end) == (months[0].missing_at_start, months[-1].missing_at_end)
