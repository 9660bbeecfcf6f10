"""One duty, one rule: a rule with `each` is written once and read as several, one for each service, say.

What stands in the rule holds for each of them; what stands under a name of `each` holds for that one besides.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from routing.tables import PackError, TomlTable

JOINED = ("when", "unless", "fields")
"""Tables that a rule and its parts fill together. Lists are put one behind the other; all else stands in one place."""
OF_THE_RULE = ("id", "title", "about", "each")


def families(rows: Any) -> dict[str, tuple[str, ...]]:
    """The rules with `each`, and the ids of the rules that each of them is."""
    rows = rows if isinstance(rows, list) else []
    return {
        str(row["id"]): tuple(row["each"])
        for row in rows
        if isinstance(row, Mapping) and "id" in row and isinstance(row.get("each"), Mapping)
    }


def spread(file: str, rows: Any) -> Iterator[tuple[TomlTable, str | None]]:
    """The rules as they are read, each with the rule of the file whose `each` it is one of."""
    ids = [row["id"] for row in rows if isinstance(row, Mapping) and "id" in row]
    ids += [id_ for parts in families(rows).values() for id_ in parts]
    for id_ in ids:
        if ids.count(id_) > 1:
            raise PackError(f"{file}: rules {id_}: the id is used twice; ids must differ")
    for n, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            yield TomlTable(file, f"rules row {n}", row), None
        elif "each" not in row:
            yield TomlTable(file, f"rules {row.get('id', f'number {n}')}", row), None
        else:
            yield from _parts(file, row, str(row.get("id", f"number {n}")))


def _parts(file: str, row: Mapping[str, Any], family: str) -> Iterator[tuple[TomlTable, str | None]]:
    each = row["each"]
    if not isinstance(each, Mapping) or len(each) < 2:
        raise PackError(f"{file}: rules {family}: 'each' must be a table of two or more; one alone is the rule itself")
    shared = {key: value for key, value in row.items() if key != "each"}
    for name, part in each.items():
        place = f"rules {family}, each {name}"
        if not isinstance(part, Mapping):
            raise PackError(f"{file}: {place}: must be a table")
        for key in OF_THE_RULE:
            if key in part:
                raise PackError(f"{file}: {place}: '{key}' belongs to the rule; write it there")
        own = {key: _joined(file, place, key, shared[key], value) if key in shared else value
               for key, value in part.items()}  # fmt: skip
        yield TomlTable(file, place, {**shared, **own, "id": name}), family


def _joined(file: str, place: str, key: str, shared: Any, own: Any) -> Any:
    if isinstance(shared, list) and isinstance(own, list):
        return [*shared, *own]
    if key in JOINED and isinstance(shared, Mapping) and isinstance(own, Mapping):
        for name in shared.keys() & own.keys():
            if name != "meets":
                raise PackError(f"{file}: {place}: '{key}.{name}' stands in the rule too; leave it in one of them")
        meets = [_listed(values["meets"]) for values in (shared, own) if "meets" in values]
        return {**shared, **own, **({"meets": [m for entry in meets for m in entry]} if meets else {})}
    raise PackError(f"{file}: {place}: '{key}' stands in the rule too; leave it in one of them")


def _listed(meets: Any) -> list[Any]:
    """The criteria of a `meets`: rows that stand there alone are one criterion."""
    if isinstance(meets, str):
        return [meets]
    return [meets] if meets and all(isinstance(entry, Mapping) for entry in meets) else [*meets]
