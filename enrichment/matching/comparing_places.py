"""How far two dates of birth and two sets of addresses agree, as words of `levels`."""

from datetime import date, timedelta

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import token_sort_ratio

from enrichment.matching.levels import MISSING
from enrichment.matching.prepared import Home, Prepared

YEAR = timedelta(days=366)
SAME_LINE = 88.0  # of 100, from which two address lines are the same but for abbreviations and slips


def birth(one: Prepared, other: Prepared) -> str:
    a, b = one.digits, other.digits
    if not a or not b:
        return MISSING
    if a == b:
        return "default_day" if a.endswith("0101") else "same"
    year, month, day = a[:4] == b[:4], a[4:6] == b[4:6], a[6:] == b[6:]
    if year and a[4:6] == b[6:] and a[6:] == b[4:6]:
        return "exchanged"
    if OSA.distance(a, b, score_cutoff=1) == 1:
        return "digit"
    return "near" if year + month + day == 2 else "different"


def age(one: Prepared, other: Prepared) -> str:
    """Whether the one's date of birth fits the other's age, where only one has a date."""
    known, span = (one.born, other.born_between) if one.born is not None else (other.born, one.born_between)
    return MISSING if known is None or span is None else fits(known, span)


def fits(known: date, span: tuple[date, date]) -> str:
    """Whether a date of birth lies between the two that an age allows, or within a year of them."""
    first, last = span
    if first <= known <= last:
        return "same"
    far = first - known if known < first else known - last
    return "near" if far <= YEAR else "different"


def address(ones: tuple[Home, ...], others: tuple[Home, ...]) -> str:
    """The best agreement of any address of the one with any of the other."""
    best, rank = MISSING, 9
    for one in ones:
        for other in others:
            level = _home(one, other)
            if _RANK[level] < rank:
                best, rank = level, _RANK[level]
    return best


_RANK = {"household": 0, "postcode": 1, "near": 2, "sector": 3, "different": 4, MISSING: 5}


def _home(one: Home, other: Home) -> str:
    numbered = bool(one.numbers) and one.numbers == other.numbers
    if one.postcode and one.postcode == other.postcode:
        return "household" if numbered else "postcode"
    if one.postcode and other.postcode:
        if numbered and OSA.distance(one.postcode, other.postcode, score_cutoff=1) == 1:
            return "near"
        return "sector" if one.sector == other.sector else "different"
    if not one.words or not other.words:
        return MISSING
    same_line = one.numbers == other.numbers and token_sort_ratio(one.words, other.words) >= SAME_LINE
    return "near" if same_line else "different"
