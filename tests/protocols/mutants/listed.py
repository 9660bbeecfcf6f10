"""Words that stand alone or in a list, with what may stand there instead."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mutants.changes import DROPPED, Path, Word, after, mistyped, renamed
from routing.periods import Period


def word(
    place: str, path: Path, text: str, known: Iterable[str], without: Iterable[str] = (), rule: str | None = None
) -> Word:
    """A word of a closed list, `without` those that stand beside it."""
    others = tuple((other, other) for other in after(text, known, without))
    return Word(place, text, path, mistyped(text), others, rule)


def free(place: str, path: Path, text: str, rule: str | None = None) -> Word:
    """A text that no list holds."""
    other = f"AMB-{int(text[4:]) + 1:02}" if text.startswith("AMB-") else mistyped(text)
    return Word(place, text, path, None, ((other, other),), rule)


def flag(place: str, path: Path, value: bool, rule: str | None = None) -> Word:
    """What is true or false; a true that means a list is left out instead."""
    return Word(place, str(value).lower(), path, None, ((str(not value).lower(), not value), LEFT_OUT), rule)


def entries(place: str, path: Path, value: Any, known: Iterable[str], rule: str | None = None) -> Iterator[Word]:
    """The words of a list, or one that stands alone. Where there are several, each is also left out."""
    if isinstance(value, str):
        yield word(place, path, value, known, rule=rule)
        return
    for n, text in enumerate(value):
        yield word(place, (*path, n), text, known, value, rule)
        if len(value) > 1:
            yield Word(place, text, (*path, n), None, (LEFT_OUT,), rule)


def number(place: str, path: Path, value: int, rule: str | None = None) -> Iterator[Word]:
    """A number: one more, and one less."""
    for other in (value + 1, value - 1):
        yield Word(place, str(value), path, None, ((str(other), other),), rule)


def period(place: str, path: Path, value: str, rule: str | None = None) -> Iterator[Word]:
    """A length of time: one unit more, and one less."""
    read = Period.parse(value)
    units = ["1wd"] if not read.length else [str(Period(n, read.unit)) for n in (read.length + 1, read.length - 1)]
    for other in units:
        yield Word(place, value, path, mistyped(value), ((other, other),), rule)


def choices(
    place: str, path: Path, table: Mapping[str, Any], key: str, known: Iterable[str], rule: str | None = None
) -> Word:
    """A key that chooses among several."""
    others = tuple((other, renamed(table, key, other)) for other in after(key, known, table))
    return Word(place, key, path, renamed(table, key, mistyped(key)), others, rule)


LEFT_OUT = ("left out", DROPPED)
