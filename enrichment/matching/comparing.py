"""How far two descriptions agree, field by field, as words of `levels`. What an agreement weighs is the model's."""

from typing import NamedTuple

from enrichment.matching.comparing_names import InUse, best_forename, best_surname, names_exchanged
from enrichment.matching.comparing_places import address, age, birth
from enrichment.matching.levels import MISSING
from enrichment.matching.prepared import Prepared


class Compared(NamedTuple):
    """A level for each field, and the name that both sides bear, where they do."""

    forename: str
    surname: str
    birth: str
    age: str
    address: str
    gender: str
    identifier: str
    shared_forename: str
    shared_surname: str


def compare(one: Prepared, other: Prepared, in_use: InUse) -> Compared:
    """All fields. `in_use` says whether a folded forename is one that people bear: two such names that differ by a
    letter may be twins, where a misspelling is not."""
    first, shared_first = best_forename(one.forenames, other.forenames, in_use)
    last, shared_last = best_surname(one.surnames, other.surnames)
    if first in _UNEQUAL and last in _UNEQUAL and (crossed := names_exchanged(one, other)):
        first, last = "exchanged", "same"
        shared_first, shared_last = crossed
    return Compared(
        first, last, birth(one, other), age(one, other), address(one.homes, other.homes),
        gender(one.gender, other.gender), identifier(one.identifiers, other.identifiers), shared_first, shared_last,
    )  # fmt: skip


_UNEQUAL = frozenset(("different", "alike", "begins", "close", "part"))


def gender(one: str | None, other: str | None) -> str:
    if one is None or other is None:
        return MISSING
    return "same" if one == other else "different"


def identifier(ones: frozenset[tuple[str, str]], others: frozenset[tuple[str, str]]) -> str:
    """Whether a number is shared. Another number of the same system speaks against, where none is shared."""
    if not ones or not others:
        return MISSING
    if not ones.isdisjoint(others):
        return "same"
    return "different" if {s for s, _ in ones} & {s for s, _ in others} else MISSING
