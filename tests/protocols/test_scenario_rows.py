"""The rows of a scenario table: what they match, and how a table that cannot be read says so."""

from datetime import UTC, datetime
from typing import Any

import pytest

from homeward.scenarios.comparing import matches, row_faults
from homeward.scenarios.filling import instant
from homeward.scenarios.reading import ScenarioError, read_scenarios
from homeward.scenarios.writing import as_written, message_as_row

HEAD = '[[scenario]]\nid = "a"\ntitle = "t"\n'
REPORTS = 'reports = [{at = 2026-05-11 10:00:00, type = "police.missing"}]\n'
EXPECT = 'expect = [{type = "episode.open"}]\n'


def said(**data: Any) -> dict[str, Any]:
    common = {"incident": "P-1", "kind": None, "due": None, "clauses": ["A-1", "A-2"]}
    to = [{"role": "mash", "person": None}, {"role": "worker", "person": "w1"}]
    return {"type": "task.create", "time": "2026-05-11T09:00:00Z", "data": {**common, "to": to, **data}}


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"type": "task.create", "at": datetime(2026, 5, 11, 9, tzinfo=UTC)},
        {"after": datetime(2026, 5, 11, 9, tzinfo=UTC), "before": datetime(2026, 5, 11, 9, tzinfo=UTC)},
        {"to": ["mash"]},
        {"to": ["mash=nobody", "worker=w1"]},
        {"to_exactly": ["worker", "mash"]},
        {"clauses": ["A-2"], "has": ["to"], "lacks": ["due"]},
        {"incident": "*"},
    ],
)
def test_a_row_that_matches(row: dict[str, Any]) -> None:
    assert matches(row, said())


@pytest.mark.parametrize(
    "row",
    [
        {"type": "task.cancel"},
        {"at": datetime(2026, 5, 11, 9, 0, 1, tzinfo=UTC)},
        {"after": datetime(2026, 5, 11, 9, 0, 1, tzinfo=UTC)},
        {"to": ["cscs"]},
        {"to": ["worker=w2"]},
        {"to": ["worker=nobody"]},
        {"to_exactly": ["worker"]},
        {"clauses": ["A-3"]},
        {"lacks": ["clauses"]},
        {"has": ["due"]},
        {"incident": "P-2"},
        {"kind": "other"},
    ],
)
def test_a_row_that_does_not(row: dict[str, Any]) -> None:
    assert not matches(row, said())


def test_a_field_is_compared_as_what_it_is() -> None:
    message = said(due="2026-05-12T09:00:00+00:00", contact={"role": "officer", "person": None}, late=True)
    row = {"due": datetime(2026, 5, 12, 9, tzinfo=UTC), "contact": {"role": "officer"}, "late": True}
    assert matches(row, message)
    assert not matches({**row, "late": False}, message)


def test_what_is_said_twice_or_not_at_all_is_a_fault() -> None:
    (scenario,) = read_scenarios("somewhere", "x.toml", HEAD + REPORTS + EXPECT + 'absent = [{type = "task.create"}]')
    twice = [{**said(), "type": "episode.open"}] * 2
    assert [f.split(":")[0] for f in row_faults(scenario, twice)] == ["2 instead of 1"]
    assert [f.split(":")[0] for f in row_faults(scenario, [said()])] == [
        "0 instead of 1",
        "said although it must not be",
    ]


def test_a_report_that_the_hub_cannot_read_is_a_fault() -> None:
    (scenario,) = read_scenarios("somewhere", "x.toml", HEAD + REPORTS + EXPECT)
    heard = [{**said(), "type": "episode.open"}, said(kind="unreadable", detail="no child")]
    assert row_faults(scenario, heard) == ["a report cannot be read: no child"]


def test_a_word_that_the_pack_does_not_have_is_a_fault_in_a_report() -> None:
    (scenario,) = read_scenarios("somewhere", "x.toml", HEAD + REPORTS + EXPECT)
    heard = [{**said(), "type": "episode.open"}, said(kind="unknown_word", detail="kind: 'look_agian'")]
    assert row_faults(scenario, heard) == ["a report uses a word that the pack does not have: kind: 'look_agian'"]


def test_what_was_said_is_shown_as_a_table_would_write_it() -> None:
    (at, again) = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    row = {"at": at, "due": again, "late": True, "contact": {"role": "officer"}, "count": 2, "to": ["worker=w1"]}
    assert as_written(row) == (
        "at = 2026-10-25 01:30:00 (Sunday), due = 2026-10-25 01:30:00+00:00 (Sunday), late = true, "
        'contact = {role = "officer"}, count = 2, to = ["worker=w1"]'
    )
    assert as_written(message_as_row(said())) == (
        'type = "task.create", at = 2026-05-11 10:00:00 (Monday), incident = "P-1", to = ["mash", "worker=w1"], '
        'clauses = ["A-1", "A-2"]'
    )


def test_wall_time_and_offsets() -> None:
    assert instant(datetime.fromisoformat("2026-05-11T10:00")) == datetime(2026, 5, 11, 9, tzinfo=UTC)
    assert instant(datetime.fromisoformat("2026-10-25T01:30")) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (HEAD + REPORTS, "it expects nothing"),
        (HEAD + "local = {auto_relese = true}\n" + REPORTS + EXPECT, "scenario a: .*'auto_relese' is not understood"),
        (HEAD + EXPECT, "'reports' is missing"),
        (HEAD + REPORTS + EXPECT + "whatever = 1", "'whatever' is not understood"),
        (HEAD + REPORTS + EXPECT + 'register = "x"', "there is no register 'x'"),
        ("[other]\n", "'other' is not understood"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(text: str, fault: str) -> None:
    with pytest.raises(ScenarioError, match=fault):
        list(read_scenarios("somewhere", "x.toml", text))
