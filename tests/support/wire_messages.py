"""Messages as they come in on the wire, about made-up children of Nottinghamshire and force XX."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import orjson

MONDAY = datetime(2026, 6, 1, 12, tzinfo=UTC)
_numbers = count(1)


def later(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def child(*numbers: str) -> dict[str, Any]:
    """A person with numbers written `system:value`."""
    pairs = (number.split(":") for number in numbers)
    return {"identifiers": [{"system": system, "value": value} for system, value in pairs]}


def event(type_: str, at: datetime, data: dict[str, Any], id_: str | None = None, source: str | None = None) -> bytes:
    """A structured CloudEvent in one line."""
    told = {
        "specversion": "1.0",
        "id": id_ or f"n-{next(_numbers)}",
        "source": source or ("/police/XX" if type_.startswith("police.") else "/casework/nottinghamshire"),
        "type": type_,
        "time": at,
        "datacontenttype": "application/json",
        "data": data,
    }
    return orjson.dumps(told, option=orjson.OPT_UTC_Z)


def police(type_: str, hours: float, incident: str = "P-1", id_: str | None = None, **fields: Any) -> bytes:
    return event(f"police.{type_}", later(hours), {"force": "XX", "incident": incident, **fields}, id_)


def missing(hours: float = 0, incident: str = "P-1", id_: str | None = None, **fields: Any) -> bytes:
    told = {
        "child": child("compact:K-1"),
        "responsible_authority": "nottinghamshire",
        "classification": "missing",
        "reported_at": later(hours),
    }
    return police("missing", hours, incident, id_, **{**told, **fields})


def found(hours: float, incident: str = "P-1", id_: str | None = None, **fields: Any) -> bytes:
    return police("found", hours, incident, id_, **{"returned_at": later(hours), **fields})


def case(type_: str, hours: float, id_: str | None = None, **fields: Any) -> bytes:
    """What the authority's case system says; of incident P-1 unless the fields name a child."""
    which = {} if "child" in fields else {"incident": "P-1", "force": "XX"}
    return event(type_, later(hours), {"authority": "nottinghamshire", **which, **fields}, id_)


def context(hours: float, *numbers: str, **fields: Any) -> bytes:
    return case("case.context", hours, child=child(*numbers), **fields)
