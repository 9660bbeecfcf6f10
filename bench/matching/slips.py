"""The controlled errors: each takes what is true of a child and returns what somebody would write, or None where this
error cannot befall this child."""

import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from random import Random

from bench.matching.people import Child, Population, surname
from enrichment.matching import Address, Described, born_between
from enrichment.matching.names import fold, name

Slip = Callable[[Random, Described, Child, Population], Described | None]
NEIGHBOURS = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuioplsdfghjkkxcvbnmn", strict=False))
TOLD_ON = date(2026, 3, 1)


def typing(chance: Random, text: str) -> str:
    """One slip of the keyboard: a letter left out, doubled, wrong, or out of turn; in a long name sometimes two."""
    for _ in range(2 if len(text) > 7 and chance.random() < 0.2 else 1):
        at = chance.randrange(len(text))
        kind = chance.randrange(4)
        if kind == 0 and len(text) > 2:
            text = text[:at] + text[at + 1 :]
        elif kind == 1:
            text = text[:at] + text[at] + text[at:]
        elif kind == 2 or at + 1 >= len(text):
            text = text[:at] + NEIGHBOURS.get(text[at].lower(), "e") + text[at + 1 :]
        else:
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text


def typing_forename(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    return _changed(told, "forename", typing(chance, told.forename or "x"))


def typing_surname(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    return _changed(told, "surname", typing(chance, told.surname or "x"))


def nickname(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    """A short form: three in four from the table that matching knows, the others made by a rule that it does not."""
    first = (told.forename or "").split()[0]
    short = _short_forms().get(fold(first), ())
    if short and chance.random() < 0.75:
        return replace(told, forename=chance.choice(short).title())
    if len(first) < 5:
        return None
    return _changed(told, "forename", first[: chance.choice((3, 4))] + chance.choice(("y", "ie", "z", "")))


def transliterated(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    """Another spelling of a name from another script: from the table, or with other vowels."""
    if child.community in ("british", "polish"):
        return None
    also = _spellings().get(fold(told.forename or ""), ())
    if also and chance.random() < 0.75:
        return _changed(told, "forename", chance.choice(also).title())
    swapped = str.maketrans({"a": "e", "e": "i", "o": "u", "u": "o", "i": "ee"})
    field = chance.choice(("forename", "surname"))
    text = getattr(told, field) or ""
    at = [i for i, c in enumerate(text) if c in "aeiou" and i]
    if not at:
        return None
    here = chance.choice(at)
    return _changed(told, field, text[:here] + text[here].translate(swapped) + text[here + 1 :])


def accents(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    """Marks and apostrophes left out, as old systems do; hyphens as spaces."""
    plain = [
        "".join(c for c in unicodedata.normalize("NFKD", t or "") if not unicodedata.combining(c))
        .replace("ł", "l").replace("Ł", "L").replace("'", "").replace("-", " ")
        for t in (told.forename, told.surname)
    ]  # fmt: skip
    found = replace(told, forename=plain[0], surname=plain[1])
    return None if found == told else found


def exchanged_names(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    return replace(told, forename=told.surname, surname=told.forename)


def double_name(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    """One half of a double surname, or the other parent's name joined to a single one."""
    halves = (told.surname or "").split("-")
    if len(halves) > 1:
        return _changed(told, "surname", chance.choice(halves))
    other = surname(chance, child.community)
    return _changed(told, "surname", f"{told.surname}-{other}" if chance.random() < 0.5 else f"{other}-{told.surname}")


def other_surname(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    return _changed(told, "surname", surname(chance, child.community))


def birth_exchanged(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    born = told.date_of_birth
    if born is None or born.day > 12 or born.day == born.month:
        return None
    return replace(told, date_of_birth=born.replace(day=born.month, month=born.day))


def birth_digit(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    """One digit of the date wrong, and still a date in the range of children."""
    born = told.date_of_birth
    if born is None:
        return None
    digits = list(born.strftime("%Y%m%d"))
    at = chance.randrange(3, 8)
    digits[at] = chance.choice("0123456789")
    try:
        wrong = date(int("".join(digits[:4])), int("".join(digits[4:6])), int("".join(digits[6:])))
    except ValueError:
        return None
    return replace(told, date_of_birth=wrong) if wrong != born and wrong <= TOLD_ON else None


def birth_misheard(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    """Another day, or another month, of the same year."""
    born = told.date_of_birth
    if born is None or born.day > 28:
        return None
    day, month = (chance.randint(1, 28), born.month) if chance.random() < 0.6 else (born.day, chance.randint(1, 12))
    wrong = born.replace(day=day, month=month)
    return replace(told, date_of_birth=wrong) if wrong != born and wrong <= TOLD_ON else None


def birth_missing(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    return replace(told, date_of_birth=None)


def age_only(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    """An age instead of the date of birth, one in ten a year off."""
    if told.date_of_birth is None:
        return None
    age = (TOLD_ON - told.date_of_birth) // timedelta(days=365.25)
    age = max(0, age + (chance.choice((-1, 1)) if chance.random() < 0.1 else 0))
    return replace(told, date_of_birth=None, born_between=born_between(age, TOLD_ON))


def no_postcode(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    """No address at all, or one without its postcode."""
    if not told.addresses:
        return None
    kept = tuple(Address(a.line, None) for a in told.addresses) if chance.random() < 0.4 else ()
    return replace(told, addresses=kept)


def postcode_slip(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    if not told.addresses:
        return None
    wrong = [Address(a.line, typing(chance, a.postcode or "QX1 1AA").upper()) for a in told.addresses]
    return None if tuple(wrong) == told.addresses else replace(told, addresses=tuple(wrong))


def moved(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    return replace(told, addresses=(population.address(),))


def wrong_gender(chance: Random, told: Described, child: Child, population: Population) -> Described | None:
    return replace(told, gender="female" if told.gender == "male" else "male")


SLIPS: dict[str, Slip] = {
    "typing error, forename": typing_forename,
    "typing error, surname": typing_surname,
    "nickname": nickname,
    "transliterated": transliterated,
    "accents and hyphens": accents,
    "names exchanged": exchanged_names,
    "double surname": double_name,
    "another surname": other_surname,
    "day and month exchanged": birth_exchanged,
    "one digit of the birth": birth_digit,
    "another day or month": birth_misheard,
    "no date of birth": birth_missing,
    "an age only": age_only,
    "no postcode": no_postcode,
    "postcode slip": postcode_slip,
    "moved": moved,
    "wrong gender": wrong_gender,
}


def _changed(told: Described, field: str, text: str) -> Described | None:
    before = getattr(told, field)
    if not text or name(text) == name(before or ""):
        return None
    return replace(told, **{field: text})


@cache
def _short_forms() -> dict[str, tuple[str, ...]]:
    return _table("short_for")


@cache
def _spellings() -> dict[str, tuple[str, ...]]:
    """Every spelling with all others of its group."""
    groups = [(formal, *also) for formal, also in _table("spelt_also").items()]
    return {one: tuple(o for o in group if o != one) for group in groups for one in group}


def _table(name_of: str) -> dict[str, tuple[str, ...]]:
    read = tomllib.loads((files("enrichment.matching") / "nicknames.toml").read_text(encoding="utf-8"))
    return {formal: tuple(forms) for formal, forms in read[name_of].items()}
