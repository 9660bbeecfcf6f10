"""A word of a pack, by its place in the values of the TOML text, and what may stand there instead."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
DROPPED = object()
"""Stands for nothing: the word, or the condition, is left out."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `mistyped`: the same with a slip, which no list holds; None where any text may stand there. `others`:
    what else might stand there, the likeliest first. Each is a value for the path. `rule`: whose it is, where it is one
    rule's."""

    place: str
    text: str
    path: Path
    mistyped: Any = None
    others: tuple[tuple[str, Any], ...] = ()
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Mutant:
    """A pack with one word changed."""

    place: str
    was: str
    now: str
    path: Path
    value: Any
    rule: str | None = None

    @property
    def name(self) -> str:
        return f"{self.place}: {self.was} → {self.now}"


def mistyped(word: str) -> str:
    """The word with its last letter twice, as a slip of the finger would have it."""
    return word + word[-1:]


def after(word: Any, known: Iterable[Any], without: Iterable[Any] = ()) -> list[Any]:
    """The other words of a list, beginning with the one that follows."""
    words = sorted(known) if isinstance(known, Set) else [*known]
    at = words.index(word) + 1 if word in words else 0
    taken = {word, *without}
    return [other for other in (*words[at:], *words[: max(at - 1, 0)]) if other not in taken]


def changed(values: Any, path: Path, value: Any) -> Any:
    """The values with another one at the path. What is not on the path is shared."""
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(values, Mapping):
        inner = changed(values[key], rest, value)
        return {k: inner if k == key else v for k, v in values.items() if k != key or inner is not DROPPED}
    assert isinstance(values, Sequence)
    assert isinstance(key, int)
    inner = changed(values[key], rest, value)
    return [inner if n == key else v for n, v in enumerate(values) if n != key or inner is not DROPPED]


def renamed(table: Mapping[str, Any], key: str, name: str) -> dict[str, Any]:
    """The table with one of its keys under another name, in the same place."""
    return {name if k == key else k: v for k, v in table.items()}
