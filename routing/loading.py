"""TOML → `Pack`, strictly: what a pack says wrongly is a fault when it is loaded, not later, when a child is missing.

The parts that refer to one another (roles, audiences, criteria, rules, clauses) are checked in `routing.checking`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from typing import Any, get_args

from episodes.episode import Terms
from routing.calendar import Calendar
from routing.checking import check
from routing.conditions import CONDITIONS
from routing.messages import Modality, Urgency
from routing.pack import (
    AudienceRow,
    Clause,
    Condition,
    Criterion,
    Limit,
    Moment,
    Pack,
    Periodic,
    Role,
    RoleSource,
    Rule,
    Target,
    Tests,
    Words,
)
from routing.periods import Elapsed, Period
from routing.tables import PackError, Table, typed

ANCHORS = ("start", "return", "found", "receipt", "event", "first_sent", "told_first", "last_held", "document")
NAMED_AS = ("between", "attendees", "interviewer", "by")


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
        terms=_terms(top.table("terms")),
        calendar=_calendar(top.table("calendar")),
        words=_words(top.table("words")),
        roles={name: _role(file, name, row) for name, row in top.table("roles").rest().items()},
        clauses={name: _clause(file, name, row) for name, row in top.table("clauses").rest().items()},
        not_automated={name: str(why) for name, why in top.table("not_automated").rest().items()},
        criteria={name: _criterion(file, name, rows) for name, rows in top.table("criteria").rest().items()},
        audiences={name: _audience(file, name, rows) for name, rows in top.table("audiences").rest().items()},
        rules=tuple(_rule(row) for row in top.rows("rules", _label)),
        periodic=tuple(_periodic(row) for row in top.rows("periodic", _label)),
    )
    top.done()
    named = {rule.group for rule in pack.rules if rule.group}
    pack = replace(pack, groups={name: frozenset(r.id for r in pack.rules if r.group == name) for name in named})
    check(pack, file)
    return pack


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
        found_by=table.words("found_by") or silent.found_by,
        investigation_ends=table.get("investigation_ends", bool, True),
        absent="missing" if table.choice("absent", ("class", "missing"), "class") == "missing" else "class",
        unsafe_ends=table.get("unsafe_ends", bool, True),
        second=table.choice("second", ("separate", "waits", "joins"), "separate"),  # type: ignore[arg-type]
        same_within=near,
    )
    table.done()
    return terms


def _calendar(table: Table) -> Calendar:
    calendar = Calendar(table.get("opens", time, time(9)), table.get("closes", time, time(17)))
    table.done()
    return calendar


def _words(table: Table) -> Words:
    words = Words(
        services=table.words("services"),
        decisions=table.table("decisions").lists(),
        meetings=table.table("meetings").lists(),
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
            field="manager" if inner.choice("field", ("worker", "manager"), "worker") == "manager" else "worker",
            professional=inner.maybe("professional", str),
            involved=inner.get("involved", bool, False),
            carers=inner.get("carers", bool, False),
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
        criteria.append(Criterion(_tests(table), table.words("clauses")))
        table.done()
    return tuple(criteria)


def _audience(file: str, name: str, rows: Any) -> tuple[AudienceRow, ...]:
    tables = Table(file, f"audiences.{name}", {"rows": rows}).rows("rows", lambda _, n: f"{n} of audience {name}")
    audience = []
    for table in tables:
        audience.append(AudienceRow(_tests(table), _targets(table), table.words("clauses")))
        table.done()
    return tuple(audience)


def _tests(table: Table) -> Tests:
    return Tests(_conditions(table, "when"), _conditions(table, "unless"))


def _conditions(table: Table, key: str) -> tuple[Condition, ...]:
    values = table.table(key)
    return tuple(_condition(table, name, value) for name, value in values.rest().items())


def _condition(table: Table, name: str, value: Any) -> Condition:
    if name == "meets":
        return Condition(name, {"criteria": _typed(table, name, value, tuple[str, ...])})
    known = CONDITIONS.get(name)
    if known is None:
        raise table.fault(f"there is no condition '{name}'; known are: {', '.join(sorted(CONDITIONS))}, meets")
    if isinstance(value, bool) and not known.required:
        return Condition(name, {}, wanted=value)
    if not isinstance(value, dict) and known.arguments:
        value = {next(iter(known.arguments)): value}  # the only or first argument may stand alone
    if not isinstance(value, dict):
        raise table.fault(f"condition '{name}' takes true or false")
    for argument in value.keys() - known.arguments.keys():
        raise table.fault(f"condition '{name}' has no argument '{argument}'; it has {', '.join(known.arguments)}")
    for argument in known.required - value.keys():
        raise table.fault(f"condition '{name}' needs '{argument}'")
    return Condition(name, {k: _typed(table, name, v, known.arguments[k]) for k, v in value.items()})


def _typed(table: Table, condition: str, value: Any, hint: Any) -> Any:
    try:
        return typed(value, hint)
    except ValueError as error:
        raise table.fault(f"condition '{condition}': {error}") from None


def _targets(table: Table) -> tuple[Target, ...]:
    entries = table.get("to", list, [])
    return tuple(_target(table, entry) for entry in entries)


def _target(table: Table, entry: Any) -> Target:
    if isinstance(entry, str):
        return Target(audience=entry[1:]) if entry.startswith("@") else Target(role=entry)
    inner = Table(table.file, f"{table.place}.to", entry)
    named = inner.maybe("named_as", str)
    if named is not None and named not in NAMED_AS:
        raise inner.fault(f"'named_as' must be one of {', '.join(NAMED_AS)}")
    target = Target(
        role=inner.maybe("role", str),
        of=inner.maybe("of", str),
        told_by=inner.words("told_by"),
        named_as=named,  # type: ignore[arg-type]  # one of NAMED_AS, checked above
        channel=inner.maybe("channel", str),
    )
    inner.done()
    return target


def _limit(table: Table, key: str, extra: str | None = None) -> tuple[Limit, Period | None] | None:
    values = table.maybe(key, dict)
    if values is None:
        return None
    inner = Table(table.file, f"{table.place}.{key}", values)
    try:
        lengths = tuple(Period.parse(word) for word in inner.words("within"))
        lead = inner.maybe(extra, str) if extra else None
        period = Elapsed.parse(lead) if lead else None
    except ValueError as error:
        raise inner.fault(str(error)) from None
    local = inner.choice("basis", ("source", "local"), "source") == "local"
    anchor, of, agreed = inner.choice("from", ANCHORS), inner.words("of"), inner.maybe("agreed", str)
    limit = Limit(anchor, of, lengths, "local" if local else "source", agreed)
    inner.done()
    if not lengths:
        raise inner.fault("'within' is missing; add a period such as 72h")
    return limit, period


def _rule(table: Table) -> Rule:
    at, over, before = _limit(table, "at"), _limit(table, "over"), _limit(table, "before", "lead")
    moments = [
        *([Moment("at", at[0])] if at else []),
        *([Moment("over", over[0])] if over else []),
        *([Moment("before", *before)] if before else []),
    ]
    if len(moments) > 1:
        raise table.fault("only one of 'at', 'over' and 'before' may be given")
    due, target, modality = _limit(table, "due"), _limit(table, "target"), table.maybe("modality", str)
    if modality is not None and modality not in get_args(Modality):
        raise table.fault(f"'modality' must be one of {', '.join(get_args(Modality))}")
    rule = Rule(
        id=table.get("id", str),
        clauses=table.words("clauses"),
        send=table.get("send", str),
        kind=table.maybe("kind", str),
        on=table.words("on"),
        tests=_tests(table),
        to=_targets(table),
        once=table.choice("once", ("episode", "event", "anchor"), "episode"),  # type: ignore[arg-type]
        group=table.maybe("group", str),
        moment=moments[0] if moments else None,
        due=due[0] if due else None,
        target=target[0] if target else None,
        modality=modality,  # type: ignore[arg-type]  # checked above
        urgency=table.choice("urgency", get_args(Urgency), "routine"),  # type: ignore[arg-type]
        name=table.maybe("name", str),
        form=table.maybe("form", str),
        fields=table.table("fields").rest(),
        rejects=table.get("rejects", bool, False),
        closes=table.words("closes"),
        settled_by=table.words("settled_by"),
    )
    table.done()
    return rule


def _periodic(table: Table) -> Periodic:
    row = Periodic(
        table.get("id", str),
        "month" if table.choice("period", ("month", "quarter")) == "month" else "quarter",
        _targets(table),
        table.words("clauses"),
    )
    table.done()
    return row
