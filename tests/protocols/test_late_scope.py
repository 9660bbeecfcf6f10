"""Whatever the beginning of an episode asks for is asked for as well when the hub learns only later what it rests on: a
walk through every rule of every pack that listens to the beginning (AMB-182)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from scenario_runs import ALL, PACKS, rehearsed

from homeward.scenarios.reading import Scenario
from routing.ledger_words import recorded_id
from routing.library import HUB
from routing.pack import Pack, Rule

OF_AUTHORITIES = pytest.mark.parametrize("pack", [p for p in PACKS if p.authority != HUB], ids=lambda p: p.authority)
A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Report:
    """One line of a scenario."""

    line: bytes

    @property
    def event(self) -> dict[str, Any]:
        told: dict[str, Any] = orjson.loads(self.line)
        return told

    @property
    def type(self) -> str:
        return str(self.event["type"])

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.event["time"])

    def moved(self, at: datetime) -> "Report":
        return Report(orjson.dumps({**self.event, "time": at}, option=orjson.OPT_UTC_Z))


async def rules_spoken(reports: Sequence[Report], until: datetime) -> dict[str, set[str]]:
    """The rules that have spoken, each with the messages that caused it."""
    run = await rehearsed([report.line for report in reports], until)
    spoken: dict[str, set[str]] = {}
    for line in run.decided:
        if not line.entry.get("unsent"):
            spoken.setdefault(line.entry["rule"], set()).add(line.causation or "")
    return spoken


def beginnings(pack: Pack) -> list[Rule]:
    return [r for r in pack.rules if "opened" in r.on and r.about == "episode" and not r.withdraws]


def until_missing(scenario: Scenario) -> tuple[list[Report], Report] | None:
    """What comes before the first report of incident P-1, and the report; None where it tells of a return as well."""
    reports = [Report(line) for line in scenario.lines]
    for n, report in enumerate(reports):
        told = report.event["data"]
        is_first = report.type == "worker.missing_report" or told.get("incident") == "P-1"
        if report.type.endswith(("police.missing", "missing_report")) and is_first:
            back_already = told.get("found_at") or any("found" in r.type for r in reports[:n] if _of_incident(r, "P-1"))
            return None if back_already else (reports[:n], report)
    return None


def _of_incident(report: Report, incident: str) -> bool:
    return bool(report.event["data"].get("incident") in (None, incident))


def with_late_register(before: list[Report], missing: Report) -> list[Report]:
    """The same reports, the register's record a minute after that of the missing child."""
    records = [r.moved(missing.at + A_MINUTE) for r in before if r.type == "case.context"]
    return [*(r for r in before if r.type != "case.context"), missing, *records]


def born(report: Report, day: str | None, id_: str | None = None, later: timedelta = timedelta()) -> Report:
    """The report with another date of birth, and where it is another message, under an id of its own."""
    event = report.event
    child = {k: v for k, v in event["data"]["child"].items() if k != "date_of_birth"}
    event["data"]["child"] = child | ({"date_of_birth": day} if day else {})
    event["id"] = id_ or event["id"]
    return Report(orjson.dumps(event)).moved(report.at + later)


def with_late_age(before: list[Report], missing: Report) -> list[Report]:
    """The same reports, of somebody who is taken for an adult until the police correct the date of birth."""
    known = [born(r, None) if r.type == "case.context" else r for r in before]
    return [*known, born(missing, "1990-01-01"), born(missing, "2012-03-04", "corrected", A_MINUTE)]


async def walk(pack: Pack, late: Callable[[list[Report], Report], list[Report]], rules: Sequence[Rule]) -> set[str]:
    """Holds the rules that speak of a first report against the late course; returns those that were walked."""
    walked, wanted, seen = set[str](), {rule.id: rule for rule in rules}, set[tuple[bytes, ...]]()
    for scenario in (s for s in ALL if s.authority == pack.authority):
        found = until_missing(scenario)
        if found is None or not any(r.type == "case.context" for r in found[0]) or walked == wanted.keys():
            continue
        before, missing = found
        course = tuple(report.line for report in (*before, missing))
        if course in seen:
            continue
        seen.add(course)
        first = await rules_spoken([*before, missing], missing.at)
        cause = recorded_id(missing.event["source"], missing.event["id"])
        due = {id_ for id_ in wanted if cause in first.get(id_, ())} - walked
        then = await rules_spoken(late(before, missing), missing.at + A_MINUTE) if due else {}
        for id_ in sorted(due):
            group = wanted[id_].group
            assert not (pack.groups[group] if group else {id_}).isdisjoint(then), (
                f"{scenario.file} {scenario.id}: {id_}"
            )
        walked |= due
    return walked


OTHERWISE = {
    "client_record": "for a child who is on no register",
    "of_age": "for an adult",
    "mam_review": "needs a meeting held under an earlier incident",
    "return_to_screening": "needs an interview that was given up",
    "flag_of_another_authority": "the police name the authority",
    **dict.fromkeys(("offer_letter", "request_tys", "request_social_care", "request_independent"), "needs a return"),
}


@OF_AUTHORITIES
async def test_what_rests_on_the_register_is_asked_for_when_the_register_tells_it(pack: Pack) -> None:
    rules = [rule for rule in beginnings(pack) if rule.id not in OTHERWISE]
    assert await walk(pack, with_late_register, rules) == {rule.id for rule in rules}


@pytest.mark.parametrize("authority", ["buckinghamshire", "islington", "mfh-borough"])
async def test_what_a_child_is_owed_is_asked_for_when_the_age_is_corrected(authority: str) -> None:
    pack = next(p for p in PACKS if p.authority == authority)
    apart = {*OTHERWISE, "care_leaver_under_18", "create_episode_on_own_report", "worker_gap", "report_to_police"}
    rules = [rule for rule in beginnings(pack) if rule.id not in apart and not rule.beyond_scope]
    assert await walk(pack, with_late_age, rules) == {rule.id for rule in rules}
