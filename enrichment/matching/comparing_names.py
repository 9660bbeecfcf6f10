"""How far two names agree: misspelt, short, double, of another script, exchanged. Words of `levels`, and the name that
both sides bear, whose rarity counts."""

from collections.abc import Callable, Collection, Sequence

from rapidfuzz.distance import OSA, JaroWinkler

from enrichment.matching.levels import LEVELS, MISSING
from enrichment.matching.names import Name
from enrichment.matching.prepared import Prepared

InUse = Callable[[str], bool]
Agreement = tuple[str, str]  # a level, and the name shared
ALIKE = 0.84  # Jaro-Winkler from which two different names look alike
UNLIKE = 0.6  # Jaro-Winkler below which no slip, short form or likeness is to be found: most pairs end here
_FORENAME_RANKS = {level: rank for rank, level in enumerate(LEVELS["forename"])}
_SURNAME_RANKS = {level: rank for rank, level in enumerate(LEVELS["surname"])}
_NOTHING: Agreement = (MISSING, "")
_DIFFERENT: Agreement = ("different", "")
_LIKENESS = JaroWinkler.similarity


def best_forename(ones: Collection[Name], others: Collection[Name], in_use: InUse) -> Agreement:
    """The best agreement of any forename by which the one goes with any of the other."""
    if len(ones) == len(others) == 1:
        (one,), (other,) = ones, others
        return forename(one, other, in_use)
    return min((forename(a, b, in_use) for a in ones for b in others), key=_rank_of_forename, default=_NOTHING)


def best_surname(ones: Collection[Name], others: Collection[Name]) -> Agreement:
    if len(ones) == len(others) == 1:
        (one,), (other,) = ones, others
        return surname(one, other)
    return min((surname(a, b) for a in ones for b in others), key=_rank_of_surname, default=_NOTHING)


def _rank_of_forename(agreement: Agreement) -> int:
    return _FORENAME_RANKS[agreement[0]]


def _rank_of_surname(agreement: Agreement) -> int:
    return _SURNAME_RANKS[agreement[0]]


def forename(one: Name, other: Name, in_use: InUse) -> Agreement:
    if one.text == other.text:
        return "same", (other.parts[0] if other.parts else other).text
    if not one.formal.isdisjoint(other.formal):
        return "variant", other.text
    if one.parts or other.parts:
        return _double_forename(one, other, in_use)
    likeness = _LIKENESS(one.text, other.text)
    if likeness < UNLIKE:
        return _DIFFERENT
    both_in_use = in_use(one.text) and in_use(other.text)
    slip = misspelt(one, other)
    if slip and not both_in_use:
        return "close", other.text
    if begins_alike(one.text, other.text, both_in_use):
        return "begins", ""
    initial = len(one.text) < 3 or len(other.text) < 3
    if slip or one.sounds[0] == other.sounds[0] or likeness >= ALIKE or (initial and one.text[0] == other.text[0]):
        return "alike", ""
    return _DIFFERENT


def _double_forename(one: Name, other: Name, in_use: InUse) -> Agreement:
    """Two brothers may share one part of their names: a part counts only where one side says nothing else."""

    def same(a: Name, b: Name) -> bool:
        slip = misspelt(a, b) and not (in_use(a.text) and in_use(b.text))
        return a.text == b.text or not a.formal.isdisjoint(b.formal) or slip

    ones, others = one.parts or (one,), other.parts or (other,)
    shared, all_of_one = _shared(ones, others, same)
    if all_of_one and len(shared) == len(others):
        return "close", shared[0].text
    if all_of_one or len(shared) == len(others):
        return "part", shared[0].text
    if misspelt(one, other):
        return "close", others[0].text
    return ("alike", "") if shared else _DIFFERENT


def _shared(
    ones: Sequence[Name], others: Sequence[Name], same: Callable[[Name, Name], bool]
) -> tuple[list[Name], bool]:
    """The parts of the other name that are among those of the one, and whether all of the one are among the other's."""
    shared = [b for b in others if any(same(a, b) for a in ones)]
    return shared, all(any(same(a, b) for b in others) for a in ones)


def surname(one: Name, other: Name) -> Agreement:
    if one.text == other.text:
        return "same", other.text
    if one.parts or other.parts:
        ones, others = one.parts or (one,), other.parts or (other,)
        shared, all_of_one = _shared(ones, others, lambda a, b: a.text == b.text or misspelt(a, b))
        if shared:
            whole = all_of_one and len(shared) == len(others) == len(ones)
            return ("same" if whole else "part"), shared[0].text
    if not one.formal.isdisjoint(other.formal):
        return "close", other.text
    if _LIKENESS(one.text, other.text) >= UNLIKE and misspelt(one, other):
        return "close", other.text
    return _DIFFERENT


def misspelt(one: Name, other: Name) -> bool:
    """Whether one may be a slip of the other: a letter wrong, lacking, added or out of turn (two in a long name), or a
    spelling that sounds the same."""
    longer = max(len(one.text), len(other.text))
    if longer < 4:
        return False
    slips = OSA.distance(one.text, other.text, score_cutoff=3)
    return (
        slips == 1 or (slips == 2 and longer >= 7) or (slips <= 3 and longer >= 5 and one.sounds[0] == other.sounds[0])
    )


def begins_alike(one: str, other: str, both_in_use: bool) -> bool:
    """Whether one may be short for the other: its beginning, or the same first three letters where at most one of them
    is a name in its own right. An initial is too little: twins may share it."""
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    if len(shorter) < 3:
        return False
    if not both_in_use:
        return longer.startswith(shorter[:3])
    return len(shorter) >= 4 and longer.startswith(shorter) and len(longer) - len(shorter) >= 3


def names_exchanged(one: Prepared, other: Prepared) -> tuple[str, str] | None:
    """The forename and the surname of the other, where the one has them exchanged."""
    if not (one.forenames and one.surnames and other.forenames and other.surnames):
        return None
    forename_of, surname_of = _cross(one.surnames[0], other.forenames[0]), _cross(one.forenames[0], other.surnames[0])
    return (forename_of, surname_of) if forename_of and surname_of else None


def _cross(one: Name, other: Name) -> str:
    """The other's name, or the part of it, that the one bears in the wrong place; empty where it does not."""
    if one.parts or other.parts:
        borne = {part.text for part in one.parts or (one,)}
        return next((part.text for part in other.parts or (other,) if part.text in borne), "")
    same = one.text == other.text or not one.formal.isdisjoint(other.formal) or misspelt(one, other)
    return other.text if same else ""
