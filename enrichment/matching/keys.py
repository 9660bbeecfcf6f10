"""Blocking keys: a description and a record that may be the same child share at least one. Records are filed under
theirs, and one indexed look-up for all keys of a batch finds everybody worth comparing."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from enrichment.matching.described import Described
from enrichment.matching.names import Name
from enrichment.matching.prepared import Prepared, prepare

_NO_STREET = frozenset(("apartment", "apt", "block", "flat", "floor", "house", "room", "the", "unit"))
MOST_YEARS = 4  # of birth that a stated age may mean; a wider span says nothing


def blocking_keys(record: Described | Prepared) -> set[str]:
    """The keys under which a record of the register is filed: mostly eight, opaque, of 12 characters. A name or a date
    cannot be read from one; they still belong to the child's data and go where it goes.

    Each survives other slips: the date of birth with one initial; the postcode with any name; the house with one name;
    names that sound the same, alone and with the year; day and month with the sound of one name and the initial of the
    other. Exchanged names, or an exchanged day and month, change none of them.
    """
    person = record if isinstance(record, Prepared) else prepare(record)
    told = [*_places(person), *(f"n {names}" for names in _pairs(person)), *_births(person)]
    if person.born is None:
        told += (f"u {names}" for names in _pairs(person))
    return _opaque(told)


def lookup_keys(described: Described | Prepared) -> set[str]:
    """The keys under which to look for a described child: those of `blocking_keys` that a record of this child has, but
    for the names alone where a date or an age narrows them down. Common names would otherwise bring hundreds."""
    person = described if isinstance(described, Prepared) else prepare(described)
    if person.born is None and person.born_between is None:
        return _opaque([*_places(person), *(f"n {names}" for names in _pairs(person))])
    return _opaque([*_places(person), *(f"u {names}" for names in _pairs(person)), *_births(person)])


def _opaque(told: Iterable[str]) -> set[str]:
    return {blake2b(text.encode(), digest_size=6).hexdigest() for text in told}


def _places(person: Prepared) -> Iterator[str]:
    for home in person.homes:
        if home.postcode:
            yield f"p {home.postcode}"
        street = next((word for word in home.words.split() if word not in _NO_STREET), "")
        if home.numbers and street:
            house = " ".join((*sorted(home.numbers), street[:4]))
            for sound in (*_sounds(person.forenames), *_sounds(person.surnames)):
                yield f"h {house} {sound}"


def _pairs(person: Prepared) -> set[str]:
    """The sounds of forename and surname together, whichever comes first."""
    surnames = _sounds(person.surnames)
    return {f"{min(f, s)} {max(f, s)}" for f in _sounds(person.forenames) for s in surnames}


def _births(person: Prepared) -> Iterator[str]:
    for year in _years(person):
        for names in _pairs(person):
            yield f"y {year} {names}"
    if person.born is None:
        return
    low, high = sorted((person.born.month, person.born.day))
    forenames, surnames = _sounds(person.forenames), _sounds(person.surnames)
    for side, sounds in (("f", forenames), ("s", surnames)):
        for initial in {sound[0] for sound in sounds}:
            yield f"b {person.born.year} {low} {high} {side} {initial}"
    for forename in forenames:
        for surname in surnames:
            yield f"d {low} {high} {forename} {surname[0]}"
            yield f"d {low} {high} {surname} {forename[0]}"


def _sounds(names: tuple[Name, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sound for name in names for sound in name.sounds))


def _years(person: Prepared) -> range:
    """The years in which the child may be born: a stated age may be one off."""
    if person.born is not None:
        return range(person.born.year, person.born.year + 1)
    if person.born_between is None:
        return range(0)
    first, last = person.born_between
    return range(first.year - 1, last.year + 2)[:MOST_YEARS]
