"""One rule of a pack, with its tests, recipients and limits: a TOML table → values. What else a pack holds is read in
`routing.loading`."""

from typing import Any, get_args

from episodes.events import Change
from episodes.origin import Classification
from routing.conditions import CONDITIONS
from routing.messages import Modality, Urgency
from routing.pack import Condition, Limit, Moment, Rule, Target, Tests
from routing.periods import Elapsed, Period
from routing.tables import Table, typed

ANCHORS = (
    *("start", "return", "found", "receipt", "event", "first_sent", "told_first", "last_held", "document"),
    "eighteenth_birthday",
    "missing_since",
)
NAMED_AS = ("between", "attendees", "interviewer", "by", "value")


def tests(table: Table) -> Tests:
    """What stands under `when` and `unless`."""
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


def targets(table: Table) -> tuple[Target, ...]:
    """Who stands in `to`."""
    return _listed(table, "to")


def _listed(table: Table, key: str) -> tuple[Target, ...]:
    entries = table.get(key, list, [])
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
        newest=inner.get("newest", bool, False),
        asked_by=inner.words("asked_by"),
        named_as=named,  # type: ignore[arg-type]  # one of NAMED_AS, checked above
        channel=inner.maybe("channel", str),
        if_named=inner.get("if_named", bool, False),
    )
    inner.done()
    return target


def limit(table: Table, key: str, extra: str | None = None) -> tuple[Limit, Period | None] | None:
    """The limit under a key, with the period under `extra`; None where the key is not given."""
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
    read = Limit(anchor, of, lengths, "local" if local else "source", agreed)
    inner.done()
    if not lengths:
        raise inner.fault("'within' is missing; add a period such as 72h")
    return read, period


def _classifies(table: Table) -> Classification | None:
    word = table.maybe("classifies", str)
    if word is not None and word not in get_args(Classification):
        raise table.fault(f"'classifies' must be one of {', '.join(get_args(Classification))}")
    return word  # type: ignore[return-value]  # checked above


def _follows(table: Table) -> tuple[str, ...]:
    """The events at which a promise moves on; true stands for every event."""
    if table.is_true("follows"):
        return tuple(Change)
    return table.words("follows")


def rule(table: Table) -> Rule:
    """One rule."""
    at, over, before = limit(table, "at"), limit(table, "over"), limit(table, "before", "lead")
    moments = [
        *([Moment("at", at[0])] if at else []),
        *([Moment("over", over[0])] if over else []),
        *([Moment("before", *before)] if before else []),
    ]
    if len(moments) > 1:
        raise table.fault("only one of 'at', 'over' and 'before' may be given")
    due, target, modality = limit(table, "due"), limit(table, "target"), table.maybe("modality", str)
    if modality is not None and modality not in get_args(Modality):
        raise table.fault(f"'modality' must be one of {', '.join(get_args(Modality))}")
    withdraws = table.words("withdraws")
    if withdraws and table.words("closes"):
        raise table.fault("only one of 'closes' and 'withdraws' may be given")
    read = Rule(
        id=table.get("id", str),
        clauses=table.words("clauses"),
        send=table.get("send", str),
        kind=table.maybe("kind", str),
        about="child" if table.choice("about", ("episode", "child"), "episode") == "child" else "episode",
        on=table.words("on"),
        tests=tests(table),
        to=targets(table),
        once=table.choice("once", ("episode", "event", "report", "anchor"), "episode"),  # type: ignore[arg-type]
        group=table.maybe("group", str),
        moment=moments[0] if moments else None,
        due=due[0] if due else None,
        target=target[0] if target else None,
        modality=modality,  # type: ignore[arg-type]  # checked above
        urgency=table.choice("urgency", get_args(Urgency), "routine"),  # type: ignore[arg-type]
        name=table.maybe("name", str),
        form=table.maybe("form", str),
        fields=table.table("fields").rest(),
        follows=_follows(table),
        lapses=table.is_true("lapses"),
        rejects=table.get("rejects", bool, False),
        beyond_scope=table.get("beyond_scope", bool, False),
        classifies=_classifies(table),
        contact=_listed(table, "contact"),
        circumstances=table.get("circumstances", bool, False),
        takes_over=table.words("takes_over"),
        closes=table.words("closes") or withdraws,
        withdraws=bool(withdraws),
        closes_for_child=table.words("closes_for_child"),
        settled_by=table.words("settled_by"),
        dated=table.words("dated"),
    )
    table.done()
    return read
