"""TOML → `Pack`, strictly: what a pack says wrongly is a fault when it is loaded, not later, when a child is missing.

One rule is read in `routing.loading_rules`; the parts that refer to one another (roles, audiences, criteria, rules,
clauses) are checked in `routing.checking`.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from episodes.episode import Terms
from routing.calendar import Calendar
from routing.checking import check
from routing.loading_rules import rule, targets, tests
from routing.pack import (
    AudienceRow,
    Clause,
    Criterion,
    Pack,
    Periodic,
    Release,
    Role,
    RoleSource,
    Status,
    Tests,
    Words,
)
from routing.periods import Elapsed
from routing.tables import PackError, Table


def load(text: str, file: str) -> Pack:
    """The pack in a TOML text. PackError names the file, the place and the mend."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{file}: not TOML: {error}") from None
    top = Table(file, "the pack", values)
    pack = Pack(
        authority=top.get("authority", str),
        version=top.get("version", str),
        title=top.get("title", str),
        in_force_from=top.get("in_force_from", date),
        codes=top.words("codes"),
        intake=top.get("intake", str),
        duty=top.maybe("duty", str),
        terms=_terms(top.table("terms")),
        scope=_scope(top.table("scope")),
        calendar=_calendar(top.table("calendar")),
        words=_words(top.table("words")),
        roles={name: _role(file, name, row) for name, row in top.table("roles").rest().items()},
        clauses={name: _clause(file, name, row) for name, row in top.table("clauses").rest().items()},
        not_automated={name: str(why) for name, why in top.table("not_automated").rest().items()},
        criteria={name: _criterion(file, name, rows) for name, rows in top.table("criteria").rest().items()},
        audiences={name: _audience(file, name, rows) for name, rows in top.table("audiences").rest().items()},
        rules=tuple(rule(row) for row in top.rows("rules", _label)),
        periodic=tuple(_periodic(row) for row in top.rows("periodic", _label)),
        statuses=tuple(_status(row) for row in top.rows("statuses", lambda row, n: str(row.get("is", n)))),
        tells_back=top.words("tells_back"),
        questions=top.table("questions").lists(),
        release=_release(top.maybe("release", dict), file),
    )
    top.done()
    check(pack, file)
    return pack


def _status(table: Table) -> Status:
    status = Status(tests(table), table.get("is", str))
    table.done()
    return status


def _label(row: Mapping[str, Any], n: int) -> str:
    return str(row.get("id", f"number {n}"))


def _terms(table: Table) -> Terms:
    same_within, silent = table.maybe("same_within", str), Terms()
    try:
        near = Elapsed.parse(same_within).elapsed() if same_within else None
    except ValueError as error:
        raise table.fault(f"'same_within': {error}") from None
    terms = Terms(
        start=table.words("start") or silent.start,
        begun_by=table.words("begun_by") or silent.begun_by,
        found_by=table.words("found_by") or silent.found_by,
        investigation_ends=table.get("investigation_ends", bool, True),
        absent="missing" if table.choice("absent", ("class", "missing"), "class") == "missing" else "class",
        rating=table.maybe("rating", str),
        unsafe_ends=table.get("unsafe_ends", bool, True),
        second=table.choice("second", ("separate", "waits", "joins"), "separate"),  # type: ignore[arg-type]
        found_ends="own" if table.choice("found_ends", ("every", "own"), "every") == "own" else "every",
        same_within=near,
        alerts=table.get("alerts", bool, False),
        hosts=table.get("hosts", bool, False),
    )
    table.done()
    return terms


def _scope(table: Table) -> Tests:
    scope = tests(table)
    table.done()
    return scope


def _calendar(table: Table) -> Calendar:
    calendar = Calendar(table.get("opens", time, time(9)), table.get("closes", time, time(17)))
    table.done()
    return calendar


def _words(table: Table) -> Words:
    words = Words(
        services=table.words("services"),
        decisions=table.table("decisions").lists(),
        meetings=table.table("meetings").lists(),
        meetings_of_child=table.words("meetings_of_child"),
        documents=table.words("documents"),
        end_reasons=table.words("end_reasons"),
        concerns=table.words("concerns"),
    )
    table.done()
    return words


def _role(file: str, name: str, values: Any) -> Role:
    table = Table(file, f"roles.{name}", values)
    source = table.maybe("from", dict)
    role = Role(table.get("name", str, name.replace("_", " ")), table.maybe("channel", str))
    table.done()
    if source is None:
        return role
    inner = Table(file, f"roles.{name}.from", source)
    role = Role(
        role.name,
        role.channel,
        RoleSource(
            services=inner.words("service"),
            field=inner.choice("field", ("worker", "manager", "team"), "worker"),  # type: ignore[arg-type]
            professional=inner.maybe("professional", str),
            linked_forces=inner.get("linked_forces", bool, False),
            involved=inner.get("involved", bool, False),
            carers=inner.get("carers", bool, False),
            reporter=inner.get("reporter", bool, False),
            practitioners=inner.get("practitioners", bool, False),
            interviewer=inner.get("interviewer", bool, False),
        ),
    )
    inner.done()
    return role


def _clause(file: str, name: str, values: Any) -> Clause:
    table = Table(file, f"clauses.{name}", values)
    clause = Clause(name, table.get("section", str), table.get("says", str))
    table.done()
    return clause


def _criterion(file: str, name: str, rows: Any) -> tuple[Criterion, ...]:
    tables = Table(file, f"criteria.{name}", {"rows": rows}).rows("rows", lambda _, n: f"{n} of criterion {name}")
    criteria = []
    for table in tables:
        criteria.append(Criterion(tests(table), table.words("clauses")))
        table.done()
    return tuple(criteria)


def _audience(file: str, name: str, rows: Any) -> tuple[AudienceRow, ...]:
    tables = Table(file, f"audiences.{name}", {"rows": rows}).rows("rows", lambda _, n: f"{n} of audience {name}")
    audience = []
    for table in tables:
        audience.append(AudienceRow(tests(table), targets(table), table.words("clauses")))
        table.done()
    return tuple(audience)


def _release(values: Any, file: str) -> Release | None:
    if values is None:
        return None
    table = Table(file, "release", values)
    release = Release(table.get("task", str), table.words("holds"))
    table.done()
    return release


def _periodic(table: Table) -> Periodic:
    row = Periodic(
        table.get("id", str),
        "month" if table.choice("period", ("month", "quarter")) == "month" else "quarter",
        targets(table),
        table.words("clauses"),
    )
    table.done()
    return row
