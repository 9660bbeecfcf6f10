"""How far two descriptions agree, field by field, as words of `levels`. What an agreement weighs is the model's."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler

from enrichment.matching.comparing_places import address, birth
from enrichment.matching.levels import MISSING
from enrichment.matching.names import Name
from enrichment.matching.prepared import Prepared

InUse = Callable[[str], bool]
ALIKE = 0.88  # Jaro-Winkler from which two different names look alike


class Compared(NamedTuple):
    """A level for each field, and which name of the candidate it was where both sides bear the same."""

    forename: str
    surname: str
    birth: str
    address: str
    gender: str
    identifier: str
    shared_forename: str
    shared_surname: str


def compare(one: Prepared, other: Prepared, in_use: InUse) -> Compared:
    """All fields. `in_use` says whether a folded forename is one that people bear: two such names that differ by a
    letter may be twins, where a misspelling is not."""
    forename, shared_forename = best_forename(one.forenames, other.forenames, in_use)
    surname, shared_surname = best_surname(one.surnames, other.surnames)
    if forename in _UNEQUAL and surname in _UNEQUAL and exchanged(one, other):
        forename, shared_forename = "exchanged", other.forenames[0].text
        surname, shared_surname = "same", other.surnames[0].text
    return Compared(
        forename, surname, birth(one, other), address(one.homes, other.homes), gender(one.gender, other.gender),
        identifier(one.identifiers, other.identifiers), shared_forename, shared_surname,
    )  # fmt: skip


_UNEQUAL = frozenset(("different", "alike", "close", "part"))
_FORENAME_RANK = {"same": 0, "variant": 1, "close": 2, "part": 3, "alike": 4, "different": 5}
_SURNAME_RANK = {"same": 0, "close": 1, "part": 2, "different": 3}


def best_forename(ones: Collection[Name], others: Collection[Name], in_use: InUse) -> tuple[str, str]:
    """The best agreement of any forename by which the one goes with any of the other, and that name of the other."""
    best, shared, rank = MISSING, "", 9
    for one in ones:
        for other in others:
            level = forename(one, other, in_use)
            if (found := _FORENAME_RANK[level]) < rank:
                best, shared, rank = level, other.text, found
    return best, shared


def best_surname(ones: Collection[Name], others: Collection[Name]) -> tuple[str, str]:
    best, shared, rank = MISSING, "", 9
    for one in ones:
        for other in others:
            level = surname(one, other)
            if (found := _SURNAME_RANK[level]) < rank:
                best, shared, rank = level, other.text, found
    return best, shared


def forename(one: Name, other: Name, in_use: InUse) -> str:
    if one.text == other.text:
        return "same"
    if not one.formal.isdisjoint(other.formal):
        return "variant"
    if one.parts != other.parts and _share_a_part(one, other):
        return "part"
    slip = misspelt(one, other)
    if slip and not (in_use(one.text) and in_use(other.text)):
        return "close"
    if slip or one.sound == other.sound or JaroWinkler.similarity(one.text, other.text) >= ALIKE:
        return "alike"
    return "different"


def surname(one: Name, other: Name) -> str:
    if one.text == other.text or one.parts == other.parts:
        return "same"
    if _share_a_part(one, other):
        return "part"
    return "close" if misspelt(one, other) or not one.formal.isdisjoint(other.formal) else "different"


def misspelt(one: Name, other: Name) -> bool:
    """Whether one may be a slip of the other: a letter wrong, lacking, added or out of turn (two in a long name), or a
    spelling that sounds the same."""
    longer = max(len(one.text), len(other.text))
    if longer < 4:
        return False
    slips = OSA.distance(one.text, other.text, score_cutoff=3)
    return slips == 1 or (slips == 2 and longer >= 7) or (slips <= 3 and one.sound == other.sound and longer >= 5)


def exchanged(one: Prepared, other: Prepared) -> bool:
    """Whether the forename of one is the surname of the other and the reverse."""
    if not (one.forenames and one.surnames and other.forenames and other.surnames):
        return False
    return _cross(one.forenames[0], other.surnames[0]) and _cross(one.surnames[0], other.forenames[0])


def _cross(one: Name, other: Name) -> bool:
    return one.text == other.text or not one.formal.isdisjoint(other.formal) or misspelt(one, other)


def _share_a_part(one: Name, other: Name) -> bool:
    """Whether a part of a double name is the other's, or one is only the initial of the other."""
    shorter, longer = sorted((one.text, other.text), key=len)
    if len(shorter) == 1:
        return longer.startswith(shorter)
    if len(one.parts) == len(other.parts) == 1:
        return len(shorter) >= 4 and longer.startswith(shorter) and len(longer) - len(shorter) >= 3
    return any(len(part) > 1 for part in one.parts & other.parts)


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
