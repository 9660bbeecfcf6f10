"""The scenario tables that stand beside a pack, in files that end in `.scenarios.toml`.

A table says only what matters: the rest is filled in, and what is not understood is refused. The form:

    [registers]                  what the register holds of the child, under a name
    cscs = {services = [{service = "cscs", worker = "sw1"}]}

    [[scenario]]
    id, title                    the title says what is at stake
    register = "cscs"            a name of [registers], a table of its own, or false: the child is on no register.
                                 Left out: a child that the register knows and that is open to nothing
    local = {auto_release = false}  settings of the authority with which it runs, as in local.toml
    earlier = [2026-01-05]       evenings on which the child was missing from 18:00 to 21:00, as E-1, E-2 ...
    reports = [{at, type, ...}]  what is told, in order; `at` is the receipt, the other keys the fields of the wire
    until                        where the run ends; left out: with the last report
    expect = [{...}]             what must be said: `count` times, once where nothing else is given
    absent = [{...}]             what must not be said

A date and time without an offset is that of the wall clock in London; one with an offset stands as it is. A report
speaks of child K-1 and incident P-1 of force XX unless it says otherwise, is made when it is received, and comes under
a number of its own. An actor is written "role" or "role=person".

A row of `expect` or `absent` may name `type`, `at`, `after` and `before` (both included), `to` (each is among the
recipients: "role" or "role=person"), `to_exactly`, `clauses` (each is among those cited), `has` and `lacks`
(fields that are filled, or empty), `incident` (P-1 where nothing else is given, "*" for any or none), and any field of
the message.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import orjson

from routing.calendar import LONDON
from routing.local import Local, local_of
from routing.tables import PackError, nearest

SCENARIO_KEYS = {"id", "title", "register", "local", "earlier", "reports", "until", "expect", "absent"}
ACTORS = ("by", "interviewer", "between", "attendees")
OF_A_CHILD = ("case.", "worker.missing_report", "document.updated")


class ScenarioError(ValueError):
    """A table that cannot be read. The text names the file, the scenario and the mend."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario, everything filled in. `lines` are structured CloudEvents; `rows` keep their own words."""

    authority: str
    file: str
    id: str
    title: str
    lines: tuple[bytes, ...]
    until: datetime | None
    expect: tuple[Mapping[str, Any], ...]
    absent: tuple[Mapping[str, Any], ...]
    local: Local | None = None


def read_scenarios(authority: str, file: str, text: str) -> Iterator[Scenario]:
    """The scenarios of one table. ScenarioError names the file, the scenario and the mend."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{file}: not TOML: {error}") from None
    for key in table.keys() - {"registers", "scenario"}:
        raise ScenarioError(f"{file}: '{key}' is not understood; write [registers] and [[scenario]]")
    for row in table.get("scenario", ()):
        place = f"{file}: scenario {row.get('id', '?')}"
        for key in row.keys() - SCENARIO_KEYS:
            near, known = nearest(key, SCENARIO_KEYS), ", ".join(sorted(SCENARIO_KEYS))
            raise ScenarioError(f"{place}: '{key}' is not understood{near}; known are: {known}")
        for key in ("id", "title", "reports"):
            if key not in row:
                raise ScenarioError(f"{place}: '{key}' is missing; add it")
        if not row.get("expect") and not row.get("absent"):
            raise ScenarioError(f"{place}: it expects nothing; add expect or absent")
        for n, report in enumerate(row["reports"], 1):
            for key in ("at", "type"):
                if key not in report:
                    raise ScenarioError(f"{place}: report {n}: '{key}' is missing; add it")
        reports = [*_history(row, table.get("registers", {}), place), *row["reports"]]
        lines = tuple(line(authority, row["id"], n, report) for n, report in enumerate(reports, 1))
        expect, absent = (tuple(_instants(r) for r in row.get(key, ())) for key in ("expect", "absent"))
        until = _instants(row.get("until"))
        local = _local(authority, row["local"], place) if "local" in row else None
        yield Scenario(authority, file, row["id"], row["title"], lines, until, expect, absent, local)


def _local(authority: str, settings: Mapping[str, Any], place: str) -> Local:
    try:
        return local_of({"authority": authority, **settings}, place)
    except PackError as error:
        raise ScenarioError(str(error)) from None


def _history(row: Mapping[str, Any], registers: Mapping[str, Any], place: str) -> Iterator[Mapping[str, Any]]:
    """The register record and the earlier evenings, as reports."""
    first = min([r["at"] for r in row["reports"]], key=instant)
    earlier: list[date] = row.get("earlier", [])
    begin = min([*earlier, instant(first).astimezone(LONDON).date()]) - timedelta(days=1)
    register = row.get("register", {})
    if isinstance(register, str):
        if register not in registers:
            near = nearest(register, registers)
            raise ScenarioError(f"{place}: there is no register '{register}'{near}; add it to [registers]")
        register = registers[register]
    if register is not False:
        yield {"at": datetime.combine(begin, time(9)), "type": "case.context", **register}
    for n, day in enumerate(sorted(earlier), 1):
        yield {"at": datetime.combine(day, time(18)), "type": "police.missing", "incident": f"E-{n}"}
        yield {"at": datetime.combine(day, time(21)), "type": "police.found", "incident": f"E-{n}"}


def line(authority: str, scenario: str, number: int, report: Mapping[str, Any]) -> bytes:
    """A report of a table as a structured CloudEvent."""
    data = {k: v for k, v in report.items() if k not in ("at", "type", "id", "source")}
    type_, at = report["type"], instant(report["at"])
    filled = {**_defaults(authority, type_, at), **{k: _value(k, v) for k, v in data.items()}}
    if "child" in filled and isinstance(filled["child"], str):
        filled["child"] = _child(filled["child"])
    event = {
        "specversion": "1.0",
        "id": report.get("id", f"{scenario}-{number}"),
        "source": report.get("source", "/police/XX" if type_.startswith("police.") else f"/casework/{authority}"),
        "type": type_,
        "time": at,
        "datacontenttype": "application/json",
        "data": {k: v for k, v in filled.items() if v is not None},
    }
    return orjson.dumps(event, option=orjson.OPT_UTC_Z)


def _defaults(authority: str, type_: str, at: datetime) -> dict[str, Any]:
    of_a_child = type_.startswith(OF_A_CHILD)
    filled: dict[str, Any] = {} if of_a_child else {"incident": "P-1", "force": "XX"}
    if of_a_child or type_.startswith("police."):
        filled["child"] = "K-1"
    if not type_.startswith("police."):
        filled["authority"] = authority
    match type_:
        case "police.missing":
            filled |= {"classification": "missing", "reported_at": at, "responsible_authority": authority}
        case "police.found":
            filled |= {"responsible_authority": authority, "returned_at": at}
        case "worker.found_report":
            filled |= {"found_at": at}
    return filled


def _child(number: str) -> dict[str, Any]:
    """The identifiers of a child: the first letter of each number names the system, any other one COMPACT."""
    systems = {"M": "mosaic", "W": "careworks"}
    pairs = [{"system": systems.get(word[0], "compact"), "value": word} for word in number.split()]
    return {"identifiers": pairs}


def _value(key: str, value: Any) -> Any:
    """A field as the wire wants it; an empty text takes a default away again."""
    if value == "":
        return None
    if key in ACTORS:
        return [_actor(v) for v in value] if isinstance(value, list) else _actor(value)
    return _instants(value)


def _actor(text: str) -> dict[str, str]:
    role, _, person = text.partition("=")
    return {"role": role, **({"person": person} if person else {})}


def _instants(value: Any) -> Any:
    match value:
        case datetime():
            return instant(value)
        case dict():
            return {k: _instants(v) for k, v in value.items()}
        case list():
            return [_instants(v) for v in value]
    return value


def instant(at: datetime) -> datetime:
    """In UTC; without an offset it is the wall clock of London, in the autumn fold the first occurrence."""
    return (at if at.tzinfo else at.replace(tzinfo=LONDON)).astimezone(UTC)
