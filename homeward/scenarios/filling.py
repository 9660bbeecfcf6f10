"""From a report of a scenario table to the bytes that a sender would have published: what the table leaves out is
filled in, and times on the wall are put into UTC."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from routing.calendar import LONDON

ACTORS = ("by", "interviewer", "between", "attendees")
OF_A_CHILD = ("case.", "worker.missing_report", "document.updated")
OF_THE_EVENT = ("at", "type", "id", "source")
"""What a report of a table says of its envelope; all other keys are fields of the wire."""
OWN_TIME = "happened_at"
"""The wire's own `at`, which a table cannot call so: there it is the receipt."""


def line(authority: str, scenario: str, number: int, report: Mapping[str, Any]) -> bytes:
    """A report of a table as a structured CloudEvent."""
    data = {"at" if k == OWN_TIME else k: v for k, v in report.items() if k not in OF_THE_EVENT}
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
    return in_utc(value)


def _actor(text: str) -> dict[str, str]:
    role, _, person = text.partition("=")
    return {"role": role, **({"person": person} if person else {})}


def in_utc(value: Any) -> Any:
    match value:
        case datetime():
            return instant(value)
        case dict():
            return {k: in_utc(v) for k, v in value.items()}
        case list():
            return [in_utc(v) for v in value]
    return value


def instant(at: datetime) -> datetime:
    """In UTC; without an offset it is the wall clock of London, in the autumn fold the first occurrence."""
    return (at if at.tzinfo else at.replace(tzinfo=LONDON)).astimezone(UTC)
