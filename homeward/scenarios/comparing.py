"""Comparing what was said with the rows of a scenario, in words that show by how much it misses."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from homeward.scenarios.reading import OF_THE_ROW, Scenario
from homeward.scenarios.writing import as_written, message_as_row

_NOT_UNDERSTOOD = {
    "unreadable": "a report cannot be read",
    "unknown_word": "a report uses a word that the pack does not have",
}


def row_faults(scenario: Scenario, messages: list[dict[str, Any]]) -> list[str]:
    """What was not said as expected, each in a line."""
    found = []
    for row in scenario.expect:
        count, wanted = sum(matches(row, m) for m in messages), row.get("count", 1)
        if count != wanted:
            found.append(f"{count} instead of {wanted}: {as_written(row)}{_near(row, messages)}")
    for row in scenario.absent:
        found += [f"said although it must not be: {as_written(row)}" for m in messages if matches(row, m)]
    wants = {row.get("kind") for row in scenario.expect}
    for message in messages:
        kind = message["data"]["kind"]
        if kind in _NOT_UNDERSTOOD and kind not in wants:
            found.append(f"{_NOT_UNDERSTOOD[kind]}: {message['data']['detail']}")
    return found


def matches(row: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
    data, at = message["data"], _at(message["time"])
    to = {(r["role"], r["person"]) for r in data["to"]}
    told = to | {(role, "") for role, _ in to}
    incident = row.get("incident", "P-1")
    return (
        row.get("type", message["type"]) == message["type"]
        and incident in ("*", data["incident"])
        and row.get("at", at) == at
        and row.get("after", at) <= at <= row.get("before", at)
        and all(_recipient(word) in told for word in row.get("to", ()))
        and ("to_exactly" not in row or {w.partition("=")[0] for w in row["to_exactly"]} == {role for role, _ in to})
        and all(_recipient(word) in told for word in row.get("to_exactly", ()))
        and set(row.get("clauses", ())) <= set(data["clauses"])
        and all(data.get(name) is not None for name in row.get("has", ()))
        and all(data.get(name) is None for name in row.get("lacks", ()))
        and all(_same(value, data.get(name)) for name, value in row.items() if name not in OF_THE_ROW)
    )


def _recipient(word: str) -> tuple[str, str | None]:
    role, _, person = word.partition("=")
    return role, None if person == "nobody" else person


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _same(wanted: Any, said: Any) -> bool:
    if isinstance(wanted, datetime):
        return said is not None and _at(said) == wanted
    if isinstance(wanted, dict):
        return isinstance(said, dict) and all(_same(v, said.get(k)) for k, v in wanted.items())
    if isinstance(wanted, list) and isinstance(said, list):
        return len(wanted) == len(said) and all(_same(w, s) for w, s in zip(wanted, said, strict=True))
    return bool(wanted == said)


def _near(row: Mapping[str, Any], messages: list[dict[str, Any]]) -> str:
    """What was said of the same type and kind, to see by how much it misses."""
    like = [m for m in messages if m["type"] == row.get("type") and m["data"]["kind"] == row.get("kind")]
    return "".join(f"\n      said: {as_written(message_as_row(m))}" for m in like)
