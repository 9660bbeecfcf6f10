"""Ofsted's Annex A: one row for each child in care, with the episodes of 12 months and the last interview."""

from typing import Any

import pytest
from reporting_world import IN_CARE, asked, case, child, found, missing, outcome, refused, table_rows

from reporting.annex_a import ANNEX_A
from routing.case import Case

YEAR = "2025-10-01..2026-09-30"
REQUEST = asked("rhi.request", "2026-09-12 01:00", due="2026-09-15 00:30")


def row(*cases: Case, at: str | None = None, **record: Any) -> tuple[Any, ...] | None:
    told = table_rows(ANNEX_A, child(*cases, **(IN_CARE | record)), period=YEAR, at=at)
    assert len(told) < 2
    return told[0] if told else None


def away(start: str, end: str, *acts: Any, **told: Any) -> Case:
    return case(missing(start, **told), found(end), *acts, promises=[REQUEST])


LAST = ("2026-09-10 23:30", "2026-09-12 00:30")


def test_the_columns_are_those_of_the_list() -> None:
    assert [name.partition(" in the last")[0] for name in ANNEX_A.columns] == [
        "Child Unique ID",
        "Date of Birth",
        "Number of Episodes the Child has been 'Missing' from their Placement",
        "Number of Episodes the Child has been 'Absent' from their Placement",
        "Was the child offered a Return Interview after their last missing episode (Y/N)?",
        "Did the child accept a Return Interview after their last missing episode (Y/N)?",
    ]


def test_episodes_are_counted_child_by_child_missing_and_absent_apart() -> None:
    first = away("2026-01-10 12:00", "2026-01-11 12:00")
    absent = away("2026-02-10 12:00", "2026-02-10 22:00", classification="absent")
    held = away(*LAST, outcome("completed", "2026-09-13 12:00"))
    assert row(first, absent, held) == ("M31", "01/09/2011", 2, 1, "a) Yes", "a) Yes")


@pytest.mark.parametrize(
    ("start", "end", "counted"),
    [
        ("2025-09-20 12:00", "2025-09-30 23:59:59", 0),
        ("2025-09-20 12:00", "2025-10-01 00:00", 1),
        ("2026-09-30 23:59:59", "2026-10-02 12:00", 1),
        ("2026-10-01 00:00", "2026-10-02 12:00", 0),
    ],
)
def test_an_episode_counts_where_any_part_of_it_lies_in_the_months(start: str, end: str, counted: int) -> None:
    told = row(away(start, end))
    assert (told[2] if told else 0) == counted


@pytest.mark.parametrize(
    ("acts", "answers"),
    [
        ([], ("b) No", None)),
        (["offered"], ("a) Yes", "c) Unknown")),
        (["refused"], ("a) Yes", "b) No")),
        (["completed"], ("a) Yes", "a) Yes")),
        (["not_offered"], ("b) No", None)),
    ],
)
def test_what_became_of_the_interview(acts: list[str], answers: Any) -> None:
    told = row(away(*LAST, *(outcome(act, "2026-09-14 12:00") for act in acts)))
    assert told is not None
    assert told[4:] == answers


def test_the_last_missing_episode_that_is_over_is_asked_about() -> None:
    held = away("2026-01-10 12:00", "2026-01-11 12:00", outcome("completed", "2026-01-12 12:00"))
    gone = case(missing("2026-09-20 12:00"))
    told = row(held, gone)
    assert told is not None
    assert (told[2], *told[4:]) == (2, "a) Yes", "a) Yes")
    only = row(gone)
    assert only is not None
    assert only[4:] == ("c) Unknown", None)


def test_no_question_about_an_interview_where_the_child_was_only_absent() -> None:
    told = row(away("2026-02-10 12:00", "2026-02-10 22:00", classification="absent"))
    assert told is not None
    assert told[2:] == (0, 1, None, None)


def test_it_is_as_it_was_at_the_end_of_the_months() -> None:
    late = away("2026-09-28 12:00", "2026-09-29 12:00", outcome("completed", "2026-10-01 12:00"))
    told = row(late, at="2026-11-01 12:00")
    assert told is not None
    assert told[4:] == ("b) No", None)  # the limit of the request had passed


def test_children_in_care_of_this_authority_only() -> None:
    assert row(away(*LAST), plan="child_in_need") is None
    assert row(away(*LAST), responsible_authority="elsewhere") is None


def test_a_row_without_a_number_or_a_date_of_birth_is_named() -> None:
    assert refused(ANNEX_A, child(away(*LAST), plan="looked_after"), period=YEAR) == [
        (1, "Child Unique ID", None, "the register holds no such number of the child"),
        (1, "Date of Birth", None, "the register holds no date of birth"),
    ]
