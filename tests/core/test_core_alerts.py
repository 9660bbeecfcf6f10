"""Another area's national alert: told to those who take alerts, about a child or an adult, and never an episode."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
from core_packs import BODY, HEAD, Course, pack, rule, written
from core_reports import found, missing, retracted, status
from core_wire import child as number
from core_wire import found as found_message
from core_wire import later, police
from core_wire import missing as missing_message

from episodes.advance import advance
from episodes.episode import Terms
from episodes.identity import Whose, episode_of
from homeward.simulation import Simulation

TERMS = Terms(alerts=True, second="waits")
RULES = (
    rule("hazard", on='["alerted"]', send='"flag.set"', name='"ELSEWHERE"', dated='["starts_on"]')
    + rule("open", on='["opened"]', send='"episode.open"')
    + rule("always", send='"notify.missing"')
)
MORE = '[terms]\nalerts = true\nsecond = "waits"\n'


def test_it_stays_an_alert_whatever_is_told_until_the_child_is_reported_missing_here() -> None:
    alert = Course(pack(RULES, more=MORE))
    flag = alert.tell(missing(alert="national"))[0]
    assert (flag.episode, flag.fields["starts_on"]) == (None, "2026-06-01")
    assert alert.tell(missing(1, alert="national", risk="high"), status("absent", 2), found(3)) == []
    assert (alert.case.episode.state, alert.case.timers, alert.case.episode.counts) == ("alert", (), False)
    assert [m.type for m in alert.tell(missing(4))] == ["episode.open", "notify.missing"]


def test_a_report_sent_in_error_is_taken_back() -> None:
    alert = Course(pack(RULES, more=MORE))
    alert.tell(missing(alert="national"))
    taken_back = alert.tell(retracted(1))[0]
    assert (taken_back.type, taken_back.name, taken_back.episode) == ("flag.clear", "ELSEWHERE", None)
    assert alert.case.episode.is_none


def test_it_is_nobody_elses_episode_and_stands_in_no_way() -> None:
    alert, _ = advance(Course(pack()).case.episode, missing(alert="national"), TERMS)
    other = missing(5, about=missing().about.__class__(identifiers=(("compact", "K-1"),)))
    assert episode_of(other, [alert], TERMS) is Whose.ITS_OWN
    assert episode_of(missing(5), [alert], TERMS) is alert


def said(folder: Path, *lines: bytes) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in asyncio.run(Simulation(folders=[folder]).run(lines, later(50)))]


def test_it_reaches_those_who_take_alerts(tmp_path: Path) -> None:
    theirs = {"responsible_authority": "Westshire", "host_authority": "Westshire", "alert": "national"}
    lines = (
        missing_message(0, "A-1", **theirs, child=number("compact:K-9")),
        missing_message(1, "A-1", **theirs, child=number("compact:K-9")),
        found_message(2, "A-1"),
        police("retracted", 3, "A-1"),
    )
    folder = written(tmp_path, HEAD + MORE + BODY + RULES)
    ours = [m for m in said(folder, *lines) if m["data"]["authority"] in ("testshire", "hub")]
    told = [(m["type"], m["data"]["authority"], m["data"]["episode"]) for m in ours]
    assert told == [(kind, "testshire", None) for kind in ("flag.set", "flag.clear", "notify.info")]
