"""Relatives who are reported together: their episodes are linked, a friend's is not, and a decision may be for both."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest
from small_packs import BODY, HEAD, rule, written
from wire_messages import child, event, later, missing, police

from homeward.simulation import Simulation

RULES = (
    rule("open", on='["opened"]', send='"episode.open"')
    + rule("own", on='["decided.judgement"]', once='"event"', send='"episode.update"', kind='"own"')
    + rule("theirs", on='["decided_elsewhere.judgement.go"]', once='"event"', send='"episode.update"', kind='"theirs"')
    + rule("named", on='["decided_elsewhere.vulnerability"]', once='"event"', send='"episode.update"', kind='"named"',
           when="{names_this_episode = true}")
)  # fmt: skip


def record(number: str, *relatives: str) -> bytes:
    relations = [{"identifier": {"system": "lcs", "value": other}, "relation": "sibling"} for other in relatives]
    data = {"authority": "testshire", "child": child(f"lcs:{number}"), "relations": relations}
    return event("case.context", later(-1), data, source="/casework/testshire")


def report(incident: str, number: str, *linked: str, hours: float = 0) -> bytes:
    who = {"child": child(f"lcs:{number}"), "responsible_authority": "testshire"}
    return missing(hours, incident, **who, linked_incidents=[*linked])


def decision(kind: str, word: str, hours: float, **fields: Any) -> bytes:
    about = {"authority": "testshire", "incident": "P-A", "force": "XX", "kind": kind, "decision": word}
    return event("manager.decision", later(hours), {**about, **fields}, source="/casework/testshire")


def said(folder: Path, *lines: bytes) -> list[dict[str, Any]]:
    pack = written(folder, HEAD + BODY + RULES)
    printed = asyncio.run(Simulation(folders=[pack]).run(lines, later(50)))
    return [m for line in printed if (m := orjson.loads(line))["type"].startswith("episode.")]


def links(messages: list[dict[str, Any]]) -> dict[str, bool | None]:
    return {m["data"]["incident"]: m["data"].get("linked") for m in messages if m["type"] == "episode.open"}


def test_relatives_are_linked_and_a_friend_is_not(tmp_path: Path) -> None:
    records = (record("A", "B"), record("B", "A"), record("C"))
    reports = (report("P-A", "A", "P-B", "P-C"), report("P-B", "B", "P-A", "P-C"), report("P-C", "C", "P-A", "P-B"))
    assert links(said(tmp_path, *records, *reports)) == {"P-A": False, "P-B": True, "P-C": False}


@pytest.mark.parametrize(
    ("records", "reports"),
    [
        ((record("A", "B"), record("B")), (report("P-A", "A"), report("P-B", "B", "P-A", hours=1))),
        ((record("A"), record("B", "A")), (report("P-A", "A", "P-B"), report("P-B", "B", hours=1))),
        ((record("A"), record("B", "A")), (report("P-A", "A"), report("P-B", "B", "P-A", hours=1))),
    ],
    ids=["the other names us as a relative", "the other report names us", "both ours"],
)
def test_it_is_enough_that_one_side_says_so(tmp_path: Path, records: Any, reports: Any) -> None:
    assert links(said(tmp_path, *records, *reports))["P-B"] is True


def test_relatives_who_are_missing_by_themselves_are_not_linked(tmp_path: Path) -> None:
    told = said(tmp_path, record("A", "B"), record("B", "A"), report("P-A", "A"), report("P-B", "B", hours=24.1))
    assert links(told) == {"P-A": None, "P-B": None}


@pytest.mark.parametrize("second", [report("P-B", "B", hours=24), report("P-A", "B", hours=30)])
def test_relatives_who_left_within_a_day_or_are_told_of_under_one_number_are_linked(
    tmp_path: Path, second: bytes
) -> None:
    told = said(tmp_path, record("A", "B"), record("B", "A"), report("P-A", "A"), second)
    assert [m["data"].get("linked") for m in told if m["type"] == "episode.open"] == [None, True]


def test_what_was_taken_back_is_no_link(tmp_path: Path) -> None:
    back = police("retracted", 0.5, "P-A")
    lines = (record("A", "B"), record("B", "A"), report("P-A", "A", "P-B"), back, report("P-B", "B", "P-A", hours=1))
    assert links(said(tmp_path, *lines))["P-B"] is False


def test_a_decision_is_told_to_the_linked_episodes_and_the_rules_say_what_it_means(tmp_path: Path) -> None:
    lines = (record("A", "B"), record("B", "A"), report("P-A", "A", "P-B"), report("P-B", "B", "P-A", hours=1))
    decisions = (
        decision("judgement", "go", 2),
        decision("vulnerability", "vulnerable", 3, value="P-B"),
        decision("vulnerability", "vulnerable", 4, value="P-X"),
        decision("judgement", "stay", 5),
    )
    updates = [m for m in said(tmp_path, *lines, *decisions) if m["type"] == "episode.update"]
    assert [(m["data"]["kind"], m["data"]["incident"], m["time"][11:16]) for m in updates] == [
        ("own", "P-A", "14:00"),
        ("theirs", "P-B", "14:00"),
        ("named", "P-B", "15:00"),
        ("own", "P-A", "17:00"),
    ]
