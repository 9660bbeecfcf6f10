"""Rows and messages in the words of a scenario table, so that what was said can be held against the file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from homeward.scenarios.filling import in_utc, instant
from routing.calendar import LONDON


def as_written(row: Mapping[str, Any]) -> str:
    """`type = "task.create", at = 2026-05-11 18:00:00 (Monday), to = ["worker=w1"]`. Times are those of London, with
    their weekday."""
    return ", ".join(f"{key} = {_value(value)}" for key, value in row.items())


def message_as_row(message: Mapping[str, Any]) -> dict[str, Any]:
    """What a row of `expect` could say of a message."""
    data = message["data"]
    said = {
        "type": message["type"],
        "kind": data["kind"],
        "at": datetime.fromisoformat(message["time"]),
        "incident": data["incident"],
        "to": [f"{r['role']}={r['person']}" if r["person"] else r["role"] for r in data["to"]],
        "due": data["due"] and datetime.fromisoformat(data["due"]),
        "clauses": data["clauses"],
    }
    return {key: value for key, value in said.items() if value is not None}


def _value(value: Any) -> str:
    match value:
        case datetime():
            return _on_the_wall(value)
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return f"{{{as_written(value)}}}"
    return str(value)


def _on_the_wall(at: datetime) -> str:
    """The hour that comes twice in autumn is written with its offset the second time, as the table must write it."""
    local = in_utc(at).astimezone(LONDON)
    wall = local.replace(tzinfo=None, fold=0)
    text = f"{wall}" if instant(wall) == at else f"{wall}{local.isoformat()[19:]}"
    return f"{text} ({local:%A})"
