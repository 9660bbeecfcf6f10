"""Codes, instants and nested values as a person reads them. Knows no message type and no layout."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from producers.times import Times

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
# Letters that are read one by one, whichever authority uses them.
_SPELT = {
    "bso", "caro", "cin", "cla", "cmo", "cp", "csc", "csct", "cscs", "dci", "dcs", "eds", "edt", "eswt", "evc", "hos",
    "iro", "lcs", "mam", "mamm", "mash", "mcc", "mem", "misp", "mispe", "nfa", "nrs", "nscp", "ola", "rag", "rhi",
    "tsyjs", "tys", "uc",
}  # fmt: skip


def words(code: str) -> str:
    """`child_in_need_72h` as "child in need 72 h": for codes of a vocabulary."""
    spaced = re.sub(r"\b(\d+)([hd])\b", r"\1 \2", re.sub(r"[_\s.]+", " ", code)).strip()
    return " ".join(word.upper() if word in _SPELT else word for word in spaced.split(" "))


def sentence(text: str) -> str:
    """The same with a capital first letter."""
    return text[:1].upper() + text[1:]


def london_time(instant: datetime) -> str:
    """An instant that stands by itself: "07:10 Fri 17 Jul", London time."""
    return Times(instant).tell(instant)


def instant_of(value: object) -> datetime | None:
    """The aware instant that an RFC 3339 text stands for, None for anything else."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def plain_text(value: object) -> str:
    """Any JSON value in words; "" for what says nothing. Free text stays as it is, but for control characters."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return _text(value)
        case list():
            parted = "\n" if any(";" in plain_text(part) for part in value) else ", "
            return parted.join(filter(None, map(plain_text, value)))
        case {"role": str(role), **rest}:
            person = plain_text(rest.get("person"))
            return f"{words(role)} ({person})" if person else words(role)
        case {"system": str(system), "value": str(number)}:
            return f"{sentence(words(system))} {one_line(number)}"
        case {"kind": str(kind), **rest}:
            return f"{words(kind)} ({', '.join(_parts(rest))})"
        case Mapping():
            return "; ".join(_parts(value))
        case _:
            return str(value)


def _parts(value: Mapping[Any, object]) -> Iterator[str]:
    """Each value under its name; a number needs no colon."""
    for name, part in value.items():
        is_number = isinstance(part, int | float) and not isinstance(part, bool)
        if told := plain_text(part):
            yield f"{words(str(name))}{'' if is_number else ':'} {told}"


def one_line(text: str) -> str:
    """Without control characters and line breaks of any script."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _text(value: str) -> str:
    if (instant := instant_of(value)) is not None:
        return london_time(instant)
    if _DATE.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return value
        return f"{day:%A} {day.day} {day:%B %Y}"
    if _CODE.fullmatch(value):
        return words(value)
    return "\n".join(filter(None, map(one_line, value.splitlines())))
