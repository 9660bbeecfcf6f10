"""Blocking keys: two descriptions that may be the same child share at least one. A register record is filed under its
keys, and one indexed look-up for all keys of a batch finds everybody worth comparing."""

from collections.abc import Iterator
from hashlib import blake2b

from enrichment.matching.described import Described
from enrichment.matching.names import Name
from enrichment.matching.prepared import Prepared, prepare

YEARS = 3  # of a stated age: more say nothing


def blocking_keys(described: Described | Prepared) -> set[str]:
    """Opaque keys of 12 characters, the same for a message and for a record. A name or a date cannot be read from one;
    they still belong to the child's data and go where it goes.

    One key suffices to be found, and each survives other slips: names that sound the same with any date of birth; the
    date of birth with one initial; the postcode with any name; one name, the other's initial and the year; one name
    with day and month. Exchanged names and exchanged day and month change none of them.
    """
    person = described if isinstance(described, Prepared) else prepare(described)
    return {blake2b(told.encode(), digest_size=6).hexdigest() for told in _told(person)}


def _told(person: Prepared) -> Iterator[str]:
    for home in person.homes:
        if home.postcode:
            yield f"p {home.postcode}"
    fores, surs = _sounds(person.forenames), _sounds(person.surnames)
    names = {*fores, *surs}
    for fore in fores:
        for sur in surs:
            yield f"n {min(fore, sur)} {max(fore, sur)}"
    if person.born is not None:
        low, high = sorted((person.born.month, person.born.day))
        for initial in {n[:1] for n in names}:
            yield f"b {person.born.year} {low} {high} {initial}"
        for named in names:
            yield f"d {low} {high} {named}"
    for year in _years(person):
        for fore in fores:
            for sur in surs:
                yield f"y {year} {fore} {sur[:1]}"
                yield f"y {year} {sur} {fore[:1]}"


def _sounds(names: tuple[Name, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s for n in names for s in n.sounds))


def _years(person: Prepared) -> tuple[int, ...]:
    if person.born is not None:
        return (person.born.year,)
    if person.born_between is None:
        return ()
    first, last = person.born_between
    return tuple(range(first.year, last.year + 1))[:YEARS]
