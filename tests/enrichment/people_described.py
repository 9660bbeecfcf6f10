"""Made-up children as registers and reports describe them, and what a test asks of a hub about them."""

from typing import Any

from hub_in_memory import Hub
from wire_messages import case, missing

ROBIN = {
    "given_name": "Robin",
    "family_name": "Featherstonehaugh",
    "date_of_birth": "2011-09-23",
    "home_address": {"line": "12 Larch Row", "postcode": "ZZ1 2AB"},
}
KIT = {
    "given_name": "Kit",
    "family_name": "Featherstonehaugh",
    "date_of_birth": "2013-02-11",
    "home_address": {"line": "12 Larch Row", "postcode": "ZZ1 2AB"},
}
# A child with names that many bear, as a report with an age in place of the date of birth knows one.
JACK = {"given_name": "Jack", "family_name": "Smith", "date_of_birth": "2011-09-23"}
SOME_JACK = {"given_name": "Jack", "family_name": "Smith", "age": 14}


def person(whom: dict[str, Any], *numbers: str, **other: Any) -> dict[str, Any]:
    """Somebody, with these numbers written `system:value`; a field that is None is left out."""
    pairs = [number.split(":") for number in numbers]
    told = {**whom, **other, "identifiers": [{"system": system, "value": value} for system, value in pairs]}
    return {name: value for name, value in told.items() if value is not None}


def on_register(whom: dict[str, Any], number: str, worker: str, hours: float = -5, **other: Any) -> bytes:
    """A register record of somebody whose case is open to social care."""
    services = [{"service": "cscs", "worker": worker}]
    return case("case.context", hours, child=person(whom, number, **other), services=services)


def reported(
    whom: dict[str, Any], *numbers: str, hours: float = 0, incident: str = "P-1", force: str = "XX", **other: Any
) -> bytes:
    """The police's report of somebody."""
    return missing(hours, incident, child=person(whom, *numbers, **other), force=force)


async def since(h: Hub, *values: bytes) -> list[dict[str, Any]]:
    """What is said because of these, taken in one after the other."""
    before = {m["id"] for m in await h.said()}
    for value in values:
        await h.take(value)
    return [m for m in await h.said() if m["id"] not in before]


def told(messages: list[dict[str, Any]], type_: str = "notify.missing", kind: str | None = None) -> list[str | None]:
    """The persons to whom messages of this type are addressed."""
    return [r["person"] for m in messages if m["type"] == type_ and kind in (None, m["kind"]) for r in m["to"]]


def doubts(messages: list[dict[str, Any]]) -> list[str]:
    """What the intake role is told about doubtful matches."""
    return [m["detail"] for m in messages if m["type"] == "exception.raise" and m["kind"] == "doubtful_match"]
