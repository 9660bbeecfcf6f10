"""The missing table of the Standard Safeguarding Dataset, and when it says that an interview was offered."""

from typing import Any

import pytest
from reporting_world import (
    IN_CARE,
    asked,
    case,
    child,
    found,
    missing,
    outcome,
    refused,
    table_rows,
)

from reporting.safeguarding import SAFEGUARDING
from routing.case import Case

AWAY = (missing("2026-09-10 23:30"), found("2026-09-12 00:30"))
REQUEST = asked("rhi.request", "2026-09-12 01:00", due="2026-09-15 00:30")


def told(*cases: Case, at: str | None = None) -> list[tuple[Any, ...]]:
    return [row[2:] for row in table_rows(SAFEGUARDING, child(*cases), at=at)]


def interview(*cases: Case, at: str | None = None) -> list[tuple[Any, ...]]:
    """Offered and accepted, row by row."""
    return [row[3:] for row in told(*cases, at=at)]


def test_the_columns_are_those_of_the_dataset() -> None:
    case_ = case(*AWAY, outcome("completed", "2026-09-13 12:00"))
    assert table_rows(SAFEGUARDING, child(case_, **IN_CARE), system="compact") == [
        (case_.episode.id, "K-1", "2026-09-10T23:30:00", "M", "2026-09-12T00:30:00", "Y", "Y")
    ]
    assert SAFEGUARDING.columns == (
        "miss_table_id",
        "miss_person_id",
        "miss_missing_episode_start_date",
        "miss_missing_episode_type",
        "miss_missing_episode_end_date",
        "miss_missing_rhi_offered",
        "miss_missing_rhi_accepted",
    )


def test_a_row_without_a_person_or_with_too_long_a_number_is_named() -> None:
    long = child(case(*AWAY), identifiers=(("mosaic", "1" * 49),))
    fits = child(case(*AWAY), identifiers=(("mosaic", "1" * 48),))
    assert refused(SAFEGUARDING, child(case(*AWAY)), long, fits) == [
        (1, "miss_person_id", None, "the register holds no such number of the child"),
        (2, "miss_person_id", None, "it must be at most 48 characters"),
    ]


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([], ("N", None)),
        (["assigned"], ("N", None)),
        (["not_offered"], ("N", None)),
        (["withdrawn"], ("NA", None)),
        (["offered"], ("Y", None)),
        (["refused"], ("Y", "N")),
        (["refused", "completed"], ("Y", "Y")),
        (["offered", "withdrawn"], ("Y", None)),
    ],
)
def test_whether_an_interview_was_offered_and_accepted(results: list[str], expected: Any) -> None:
    acts = [outcome(result, f"2026-10-1{day} 12:00") for day, result in enumerate(results)]
    assert interview(case(*AWAY, *acts, promises=[REQUEST])) == [expected]


@pytest.mark.parametrize(
    ("at", "offered"),
    [
        ("2026-09-11 12:00", None),  # not back
        ("2026-09-12 02:00", None),
        ("2026-09-15 00:30", None),  # the limit itself is still in time
        ("2026-09-15 00:30:01", "N"),
    ],
)
def test_nothing_is_said_until_it_is_settled_or_its_limit_is_over(at: str, offered: str | None) -> None:
    assert interview(case(*AWAY, promises=[REQUEST]), at=at) == [(offered, None)]


def test_an_offer_counts_from_when_it_was_made_however_late() -> None:
    late = case(*AWAY, outcome("offered", "2026-09-20 12:00"), promises=[REQUEST])
    assert interview(late, at="2026-09-20 11:59:59") == [("N", None)]
    assert interview(late, at="2026-09-20 12:00:01") == [("Y", None)]


def test_a_decision_against_an_offer_settles_it_before_the_limit() -> None:
    settled = case(*AWAY, outcome("not_offered", "2026-09-13 12:00"), promises=[REQUEST])
    assert interview(settled, at="2026-09-13 12:00:01") == [("N", None)]


def test_where_the_procedure_sets_no_limit_72_hours_are_one() -> None:
    unlimited = case(*AWAY, promises=[asked("rhi.request", "2026-09-12 01:00")])
    assert interview(unlimited, at="2026-09-15 00:30") == [(None, None)]
    assert interview(unlimited, at="2026-09-15 00:30:01") == [("N", None)]


def test_where_nobody_asked_for_an_interview_it_is_not_applicable_after_the_limit() -> None:
    assert interview(case(*AWAY), at="2026-09-15 00:30") == [(None, None)]
    assert interview(case(*AWAY), at="2026-09-15 00:30:01") == [("NA", None)]


def test_every_child_is_in_it_with_the_end_that_is_known_now() -> None:
    spans = case(missing("2026-08-30 12:00"), found("2026-11-01 12:00"))
    assert told(spans) == [("2026-08-30T12:00:00", "M", "2026-11-01T12:00:00", "NA", None)]
    assert told(case(missing("2026-09-30 12:00"))) == [("2026-09-30T12:00:00", "M", None, None, None)]
    assert told(case(missing("2026-10-01 00:00"))) == []
