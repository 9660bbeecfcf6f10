"""Duties towards a child that belong to no episode: where they are kept, what they hear."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest
from small_packs import pack, rule, text, written
from wire_messages import child, event, found, later, missing, police

from homeward.simulation import Simulation
from routing.tables import PackError

OF_CHILD = {"about": '"child"', "send": '"task.create"'}
PLAN = rule(
    "review_plan", '"worker"', **OF_CHILD, kind='"review_plan"', once='"anchor"', closes='["task.create/review_plan"]',
    due='{from = "document", of = "plan", within = "6mo"}', when='{open_to = "social_care"}',
)  # fmt: skip
MAKE = rule(
    "make_plan", '"worker"', **OF_CHILD, kind='"make_plan"', on='["opened", "record_changed", "task_completed"]',
    once='"event"', when='{reported_missing = true}', unless='{document_on_file = "plan", still_open = "make_plan"}',
)  # fmt: skip
LATE = rule(
    "no_news", '"worker"', about='"child"', kind='"no_news"', at='{from = "document", of = "plan", within = "7d"}'
)
TELL = rule("tell", on='["opened"]', kind='"told"', when="{occasions = 2}")


def told(folder: Path, rules: str, *lines: bytes, days: float = 0) -> list[dict[str, Any]]:
    home = written(folder, text(rules + TELL))
    printed = asyncio.run(Simulation(folders=[home]).run(lines, later(24 * days)))
    return [orjson.loads(line) for line in printed]


def of_case(type_: str, hours: float, **data: Any) -> bytes:
    data = {"authority": "testshire", "child": child("compact:K-1"), **data}
    return event(type_, later(hours), data, source="/casework/testshire")


def record(hours: float, **data: Any) -> bytes:
    return of_case("case.context", hours, services=[{"service": "social_care", "worker": "sw1"}], **data)


def away(hours: float, incident: str = "P-1") -> bytes:
    return missing(hours, incident, responsible_authority="testshire")


def words(said: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(m["data"]["kind"], m["data"]["due"]) for m in said]


def test_a_duty_of_the_child_needs_no_episode_and_its_message_names_none(tmp_path: Path) -> None:
    on_file = record(0, documents=[{"kind": "plan", "updated_at": later(-24)}])
    (said,) = told(tmp_path, PLAN, on_file, record(1, documents=[{"kind": "plan", "updated_at": later(-24)}]))
    assert said["data"]["kind"] == "review_plan"
    assert said["data"]["due"] == "2026-11-30T13:00:00Z"  # six months on the wall
    assert said["data"]["episode"] is None
    assert said["data"]["incident"] is None
    assert "subject" not in said


def test_what_is_on_file_already_overdue_is_late_at_once(tmp_path: Path) -> None:
    (said,) = told(tmp_path, PLAN, record(0, documents=[{"kind": "plan", "updated_at": "2025-08-31T09:00:00+01:00"}]))
    assert said["data"]["due"] == "2026-02-28T09:00:00Z"
    assert said["data"]["late_on_arrival"] is True


def test_a_new_version_counts_anew_also_after_a_record_that_does_not_list_it(tmp_path: Path) -> None:
    made = of_case("document.updated", 2, kind="plan")
    said = told(tmp_path, PLAN, record(0, documents=[{"kind": "plan", "updated_at": later(-24)}]), made, record(3))
    assert words(said) == [("review_plan", "2026-11-30T13:00:00Z"), ("review_plan", "2026-12-01T15:00:00Z")]


def test_an_episode_is_heard_and_named_by_its_incident(tmp_path: Path) -> None:
    said = told(tmp_path, MAKE, record(-2), away(0), found(5), record(6))
    assert words(said) == [("make_plan", None)]
    assert said[0]["data"]["incident"] == "P-1"
    assert said[0]["data"]["episode"] is None


def test_a_report_in_error_is_no_report(tmp_path: Path) -> None:
    said = told(tmp_path, MAKE.replace('"opened"', '"retracted"'), record(-2), away(0), police("retracted", 1))
    assert "make_plan" not in [kind for kind, _ in words(said)]


def test_a_task_of_the_file_is_done_without_an_episode(tmp_path: Path) -> None:
    done = of_case("task.completed", 30, kind="make_plan")
    ever = MAKE.replace("reported_missing = true", "open_to_any = true")
    said = told(tmp_path, ever, record(0), record(1), done)
    assert [(m["time"], m["data"]["kind"]) for m in said] == [
        ("2026-06-01T12:00:00Z", "make_plan"),
        ("2026-06-02T18:00:00Z", "make_plan"),  # it is done, and there is still no plan
    ]


def test_a_clock_of_the_file_falls_with_or_without_an_episode(tmp_path: Path) -> None:
    said = told(tmp_path, LATE, record(0, documents=[{"kind": "plan", "updated_at": later(0)}]), days=8)
    assert [(m["time"], m["data"]["kind"]) for m in said] == [("2026-06-08T12:00:00Z", "no_news")]


def test_a_file_is_no_episode(tmp_path: Path) -> None:
    """It is not counted, and a report that names no incident does not mean it."""
    lost = of_case("rhi.outcome", 1, result="offered")
    said = told(tmp_path, PLAN, record(0, documents=[{"kind": "plan", "updated_at": later(-24)}]), lost, away(2))
    assert [kind for kind, _ in words(said)] == ["review_plan", "doubtful_match", "data_quality"]


def test_a_duty_of_the_child_cannot_count_from_an_episode() -> None:
    with pytest.raises(PackError, match="about the child and counts from start or return or found"):
        pack(rule("first", **OF_CHILD, due='{from = "start", within = "7d"}'))
