"""Names made comparable: folded to plain letters, split into parts, with their sound and the names they are short for.
What two names have in common is judged in `comparing`."""

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

# Letters that Unicode does not take apart into a base and a mark.
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_JOINED = str.maketrans("", "", "'’‘`´ʼʻ.")
_PARTICLES = frozenset(
    ("al", "el", "ul", "bin", "bint", "ibn", "de", "da", "di", "dos", "van", "von", "der", "la", "le")
)
_SOUNDS = (
    ("sch", "s"), ("ph", "f"), ("ck", "k"), ("kh", "k"), ("gh", "g"), ("th", "t"), ("dh", "d"), ("sh", "s"),
    ("cz", "s"), ("sz", "s"), ("ch", "s"), ("ce", "se"), ("ci", "si"), ("cy", "si"),
)  # fmt: skip
_ALIKE = str.maketrans("cqzvxj", "kksfsg")
# What is longer is no name: a bound on the work, and on the memory, that one message can ask for.
LONGEST, MOST_PARTS, MOST_SOUNDS = 60, 4, 3


@dataclass(frozen=True, slots=True)
class Name:
    """One name. `text`: all its letters; `parts`: those that a double name is made of; `formal`: itself and the names
    that it is short for or another spelling of; `sounds`: those under which it is looked up, the first its own."""

    text: str
    parts: tuple["Name", ...]
    formal: frozenset[str]
    sounds: tuple[str, ...]


def name(text: str) -> Name | None:
    """A name from what somebody wrote; None where it holds no letter."""
    return _read(text[:LONGEST])


def forget_names() -> None:
    """Empties what is remembered of names: they belong to people whose data may have been purged."""
    _read.cache_clear()


@lru_cache(maxsize=1 << 14)
def _read(text: str) -> Name | None:
    parts = fold(text).split()[:MOST_PARTS]
    if not parts:
        return None
    whole, told = "".join(parts), [p for p in parts if p not in _PARTICLES] or parts
    if len(told) > 1:
        doubled = tuple(_single(part, (part,)) for part in told)
        heard = dict.fromkeys(part.sounds[0] for part in doubled)
        return Name(whole, doubled, frozenset((whole, *_formal().get(whole, ()))), tuple(heard)[:MOST_SOUNDS])
    return _single(whole, (whole, told[0]))


def _single(text: str, known: tuple[str, ...]) -> Name:
    formal = dict.fromkeys((*known, *(formal for one in known for formal in _formal().get(one, ()))))
    heard = dict.fromkeys(sound(form) for form in formal)
    return Name(text, (), frozenset(formal), tuple(heard)[:MOST_SOUNDS])


def fold(text: str) -> str:
    """Small plain letters and single spaces: without marks, apostrophes and points, hyphens as spaces."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    small = plain.translate(_JOINED).translate(_LETTERS)
    return " ".join("".join(c if c.isalpha() else " " for c in small if not unicodedata.combining(c)).split())


def sound(text: str) -> str:
    """How a folded name sounds, roughly: its first letter and the consonants after it, like-sounding ones as one. A
    vowel at the beginning is any vowel."""
    for written, heard in _SOUNDS:
        text = text.replace(written, heard)
    text = text.translate(_ALIKE)
    first = "a" if text[:1] in "aeiouyh" else text[:1]
    kept = [first]
    for letter in text[1:]:
        if letter not in "aeiouyhw" and letter != kept[-1]:
            kept.append(letter)
    return "".join(kept[:6])


@cache
def _formal() -> dict[str, tuple[str, ...]]:
    """Each short or other form with the names that it stands for."""
    table = tomllib.loads((files(__package__) / "nicknames.toml").read_text(encoding="utf-8"))
    found: dict[str, dict[str, None]] = {}
    for group in (table["short_for"], table["spelt_also"]):
        for formal, forms in group.items():
            for form in forms:
                found.setdefault(form, {})[formal] = None
    return {form: tuple(names) for form, names in found.items()}
