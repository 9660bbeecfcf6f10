"""Taking out of the documents of a child what is not kept any longer. What figures and returns count stays: dates,
classes, results."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

import orjson

from homeward.keeping.schedule import RecordType

_INTERVIEW = ("content", "reason", "concern", "concerns", "intelligence", "harm_disclosed")
_CIRCUMSTANCES = ("details", "harm", "parent_reports", "parent_consents", "concerns", "subject", "intelligence")
_REPORTS = (
    *("missing", "found", "located", "death", "accounts", "report"),
    *("decisions", "override", "disagreements", "meetings"),
)
_NUMBERS = ("identifiers", "relations")
INTERVIEWS, RECORDS = "rhi.", "case.context"
"""How the types of messages begin that an interview, or a register's record, comes in."""


def is_of(kind: str, what: RecordType) -> bool:
    """Whether contents of a kind go with a type of record."""
    if kind.startswith(INTERVIEWS):
        return what == "interview"
    return what == ("descriptions" if kind == RECORDS else "circumstances") and "." in kind


def stripped(document: bytes, what: RecordType, before: datetime) -> bytes:
    """The document without what was said before an instant; the same bytes where there is nothing of it."""
    told = orjson.loads(document)
    whole = orjson.dumps(told)
    if strip := _STRIPPED.get(what):
        strip(told, before)
    left = orjson.dumps(told)
    return document if left == whole else left


def _strip_interview(told: dict[str, Any], before: datetime) -> None:
    for outcome in told.get("episode", {}).get("outcomes", ()):
        _drop(outcome, _INTERVIEW, before)


def _strip_circumstances(told: dict[str, Any], before: datetime) -> None:
    case = told.get("episode") or told.get("alert") or {}
    for name in _REPORTS:
        for report in _listed(case.get(name)):
            _drop(report, _CIRCUMSTANCES, before)
            if report.get("reason") and _is_before(report, before):
                report["reason"] = ""  # which some reports cannot do without


def _strip_identifiers(told: Any, before: datetime) -> None:
    """Every number, wherever it stands: those of the child, and those of relatives."""
    if isinstance(told, list):
        for each in told:
            _strip_identifiers(each, before)
    elif isinstance(told, dict):
        for name in _NUMBERS:
            told.pop(name, None)
        _strip_identifiers([*told.values()], before)


def without_relatives(document: bytes, numbers: Collection[str]) -> bytes:
    """The document of a child's record without what it says of relatives who have one of these numbers; the same bytes
    where there is nothing of them."""
    told = orjson.loads(document)
    relations = told.get("record", {}).get("relations", [])
    left = [each for each in relations if each[0][1] not in numbers]
    if left == relations:
        return document
    told["record"]["relations"] = left
    return orjson.dumps(told)


_STRIPPED: Mapping[RecordType, Callable[[dict[str, Any], datetime], None]] = {
    "interview": _strip_interview,
    "circumstances": _strip_circumstances,
    "identifiers": _strip_identifiers,
}


def _listed(value: Any) -> list[dict[str, Any]]:
    return value if isinstance(value, list) else [value] if value else []


def _is_before(report: Mapping[str, Any], before: datetime) -> bool:
    return datetime.fromisoformat(report["origin"]["at"]) < before


def _drop(report: dict[str, Any], names: tuple[str, ...], before: datetime) -> None:
    if _is_before(report, before):
        for name in names:
            report.pop(name, None)
