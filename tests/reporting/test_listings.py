"""The lists behind the figures: who is in them, on both sides of each limit, and that the figures can be counted again
from them."""

from typing import Any

import pytest
from reporting_world import (
    SEPTEMBER,
    asked,
    case,
    child,
    counted,
    found,
    london,
    meeting,
    missing,
    outcome,
    retracted,
)

from enrichment.children import Child
from reporting.listings import EPISODES, INTERVIEWS, MEETINGS
from reporting.tables import Asked, ReportTable

NUMBERS = (("mosaic", "M31"), ("compact", "K-1"))
REQUEST = asked("rhi.request", "2026-09-11 12:00", due="2026-09-14 12:00")


def rows(table: ReportTable, *children: Child, system: str | None = None) -> list[dict[str, Any]]:
    wanted = Asked(SEPTEMBER, system)
    told = sorted((entry for each in children for entry in table.rows_of(each, wanted)), key=lambda entry: entry.at)
    return [dict(zip(table.columns, entry.cells, strict=True)) for entry in told]


def test_an_episode_with_all_that_is_told_of_it() -> None:
    earlier = case(missing("2026-07-10 12:00"), found("2026-07-10 13:00"))
    case_ = case(missing("2026-09-10 12:00", risk="high", missing_from="home"), found("2026-09-11 18:30"))
    (row,) = rows(EPISODES, child(earlier, case_, identifiers=NUMBERS, plan="looked_after"))
    assert row == {
        "child": "M31",
        "episode": case_.episode.id,
        "incidents": "XX P-1",
        "classification": "missing",
        "standing": "returned",
        "counted": True,
        "start": london("2026-09-10 12:00"),
        "end": london("2026-09-11 18:30"),
        "hours": 30.5,
        "occasion": 2,
        "starts_in_90_days": 2,
        "risk": "high",
        "missing_from": "home",
        "looked_after": True,
    }


@pytest.mark.parametrize(
    ("start", "end", "listed"),
    [
        ("2026-08-30 12:00", "2026-08-31 23:59:59", 0),
        ("2026-08-30 12:00", "2026-09-01 00:00:00", 1),
        ("2026-08-30 12:00", "2026-11-01 00:00:00", 1),
        ("2026-09-30 23:59:59", "2026-11-01 00:00:00", 1),
        ("2026-10-01 00:00:00", "2026-11-01 00:00:00", 0),
    ],
)
def test_episodes_under_way_in_the_period_are_listed(start: str, end: str, listed: int) -> None:
    assert len(rows(EPISODES, child(case(missing(start), found(end))))) == listed


def test_what_does_not_count_is_listed_and_says_so() -> None:
    absent = case(missing("2026-09-01 12:00", classification="absent"))
    taken_back = case(missing("2026-09-02 12:00"), retracted("2026-09-02 13:00"))
    long_ago = case(missing("2026-08-02 12:00"), retracted("2026-09-02 13:00"))
    told = rows(EPISODES, child(absent, taken_back, long_ago))
    seen = [(r["classification"], r["standing"], r["counted"], r["occasion"]) for r in told]
    assert seen == [("absent", "missing", False, None), ("missing", "retracted", False, None)]


def test_the_number_of_the_system_that_was_asked_for() -> None:
    known = child(case(missing("2026-09-10 12:00")), identifiers=NUMBERS)
    assert [rows(EPISODES, known, system=s)[0]["child"] for s in (None, "compact", "liquid_logic")] == [
        "M31",
        "K-1",
        "",
    ]


def test_an_interview_with_all_that_is_told_of_it() -> None:
    reports = (missing("2026-09-10 12:00"), found("2026-09-11 12:00"), outcome("offered", "2026-09-12 10:00"))
    case_ = case(*reports, outcome("completed", "2026-09-14 12:30"), promises=[REQUEST])
    (row,) = rows(INTERVIEWS, child(case_, identifiers=NUMBERS))
    assert row == {
        "child": "M31",
        "episode": case_.episode.id,
        "incidents": "XX P-1",
        "returned_at": london("2026-09-11 12:00"),
        "requested_at": london("2026-09-11 12:00"),
        "due": london("2026-09-14 12:00"),
        "offered_at": london("2026-09-12 10:00"),
        "result": "completed",
        "result_at": london("2026-09-14 12:30"),
        "hours_after_return": 72.5,
        "within_72_hours": False,
        "outstanding": False,
    }


@pytest.mark.parametrize(
    ("acts", "listed"),
    [
        ([], 1),  # outstanding ever since
        ([("completed", "2026-08-31 23:59:59")], 0),
        ([("completed", "2026-09-01 00:00:00")], 1),
        ([("completed", "2026-10-01 00:00:00")], 1),  # outstanding at the end
    ],
)
def test_interviews_with_an_act_in_the_period_or_outstanding_are_listed(acts: list[Any], listed: int) -> None:
    request = asked("rhi.request", "2026-08-20 12:00")
    case_ = case(
        missing("2026-08-20 10:00"), found("2026-08-20 12:00"), *(outcome(*a) for a in acts), promises=[request]
    )
    assert len(rows(INTERVIEWS, child(case_))) == listed


def test_meetings_are_listed_act_by_act() -> None:
    request = asked("meeting.request", "2026-09-12 10:00", due="2026-09-26 10:00", kind="mam")
    held = meeting("mam", "2026-09-20 10:00", "strategy_discussion")
    told = rows(MEETINGS, child(case(missing("2026-09-10 12:00"), held, held, promises=[request])))
    assert [(r["act"], r["kind"], r["at"], r["due"], r["also_counts_as"]) for r in told] == [
        ("requested", "mam", london("2026-09-12 10:00"), london("2026-09-26 10:00"), None),
        ("held", "mam", london("2026-09-20 10:00"), None, "strategy_discussion"),
    ]


def test_the_figures_can_be_counted_again_from_the_lists() -> None:
    back = (missing("2026-08-30 12:00"), found("2026-09-02 12:00"), outcome("completed", "2026-09-04 12:00"))
    request = asked("rhi.request", "2026-09-02 12:00")
    children = (
        child(case(*back, promises=[request]), case(missing("2026-09-20 12:00"))),
        child(case(missing("2026-09-21 12:00"), found("2026-09-22 12:00"), meeting("mam", "2026-09-23 12:00"))),
        child(case(missing("2026-09-21 12:00", classification="absent"))),
    )
    figures = counted(*children)
    listed = [r for r in rows(EPISODES, *children) if r["counted"]]
    assert figures.episodes.started == sum(SEPTEMBER.holds(r["start"]) for r in listed) == 2
    assert figures.episodes.returned == sum(r["standing"] == "returned" for r in listed) == 2
    assert figures.episodes.missing_at_end == sum(r["standing"] == "missing" for r in listed) == 1
    done = [r for r in rows(INTERVIEWS, *children) if r["result"] == "completed" and SEPTEMBER.holds(r["result_at"])]
    assert figures.interviews.done == len(done) == 1
    assert figures.interviews.done_within_72_hours == sum(r["within_72_hours"] for r in done) == 1
    assert figures.meetings.held == sum(r["act"] == "held" for r in rows(MEETINGS, *children)) == 1
