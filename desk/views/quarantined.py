"""A message that could not be read, for those who mend it: its shape, where in it the fault lies, and whose it is."""

import json
import re
from collections.abc import Mapping
from typing import Any

from routing.library import Packs
from schemas.topics import parse_topic
from store.rows import QuarantineRow


def authority_of(row: QuarantineRow, packs: Packs) -> str | None:
    """Whose message it is: the owner of its topic, of a police force's the authority that it names; None where it shows
    none that is served."""
    topic, told = parse_topic(row.topic), _read(row.value)
    if topic is None:
        return None
    if topic.kind != "police":
        named: object = topic.owner
    else:
        data = told.get("data", told) if isinstance(told, Mapping) else {}
        named = data.get("responsible_authority") if isinstance(data, Mapping) else None
    key = packs.key_of(named) if isinstance(named, str) else None
    return key if key in packs.authorities else None


def marked(body: str, detail: str) -> list[tuple[str, bool]]:
    """The lines of a body, each with whether it holds a field that the fault is said to lie in."""
    fields = {name for path in re.findall(r"[a-z_]+(?:\.[a-z_]+)*(?=:)", detail) for name in path.split(".")[-1:]}
    return [(line, any(line.lstrip().startswith(f'"{name}":') for name in fields)) for line in body.splitlines()]


def unmasked(value: bytes | None) -> str:
    """The body as it came, laid out where it is JSON."""
    told = _read(value)
    if told is not None:
        return json.dumps(told, indent=2, ensure_ascii=False)
    return value.decode(errors="replace") if value else "no body"


def masked(value: bytes | None) -> str:
    """The shape of a body: the names of its fields, and not one value. What is no JSON shows its length alone."""
    if value is None:
        return "no body"
    told = _read(value)
    if told is None:
        return f"{len(value)} bytes that are no JSON"
    return json.dumps(_without_values(told), indent=2, ensure_ascii=False)


def _without_values(told: Any) -> Any:
    if isinstance(told, Mapping):
        return {_name(str(name)): _without_values(part) for name, part in told.items()}
    if isinstance(told, list):
        return [_without_values(part) for part in told]
    return None if told is None else "•" * 3


def _name(name: str) -> str:
    """The name of a field as a contract would have it; any other could itself hold something about a child."""
    return name if name.isascii() and name.islower() and name.replace("_", "").isalpha() and len(name) < 40 else "•••"


def _read(value: bytes | None) -> Any:
    """What the JSON says; None where it is none."""
    try:
        return json.loads(value) if value else None
    except ValueError:
        return None
