"""What stands under `when` and `unless`: named conditions with typed arguments, and criteria."""

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from routing.conditions import CONDITIONS, Word
from routing.naming import Names
from routing.pack import Condition, Criterion, Tests
from routing.periods import Period
from routing.tables import TomlTable, nearest, typed


def tests(table: TomlTable, names: Names) -> Tests:
    """Conditions: all of `when` must hold, and none of `unless`.

    when: conditions by name, each with its arguments; true or false where it needs none.
    unless: conditions of which not one may hold.
    """
    return Tests(_conditions(table, names, "when"), _conditions(table, names, "unless"))


def criterion(table: TomlTable, names: Names) -> Criterion:
    """One row of a criterion. The criterion is met when any of its rows is; each row that is met lends its clauses to
    the message.

    when: conditions that must hold.
    unless: conditions of which not one may hold.
    clauses: what the message cites besides, where this row is met.
    """
    row = Criterion(tests(table, names), table.words("clauses"))
    table.done()
    return row


def criteria(table: TomlTable, names: Names, rows: Any) -> tuple[Criterion, ...]:
    """All the rows of a criterion."""
    if not isinstance(rows, list) or not rows:
        raise table.fault("a criterion needs a list of rows, such as [{when = {back = true}}]")
    return tuple(
        criterion(TomlTable(table.file, f"{table.place}, row {n}", row), names) for n, row in enumerate(rows, 1)
    )


def _conditions(table: TomlTable, names: Names, key: str) -> tuple[Condition, ...]:
    values = table.table(key)
    return tuple(_condition(table, names, name, value) for name, value in values.rest().items())


def _condition(table: TomlTable, names: Names, name: str, value: Any) -> Condition:
    if name == "meets":
        return Condition(name, {"criteria": _met(table, names, value)})
    known = CONDITIONS.get(name)
    if known is None:
        near, all_of = nearest(name, CONDITIONS), ", ".join(sorted(CONDITIONS))
        raise table.fault(f"there is no condition '{name}'{near}; known are: {all_of}, meets")
    if isinstance(value, bool) and not known.required:
        return Condition(name, {}, wanted=value)
    if not isinstance(value, Mapping) and known.arguments:
        value = {next(iter(known.arguments)): value}  # the only or first argument may stand alone
    if not isinstance(value, Mapping):
        raise table.fault(f"condition '{name}' takes true or false")
    for argument in value.keys() - known.arguments.keys():
        near, all_of = nearest(argument, known.arguments), ", ".join(known.arguments)
        raise table.fault(f"condition '{name}' has no argument '{argument}'{near}; it has {all_of}")
    for argument in known.required - value.keys():
        raise table.fault(f"condition '{name}' needs '{argument}'")
    return Condition(name, {k: _argument(table, names, name, v, known.arguments[k]) for k, v in value.items()})


def _met(table: TomlTable, names: Names, value: Any) -> tuple[str, ...]:
    """The criteria of a `meets`: names, and rows that stand there themselves."""
    entries = value if isinstance(value, list) else [value]
    if entries and all(isinstance(entry, Mapping) for entry in entries):
        entries = [entries]
    met = []
    for entry in entries:
        if isinstance(entry, str):
            met.append(entry)
        elif isinstance(entry, list):
            met.append(names.stands_in_place(table, criteria(table, names, entry)))
        else:
            raise table.fault(f"condition 'meets': expected the names of criteria, or rows of one, not {entry!r}")
    return tuple(met)


def _argument(table: TomlTable, names: Names, condition: str, value: Any, hint: Any) -> Any:
    kind = bare_type(hint)
    if isinstance(kind, type) and isinstance(value, str):
        if issubclass(kind, Period):
            value = str(names.length(table, value))
        elif kind is int:
            value = names.number(table, value)
    try:
        read = typed(value, hint)
    except ValueError as error:
        raise table.fault(f"condition '{condition}': {error}") from None
    of_promises = get_origin(hint) is Annotated and any(a == Word("promises") for a in get_args(hint))
    return names.promises(read) if of_promises else read


def bare_type(hint: Any) -> Any:
    """The type of an argument without what stands around it."""
    if get_origin(hint) is Annotated:
        return bare_type(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        return bare_type(next(h for h in get_args(hint) if h is not type(None)))
    return hint
