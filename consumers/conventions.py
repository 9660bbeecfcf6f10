"""Which values stand for "not known" and which cannot be, and by what names one system goes: the table of
`conventions.toml`, asked one value at a time. Nothing raises, whatever the text."""

import re
import tomllib
import unicodedata
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from nhs_number.validate import is_valid

from enrichment.matching.names import fold
from routing.situation import years_between

NHS = "nhs"
"""What the National Health Service's numbers are kept under."""


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("conventions.toml").read_text(encoding="utf-8"))


def _plain(text: str) -> str:
    """Small letters and digits alone."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


# ---- numbers


@cache
def _no_numbers() -> tuple[frozenset[str], re.Pattern[str]]:
    numbers = _table()["numbers"]
    repeated = rf"(?:(\d)\1{{{numbers['repeated'] - 1},}}|0*)"
    return frozenset(map(_plain, numbers["words"])), re.compile("|".join((repeated, *numbers["patterns"])), re.ASCII)


def is_no_number(value: str) -> bool:
    """Whether a value in the place of a number is nobody's."""
    words, patterns = _no_numbers()
    plain = _plain(value)
    return plain in words or patterns.fullmatch(plain) is not None


@cache
def _nhs_systems() -> frozenset[str]:
    return frozenset(map(_plain, _table()["nhs"]["systems"]))


def system_of(word: str) -> str:
    """What a system is called here: as its sender calls it, but for the National Health Service's numbers."""
    return NHS if _plain(word) in _nhs_systems() else word


def nhs_digits(value: str) -> str | None:
    """The ten digits of an NHS number, also where its system is written before it ("NHS 943 476 5919"); None where it
    is none, by its check digit."""
    plain = _plain(value)
    named = max((name for name in _nhs_systems() if plain.startswith(name)), key=len, default="")
    digits = plain.removeprefix(named)
    return digits if digits.isascii() and is_valid(digits) else None


# ---- names and addresses

_LONGEST = 60  # characters of a name that are looked at


@cache
def _names(kind: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    table = _table()[kind]
    words = frozenset(table["words"])
    return words, words | frozenset(table["besides"]), frozenset(table["phrases"])


def _is_no_name(kind: str, text: str) -> bool:
    words, any_of, phrases = _names(kind)
    folded = fold(text[:_LONGEST])
    parts = folded.split()
    return not parts or folded in phrases or (not words.isdisjoint(parts) and any_of.issuperset(parts))


def is_no_forename(text: str) -> bool:
    """Whether a text in the place of a forename names nobody, as that of a child just born."""
    return _is_no_name("forenames", text)


def is_no_surname(text: str) -> bool:
    return _is_no_name("surnames", text)


@cache
def _places() -> tuple[tuple[str, ...], frozenset[str]]:
    table = _table()["addresses"]
    return tuple(map(_plain, table["postcodes"])), frozenset(map(_plain, table["lines"]))


def is_no_postcode(text: str) -> bool:
    """Whether a postcode stands for no place."""
    return _plain(text).startswith(_places()[0])


def is_no_address(line: str) -> bool:
    return _plain(line) in _places()[1]


# ---- dates of birth


@cache
def _births() -> tuple[frozenset[date], int]:
    table = _table()["births"]
    return frozenset(table["dates"]), table["oldest"]


def is_birthday(born: date, day: date) -> bool:
    """Whether somebody may be born on a date who is told of on a day."""
    dates, oldest = _births()
    return born <= day and born not in dates and years_between(born, day) <= oldest


# ---- times


def times_between(received_at: datetime, planned: bool) -> tuple[datetime, datetime]:
    """The latest and the earliest instant of which a message may tell that is received then; `planned`: of something
    that is still to be."""
    table = _table()["times"]
    ahead = timedelta(days=table["planned_days"]) if planned else timedelta(minutes=table["ahead_minutes"])
    return received_at + ahead, received_at - timedelta(days=table["oldest_days"])
