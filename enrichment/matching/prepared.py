"""A description made ready to be compared, once, so that a comparison only looks at plain values."""

import re
from dataclasses import dataclass
from datetime import date

from enrichment.matching.described import Address, Described
from enrichment.matching.names import Name, fold, name

_GENDERS = {
    "m": "m", "male": "m", "boy": "m", "man": "m", "trans male": "m", "f": "f", "female": "f", "girl": "f",
    "woman": "f", "trans female": "f",
}  # fmt: skip
_NUMBER = re.compile(r"\d+[a-z]?\b")
_POSTCODE = re.compile(r"[a-z0-9]{5,8}")


@dataclass(frozen=True, slots=True)
class Home:
    """An address. `sector` is the postcode less its last two letters; `numbers` are those of house and flat."""

    postcode: str
    sector: str
    numbers: frozenset[str]
    words: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A description ready to be compared. `digits` is the date of birth as YYYYMMDD."""

    forenames: tuple[Name, ...]
    surnames: tuple[Name, ...]
    born: date | None
    digits: str
    born_between: tuple[date, date] | None
    gender: str | None
    homes: tuple[Home, ...]
    identifiers: frozenset[tuple[str, str]]


def prepare(described: Described) -> Prepared:
    """Ready to be compared. Never raises, whatever the text."""
    aliases = [alias.rsplit(maxsplit=1) for alias in described.aliases[:4]]
    forenames = [described.forename, described.known_as, *(a[0] for a in aliases if len(a) == 2)]
    surnames = [described.surname, *(a[-1] for a in aliases if a)]
    born = described.date_of_birth
    return Prepared(
        forenames=_names(forenames),
        surnames=_names(surnames),
        born=born,
        digits=f"{born.year:04}{born.month:02}{born.day:02}" if born else "",
        born_between=None if born else described.born_between,
        gender=_GENDERS.get((described.gender or "").strip().casefold()),
        homes=tuple(dict.fromkeys(h for a in described.addresses[:6] if (h := prepared_home(a)) is not None)),
        identifiers=described.identifiers,
    )


def prepared_home(address: Address) -> Home | None:
    """An address ready to be compared; None where it says nothing."""
    compact = "".join(c for c in (address.postcode or "").casefold() if c.isalnum())
    postcode = compact if _POSTCODE.fullmatch(compact) else ""
    line = (address.line or "")[:120].casefold()
    words = fold(line)
    if not postcode and not words:
        return None
    return Home(postcode, postcode[:-2], frozenset(_NUMBER.findall(line)), words)


def _names(texts: list[str | None]) -> tuple[Name, ...]:
    found = (name(text) for text in texts if text)
    return tuple(dict.fromkeys(n for n in found if n is not None))
