"""Another area's national alert: told to those who take alerts, about a child or an adult, and never an episode."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
from small_packs import BODY, HEAD, rule, written
from wire_messages import child as number
from wire_messages import found as found_message
from wire_messages import later, police
from wire_messages import missing as missing_message

from homeward.simulation import Simulation

RULES = (
    rule("hazard", on='["alerted"]', send='"flag.set"', name='"ELSEWHERE"', dated='["starts_on"]')
    + rule("open", on='["opened"]', send='"episode.open"')
    + rule("always", send='"notify.missing"')
)
MORE = '[terms]\nalerts = true\nsecond = "waits"\n'
THEIRS = {"responsible_authority": "Westshire", "host_authority": "Westshire", "alert": "national"}
OURS = {"responsible_authority": "testshire"}
K_9 = number("compact:K-9")


def said(folder: Path, *lines: bytes) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in asyncio.run(Simulation(folders=[folder]).run(lines, later(50)))]


def kinds(messages: list[dict[str, Any]]) -> list[tuple[str, str | None, bool]]:
    """Type, incident, and whether it speaks of an episode, of what the small authority says."""
    ours = [m["data"] | {"type": m["type"]} for m in messages if m["data"]["authority"] == "testshire"]
    return [(m["type"], m["incident"], m["episode"] is not None) for m in ours]


def test_it_stays_an_alert_whatever_is_told_until_the_child_is_reported_missing_here(tmp_path: Path) -> None:
    folder = written(tmp_path, HEAD + MORE + BODY + RULES)
    lines = [
        missing_message(0, "A-1", **THEIRS, child=K_9),
        missing_message(1, "A-1", **THEIRS, child=K_9, risk="high"),
        police("status_change", 2, "A-1", to="absent"),
        found_message(3, "A-1"),
    ]
    (flag,) = [m for m in said(folder, *lines) if m["data"]["authority"] == "testshire"]
    assert (flag["type"], flag["data"]["episode"], flag["data"]["starts_on"]) == ("flag.set", None, "2026-06-01")
    reported = said(folder, *lines, missing_message(4, "A-1", **OURS, child=K_9))
    assert kinds(reported) == [
        ("flag.set", "A-1", False),
        ("episode.open", "A-1", True),
        ("notify.missing", "A-1", True),
    ]


def test_it_stands_in_the_way_of_no_episode(tmp_path: Path) -> None:
    folder = written(tmp_path, HEAD + MORE + BODY + RULES)
    lines = [missing_message(0, "A-1", **THEIRS, child=K_9), missing_message(5, "P-1", **OURS, child=K_9)]
    assert kinds(said(folder, *lines))[1:] == [("episode.open", "P-1", True), ("notify.missing", "P-1", True)]


def test_it_reaches_those_who_take_alerts(tmp_path: Path) -> None:
    lines = (
        missing_message(0, "A-1", **THEIRS, child=K_9),
        missing_message(1, "A-1", **THEIRS, child=K_9),
        found_message(2, "A-1"),
        police("retracted", 3, "A-1"),
    )
    folder = written(tmp_path, HEAD + MORE + BODY + RULES)
    ours = [m for m in said(folder, *lines) if m["data"]["authority"] in ("testshire", "hub")]
    told = [(m["type"], m["data"]["authority"], m["data"]["episode"]) for m in ours]
    assert told == [(kind, "testshire", None) for kind in ("flag.set", "flag.clear", "notify.info")]
    assert [m["data"]["name"] for m in ours] == ["ELSEWHERE", "ELSEWHERE", None]
