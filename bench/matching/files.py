"""A population written as the messages that a hub would get, so that weights can be trained on it like on real ones."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

from bench.matching.slips import TOLD_ON
from bench.matching.telling import Town
from enrichment.matching import Address, Described


def write(town: Town, folder: Path) -> tuple[Path, Path]:
    """register.jsonl, a `case.context` for each child, and police.jsonl, a `police.missing` for each notification."""
    folder.mkdir(parents=True, exist_ok=True)
    register, police = folder / "register.jsonl", folder / "police.jsonl"
    with register.open("wb") as file:
        for number, child in town.register.items():
            data = {"authority": "synthetic", "child": _person(child, f"C-{number}")}
            file.write(_event("case.context", number, data))
    with police.open("wb") as file:
        for number, told in enumerate(town.told):
            data = {"incident": f"ZZ-{number}", "force": "ZZ", "classification": "missing",
                    "child": _person(told.described, None)}  # fmt: skip
            file.write(_event("police.missing", number, data))
    return register, police


def _event(kind: str, number: int, data: dict[str, Any]) -> bytes:
    event = {
        "specversion": "1.0", "id": str(number), "source": "/bench", "type": kind, "time": f"{TOLD_ON}T12:00:00Z",
        "datacontenttype": "application/json", "data": data,
    }  # fmt: skip
    return orjson.dumps(event) + b"\n"


def _person(told: Described, number: str | None) -> dict[str, Any]:
    person: dict[str, Any] = {
        "given_name": told.forename, "family_name": told.surname, "known_as": told.known_as, "gender": told.gender,
        "date_of_birth": told.date_of_birth, "age": _age(told.born_between),
        "identifiers": [{"system": "synthetic", "value": number}] if number else [],
    }  # fmt: skip
    for field, home in zip(("home_address", "placement_address"), told.addresses, strict=False):
        person[field] = _home(home)
    return {name: value for name, value in person.items() if value is not None}


def _home(home: Address) -> dict[str, str]:
    return {name: text for name, text in (("line", home.line), ("postcode", home.postcode)) if text}


def _age(span: tuple[date, date] | None) -> int | None:
    return None if span is None else (TOLD_ON - span[1] + timedelta(days=1)).days // 365
