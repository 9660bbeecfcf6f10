"""A child as somebody describes one, in a police message or a register record. Values as they came; nothing is compared
here."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Address:
    """Where a child lives or was placed. Either part may be missing."""

    line: str | None = None
    postcode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What is said of one child. `aliases` are further whole names, surname last. `born_between` is for a child whose
    date of birth is not known: the first and the last date that the stated age allows."""

    forename: str | None = None
    surname: str | None = None
    known_as: str | None = None
    aliases: tuple[str, ...] = ()
    date_of_birth: date | None = None
    born_between: tuple[date, date] | None = None
    gender: str | None = None
    addresses: tuple[Address, ...] = ()
    identifiers: frozenset[tuple[str, str]] = frozenset()


def born_between(age: int, on: date) -> tuple[date, date] | None:
    """The first and the last date of birth of somebody who is `age` whole years old on a date; None for an age that
    nobody has."""
    if not 0 <= age <= 120 or on.year - age < 2:
        return None
    return _anniversary(on, on.year - age - 1) + timedelta(days=1), _anniversary(on, on.year - age)


def _anniversary(on: date, year: int) -> date:
    """The same day in another year; 29 February is 28 February where there is none."""
    try:
        return on.replace(year=year)
    except ValueError:
        return on.replace(year=year, day=28)
