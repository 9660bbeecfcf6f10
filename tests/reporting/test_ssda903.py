"""The missing periods of the SSDA903 return: who is in it, with which dates, and which rows it would refuse."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from reporting_world import (
    ABOUT,
    IN_CARE,
    case,
    child,
    entries,
    found,
    london,
    missing,
    origin,
    refused,
    retracted,
    table_rows,
)

from episodes.reports import Actor, ClockOverride, InvestigationEnded, StatusChanged
from reporting.ssda903 import SSDA903
from reporting.tables import Row
from routing.case import Case


def ssda903(*cases: Case, period: str = "2026-09", **record: Any) -> list[Row]:
    return table_rows(SSDA903, child(*cases, **(IN_CARE | record)), period=period)


AWAY = (missing("2026-09-10 23:30"), found("2026-09-12 00:30"))


def test_the_columns_are_those_of_the_collection() -> None:
    assert SSDA903.columns == ("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END")
    assert ssda903(case(*AWAY)) == [("M31", "01/09/2011", "M", "10/09/2026", "12/09/2026")]


@pytest.mark.parametrize("status", ["section_20", "interim_care_order", "care_order", "remand"])
def test_looked_after_by_legal_status_too(status: str) -> None:
    assert len(ssda903(case(*AWAY), plan=None, legal_status=status)) == 1


def test_no_child_who_is_not_looked_after_and_none_of_another_authority() -> None:
    assert ssda903(case(*AWAY), plan="child_in_need") == []
    assert ssda903(case(*AWAY), responsible_authority="elsewhere") == []
    assert len(ssda903(case(*AWAY), responsible_authority="Testshire")) == 1
    assert len(ssda903(case(*AWAY), responsible_authority="891")) == 1


@pytest.mark.parametrize(
    ("start", "end", "row"),
    [
        ("2026-08-30 12:00", "2026-08-31 23:59:59", None),
        ("2026-08-30 12:00", "2026-09-01 00:00:00", ("30/08/2026", "01/09/2026")),
        ("2026-08-30 12:00", "2026-11-01 12:00:00", ("30/08/2026", None)),
        ("2026-09-30 12:00", "2026-09-30 23:59:59", ("30/09/2026", "30/09/2026")),
        ("2026-09-30 12:00", "2026-10-01 00:00:00", ("30/09/2026", None)),
        ("2026-10-01 00:00", "2026-10-02 00:00:00", None),
    ],
)
def test_any_day_in_the_period_and_no_end_after_its_last_day(start: str, end: str, row: Any) -> None:
    told = [cells[3:] for cells in ssda903(case(missing(start), found(end)))]
    assert told == ([] if row is None else [row])


def test_one_that_is_not_over_has_no_end_even_where_the_police_ended_it() -> None:
    ended = InvestigationEnded(origin=origin(london("2026-09-12 09:00")), about=ABOUT)
    assert ssda903(case(missing("2026-09-10 12:00")))[0][3:] == ("10/09/2026", None)
    assert ssda903(case(missing("2026-09-10 12:00"), ended))[0][3:] == ("10/09/2026", None)


def test_retracted_waiting_or_only_found_is_no_row() -> None:
    waits = case(missing("2026-09-10 12:00"))
    waits = replace(waits, episode=replace(waits.episode, state="waiting"))
    taken_back = case(missing("2026-09-10 12:00"), retracted("2026-09-10 13:00"))
    assert ssda903(waits, taken_back, case(found("2026-09-10 12:00"))) == []


def code(*reports: Any) -> Any:
    return ssda903(case(*reports))[0][2]


def test_missing_or_away_without_authorisation() -> None:
    gone = "2026-09-10 12:00"
    lost = StatusChanged(origin=origin(london("2026-09-10 15:00")), about=ABOUT, location_known=False)
    worse = StatusChanged(origin=origin(london("2026-09-10 15:00")), about=ABOUT, to="missing")
    seen = StatusChanged(origin=origin(london("2026-09-10 15:00")), about=ABOUT, location_known=True)
    assert code(missing(gone)) == "M"
    assert code(missing(gone, classification="absent")) == "A"
    assert code(missing(gone, classification="absent"), worse) == "M"
    assert code(missing(gone, care_type="unauthorised_absence")) == "A"
    assert code(missing(gone, care_type="run_away")) == "M"
    assert code(missing(gone, location_known=True)) == "A"
    assert code(missing(gone, location_known=True), lost) == "M"
    assert code(missing(gone), seen) == "M"


def test_over_when_found_or_for_a_child_whose_place_was_known_when_back() -> None:
    back = found("2026-09-12 12:00", found_at=london("2026-09-11 12:00"))
    assert ssda903(case(missing("2026-09-10 12:00"), back))[0][4] == "11/09/2026"
    assert ssda903(case(missing("2026-09-10 12:00", location_known=True), back))[0][4] == "12/09/2026"


def test_it_starts_when_the_child_left_or_was_last_seen_by_a_responsible_adult() -> None:
    told = {"left_at": london("2026-09-08 12:00"), "last_seen_by_responsible_adult_at": london("2026-09-09 12:00")}
    assert ssda903(case(missing("2026-09-10 12:00", **told)))[0][3] == "09/09/2026"
    assert ssda903(case(missing("2026-09-10 12:00", left_at=told["left_at"])))[0][3] == "08/09/2026"
    at, value = london("2026-09-10 13:00"), london("2026-09-07 12:00")
    by = ClockOverride(origin=origin(at), about=ABOUT, value=value, reason="left earlier", by=Actor("worker"))
    assert ssda903(case(missing("2026-09-10 12:00", **told), by))[0][3] == "07/09/2026"


def test_a_correction_reaches_the_return() -> None:
    first = missing("2026-09-10 12:00")
    corrected = replace(first, origin=origin(london("2026-10-03 10:00")), reported_at=london("2026-08-31 23:30"))
    assert ssda903(case(first, found("2026-09-12 12:00"), corrected))[0][3:] == ("31/08/2026", "12/09/2026")


def test_each_row_that_the_collection_would_refuse_is_named_with_its_reason() -> None:
    early = case(missing("2026-09-10 12:00"), found("2026-09-08 12:00"))
    nameless = child(case(*AWAY), plan="looked_after")
    odd = child(early, **(IN_CARE | {"identifiers": (("mosaic", "M-31"),)}))
    twice = child(case(*AWAY), case(missing("2026-09-11 12:00")), **IN_CARE)
    unborn = child(case(missing("2026-09-20 12:00")), **(IN_CARE | {"date_of_birth": date(2026, 9, 20)}))
    told = refused(SSDA903, nameless, odd, twice, unborn)
    assert told == [
        (1, "CHILD", None, "it must be 1 to 10 letters or digits"),
        (1, "MIS_END", "567", "it is before the start"),
        (2, "CHILD", None, "the register holds no such number of the child"),
        (2, "DOB", None, "the register holds no date of birth"),
        (4, "MIS_START", "574", "an earlier period of the same child is not over by then"),
        (5, "MIS_START", "586", "it must be after the date of birth"),
        (5, "MIS_START", "574", "an earlier period of the same child is not over by then"),
    ]
    assert refused(SSDA903, child(case(*AWAY), **IN_CARE)) == []


def test_a_refusal_leads_to_the_episode_and_not_to_a_name() -> None:
    gone = case(*AWAY)
    told = entries(SSDA903, child(gone, plan="looked_after"))
    (first, *_) = SSDA903.refusals(told)
    assert (first.entry.episode.id, first.entry.incidents) == (gone.episode.id, "XX P-1")


def test_one_that_starts_on_the_day_the_one_before_is_over_does_not_overlap() -> None:
    both = child(case(*AWAY), case(missing("2026-09-12 20:00")), **IN_CARE)
    assert refused(SSDA903, both) == []
