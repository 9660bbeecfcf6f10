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
                                 (`happened_at` is the wire's own `at`)
    until                        where the run ends; left out: with the last report
    expect = [{...}]             what must be said: `count` times, once where nothing else is given
    absent = [{...}]             what must not be said

A register under a name that no scenario takes is refused, as is every key and word that no report and no message has.

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
from datetime import date, datetime, time, timedelta
from typing import Any

from homeward.scenarios.filling import OF_THE_EVENT, in_utc, instant, line
from routing.calendar import LONDON
from routing.local import Local, local_of
from routing.tables import PackError, TomlTable, nearest

_Row = Mapping[str, Any]
_Report = tuple[str, _Row]
"""Where a report stands in its scenario, and the report itself."""
SELECTING: Mapping[str, type] = {
    "type": str, "at": datetime, "after": datetime, "before": datetime, "incident": str, "count": int,
}  # fmt: skip
SELECTING_LISTS = ("to", "to_exactly", "clauses", "has", "lacks")
OF_THE_ROW = {*SELECTING, *SELECTING_LISTS}
"""What a row may name besides the fields of the message."""


class ScenarioError(ValueError):
    """A table that cannot be read. The text names the file, the scenario and the mend."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario, everything filled in. `lines` are structured CloudEvents, `places` where each of them stands in the
    scenario; `rows` keep their own words."""

    authority: str
    file: str
    id: str
    title: str
    lines: tuple[bytes, ...]
    places: tuple[str, ...]
    until: datetime | None
    expect: tuple[_Row, ...]
    absent: tuple[_Row, ...]
    local: Local | None = None


def read_scenarios(authority: str, file: str, text: str) -> Iterator[Scenario]:
    """The scenarios of one table. ScenarioError names the file, the scenario and the mend."""
    try:
        yield from _scenarios(authority, file, TomlTable(file, "the table", tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{file}: not TOML: {error}") from None
    except PackError as error:
        raise ScenarioError(str(error)) from None


def _scenarios(authority: str, file: str, top: TomlTable) -> Iterator[Scenario]:
    registers = top.table("registers").rest()
    rows = [*top.rows("scenario", lambda row, n: str(row.get("id", f"number {n}")))]
    top.done()
    taken = set[str]()
    for row in rows:
        yield _scenario(authority, row, registers, taken)
    for name in registers:
        if name not in taken:
            raise PackError(f"{file}: registers.{name}: no scenario takes it; take it out")


def _scenario(authority: str, row: TomlTable, registers: _Row, taken: set[str]) -> Scenario:
    id_, title = row.get("id", str), row.get("title", str)
    reports = [*_reports(row)]
    if not reports:
        raise row.fault("nothing is reported; add a report")
    told = [*_history(row, reports, registers, taken), *reports]
    scenario = Scenario(
        authority, row.file, id_, title,
        lines=tuple(line(authority, id_, n, report) for n, (_, report) in enumerate(told, 1)),
        places=tuple(place for place, _ in told),
        until=in_utc(row.maybe("until", datetime)),
        expect=tuple(_rows(row, "expect")),
        absent=tuple(_rows(row, "absent")),
        local=_local(authority, row) if "local" in row.names() else None,
    )  # fmt: skip
    row.done()
    if not scenario.expect and not scenario.absent:
        raise row.fault("it expects nothing; add expect or absent")
    return scenario


def _local(authority: str, row: TomlTable) -> Local:
    return local_of({"authority": authority, **row.table("local").rest()}, f"{row.file}: {row.place}")


def _reports(row: TomlTable) -> Iterator[_Report]:
    for n, values in enumerate(row.get("reports", list), 1):
        report = TomlTable(row.file, f"{row.place}: report {n}", values)
        event = {key: report.maybe(key, str) for key in OF_THE_EVENT if key not in ("at", "type")}
        needed = {"at": report.get("at", datetime), "type": report.get("type", str)}
        yield f"report {n}", {**needed, **{k: v for k, v in event.items() if v is not None}, **report.rest()}


def _rows(row: TomlTable, key: str) -> Iterator[_Row]:
    for n, values in enumerate(row.get(key, list, []), 1):
        inner = TomlTable(row.file, f"{row.place}: {key} {n}", values)
        read: dict[str, Any] = {name: inner.maybe(name, kind) for name, kind in SELECTING.items() if name in values}
        read |= {name: [*inner.words(name)] for name in SELECTING_LISTS if name in values}
        read |= inner.rest()
        yield {name: in_utc(read[name]) for name in values}


def _history(row: TomlTable, reports: list[_Report], registers: _Row, taken: set[str]) -> Iterator[_Report]:
    """The register record and the earlier evenings, as reports."""
    first = min(instant(report["at"]) for _, report in reports)
    earlier = row.get("earlier", list, [])
    if wrong := next((day for day in earlier if type(day) is not date), None):
        raise row.fault(f"'earlier' must be a list of dates, not {wrong!r}")
    begin = min([*earlier, first.astimezone(LONDON).date()]) - timedelta(days=1)
    if (register := _register(row, registers, taken)) is not None:
        yield "register", {"at": datetime.combine(begin, time(9)), "type": "case.context", **register}
    for n, day in enumerate(sorted(earlier), 1):
        incident = f"E-{n}"
        for hour, type_ in ((18, "police.missing"), (21, "police.found")):
            yield f"earlier {n}", {"at": datetime.combine(day, time(hour)), "type": type_, "incident": incident}


def _register(row: TomlTable, registers: _Row, taken: set[str]) -> _Row | None:
    """What the register holds of the child; None where it holds nothing."""
    if row.holds_table("register"):
        return row.table("register").rest()
    if row.says("register", False):
        return None
    name = row.maybe("register", str)
    if name is None:
        return {}
    if name not in registers:
        raise row.fault(f"there is no register '{name}'{nearest(name, registers)}; add it to [registers]")
    taken.add(name)
    return TomlTable(row.file, f"registers.{name}", registers[name]).rest()
