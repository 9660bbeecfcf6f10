"""A moved report is placed as a new one is (AMB-186): into an open episode, behind one, or as one of its own. Each act
is answered by itself, and what rested on the other child's record is decided again."""

import asyncio
from datetime import datetime
from typing import Any

import orjson
from test_relinking import decision
from wire_messages import case, child, context, event, found, later, missing, police

from homeward.simulation import Simulation

STRANGER: dict[str, Any] = {"child": {"given_name": "Bobby", "family_name": "Unknown"}}
BOROUGH, COUNTY = ({"authority": a} for a in ("mfh-borough", "buckinghamshire"))
WORKER = {"services": [{"service": "childrens_social_care", "team": "t1", "worker": "sw1", "manager": "tm1"}]}


def known(authority: dict[str, str]) -> bytes:
    return context(-3, "lcs:L-1", **authority, date_of_birth="2012-05-05", **WORKER)


def reported(hours: float, incident: str, authority: dict[str, str], **who: Any) -> bytes:
    whose = who or {"child": child("lcs:L-1")}
    return missing(hours, incident, responsible_authority=authority["authority"], **whose)


def settled_in(authority: dict[str, str], hours: float, incident: str) -> bytes:
    return decision(hours, "lcs:L-1", incident=incident, **authority)


def said(*lines: bytes, after: float = -4, hours: float = 30) -> list[dict[str, Any]]:
    """What is said from an hour on, when these are read one by one."""
    told = asyncio.run(Simulation().run([*lines], later(hours)))
    messages = [orjson.loads(line) for line in told]
    return [{"type": m["type"], **m["data"]} for m in messages if datetime.fromisoformat(m["time"]) >= later(after)]


def to(messages: list[dict[str, Any]], type_: str, kind: str | None = None) -> list[str | None]:
    of_type = [m for m in messages if m["type"] == type_ and kind in (None, m.get("kind"))]
    return [r["person"] for m in of_type for r in m["to"]]


def test_it_joins_the_open_episode_and_a_return_under_either_reference_ends_the_one() -> None:
    course = (known(BOROUGH), reported(0, "P-1", BOROUGH), reported(3, "P-2", BOROUGH, **STRANGER))
    told = said(*course, settled_in(BOROUGH, 5, "P-2"), found(24, "P-2"), after=5)
    assert "sw1" not in to(told, "case.contact.create")
    assert to(told, "meeting.cancel", "strategy_meeting") == ["sw1"]
    assert len(to(told, "rhi.request")) == 1


def test_it_waits_behind_the_open_episode_where_one_is_recorded_at_a_time() -> None:
    course = (known(COUNTY), reported(0, "P-1", COUNTY), reported(3, "P-2", COUNTY, **STRANGER))
    told = said(*course, settled_in(COUNTY, 5, "P-2"), found(24, "P-2"), after=5)
    assert "sw1" not in to(told, "meeting.request", "strategy_meeting") + to(told, "notify.missing")
    assert len([m for m in told if m["type"] == "episode.found"]) == 1


def test_an_interview_that_does_not_count_takes_nothing_else_with_it() -> None:
    home = {"role": "residential_worker", "person": "rw1"}
    care = {"plan": "looked_after", "services": [{"service": "cscs", "worker": "sw1"}]}
    held = case("rhi.outcome", 30, result="completed", interviewer=home)
    course = (context(-3, "mosaic:M-1", **care), missing(0, **STRANGER), found(29), held)
    told = said(*course, decision(40, "mosaic:M-1"), after=40, hours=41)
    assert len(to(told, "exception.raise", "data_quality")) == 1
    assert to(told, "rhi.request") == ["sw1"]


def test_a_meeting_that_was_held_counts_for_the_right_child() -> None:
    held = {"kind": "strategy_meeting", "held_at": later(20), "incident": "P-1", "force": "XX"}
    meeting = event("meeting.held", later(21), {**COUNTY, **held}, source="/casework/buckinghamshire")
    course = (known(COUNTY), reported(0, "P-1", COUNTY, **STRANGER), meeting)
    told = said(*course, settled_in(COUNTY, 24, "P-1"), after=24)
    assert to(told, "meeting.request", "strategy_review") == ["sw1"]
    assert to(told, "meeting.request", "strategy_meeting") == []


def test_a_threshold_that_was_applied_to_another_childs_record_is_decided_again() -> None:
    applied = case("threshold.decision", 2, by={"role": "nrs"}, met=False)
    ours = context(-3, "mosaic:M-2", services=[])
    told = said(ours, missing(0, vulnerable=True, **STRANGER), applied, decision(3, "mosaic:M-2"), after=3)
    (word,) = [m for m in told if m.get("kind") == "data_quality"]
    assert "threshold" in word["detail"]
    assert word["clauses"] == ["AMB-186", "HUB"]


def test_another_authority_that_holds_the_reference_hears_of_the_decision() -> None:
    course = (
        known(COUNTY),
        missing(0, responsible_authority="buckinghamshire", **STRANGER),
        missing(1, responsible_authority="nottinghamshire", **STRANGER),
    )
    told = said(*course, settled_in(COUNTY, 3, "P-1"), after=3)
    words = [m for m in told if m.get("kind") == "doubtful_match" and m["clauses"] == ["AMB-186", "HUB"]]
    assert [m["authority"] for m in words] == ["nottinghamshire"]


def test_what_a_count_had_asked_for_is_withdrawn_when_an_earlier_episode_was_none() -> None:
    record = context(-3, "mosaic:M-1", "compact:K-1", services=[{"service": "cscs", "worker": "sw1"}])
    earlier = [line for n in (0, 1) for line in (missing(48 * n, f"P-{n}"), found(48 * n + 24, f"P-{n}"))]
    course = (record, *earlier, missing(200, "P-9"), found(205, "P-9"), police("retracted", 210, "P-0"))
    told = said(*course, after=200, hours=220)
    meetings = [(m["type"], m["incident"]) for m in told if m.get("kind") == "mam"]
    assert ("meeting.request", "P-9") in meetings
    (withdrawn,) = [m for m in told if m["type"] == "meeting.cancel" and m["incident"] == "P-9"]
    assert withdrawn["clauses"] == ["AMB-196"]
