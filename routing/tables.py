"""Reading a TOML table strictly: every key known, every value of its type, each fault named with its place and mend."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from routing.periods import Period

_T = TypeVar("_T")


class PackError(ValueError):
    """A pack that cannot be loaded. The text names the file, the place in it and the mend."""


class PackFaults:
    """The faults that are found while one file is read, so that all of them are told at once."""

    def __init__(self) -> None:
        self._told: list[str] = []

    def of(self, read: Callable[..., _T], *given: Any) -> _T | None:
        """What is read; None where it is wrong, which is kept for `tell`."""
        try:
            return read(*given)
        except PackError as error:
            self._told.append(str(error))
            return None

    def of_each(self, read: Callable[..., _T], rows: Iterable[tuple[Any, ...]]) -> tuple[_T, ...]:
        """What is read from each row, the wrong ones left out."""
        return tuple(found for given in rows if (found := self.of(read, *given)) is not None)

    def by_name(self, read: Callable[[str, Any], _T], rows: Mapping[str, Any]) -> dict[str, _T]:
        """What is read under each name, the wrong ones left out."""
        return {name: found for name, row in rows.items() if (found := self.of(read, name, row)) is not None}

    def tell(self) -> None:
        """Raises PackError with a line for each fault, if there is any."""
        if self._told:
            lines = [line for told in self._told for line in told.splitlines()]
            raise PackError("\n".join(dict.fromkeys(lines)))


def nearest(word: str, known: Iterable[str], before: str = "") -> str:
    """The known word that was probably meant, to stand behind a word that is not known; nothing where none is near.
    `before`: what stands before both of them, and was right."""
    near = get_close_matches(word, [*known], 1)
    return f" (did you mean '{before}{near[0]}'?)" if near else ""


class TomlTable:
    """A TOML table being read. `done()` refuses what nobody asked for."""

    def __init__(self, file: str, place: str, values: Any) -> None:
        self.file, self.place = file, place
        if not isinstance(values, Mapping):
            raise PackError(f"{file}: {place} must be a table")
        self._left = dict(values)
        self._known: list[str] = []

    def fault(self, text: str) -> PackError:
        return PackError(f"{self.file}: {self.place}: {text}")

    def get(self, key: str, kind: type[_T], default: _T | None = None) -> _T:
        """The value of a key; required unless a default is given."""
        self._known.append(key)
        if key not in self._left:
            if default is not None:
                return default
            raise self.fault(f"'{key}' is missing; {self._written_as(key)}add it")
        value = self._left.pop(key)
        if not isinstance(value, kind) or type(value) is _NARROWER.get(kind):
            raise self.fault(f"'{key}' must be {_wanted(kind, value)}, not {value!r}")
        return value

    def _written_as(self, key: str) -> str:
        """The key that was probably meant for one that is missing, as a question."""
        near = get_close_matches(key, self._left, 1, _A_SLIP)
        return f"there is a '{near[0]}' (did you mean '{key}'?); else " if near else ""

    def maybe(self, key: str, kind: type[_T]) -> _T | None:
        """The value of a key, or None where it is not given."""
        if key in self._left:
            return self.get(key, kind)
        self._known.append(key)
        return None

    def words(self, key: str, alone: bool = False) -> tuple[str, ...]:
        """A list of words. Empty where the key is not given. `alone`: a single word may stand without its list."""
        self._known.append(key)
        value = self._left.pop(key, [])
        value = [value] if alone and isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            wanted = _wanted(list, value, "a list of words")
            raise self.fault(f"'{key}' must be {wanted}, not {value!r}")
        if twice := next((v for v in value if value.count(v) > 1), None):
            raise self.fault(f"'{key}': '{twice}' stands there twice; leave it once")
        return tuple(value)

    def words_among(self, key: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """The same, each from a closed list."""
        words, known = self.words(key), tuple(allowed)
        for word in words:
            if word not in known:
                raise self.fault(f"'{key}': '{word}' is none of {', '.join(known)}{nearest(word, known)}")
        return words

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """A word of a closed list; required unless a default is given."""
        return _chosen(self, key, self.get(key, str, default), allowed)

    def maybe_choice(self, key: str, allowed: tuple[str, ...]) -> str | None:
        """A word of a closed list, or None where the key is not given."""
        value = self.maybe(key, str)
        return None if value is None else _chosen(self, key, value, allowed)

    def table(self, key: str) -> "TomlTable":
        """A table below this one; an empty one where it is not given."""
        self._known.append(key)
        return TomlTable(self.file, f"{self.place}.{key}", self._left.pop(key, {}))

    def rows(self, key: str, label: Callable[[Mapping[str, Any], int], str]) -> Iterator["TomlTable"]:
        """The tables of an array, each with a place that its own words name."""
        self._known.append(key)
        rows = self._left.pop(key, [])
        if not isinstance(rows, list):
            raise self.fault(f"'{key}' must be an array of tables")
        for n, row in enumerate(rows, 1):
            place = f"{key} {label(row, n)}" if isinstance(row, Mapping) else f"{key} row {n}"
            yield TomlTable(self.file, place, row)

    def lists(self) -> dict[str, tuple[str, ...]]:
        """Lists of words, each under a name of its own."""
        return {key: self.words(key) for key in self.names()}

    def lists_among(self, allowed: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The same, each word from a closed list."""
        return {key: self.words_among(key, allowed) for key in self.names()}

    def holds_table(self, key: str) -> bool:
        """Whether the key holds a table, which is not read by that."""
        return isinstance(self._left.get(key), Mapping)

    def says(self, key: str, answer: bool) -> bool:
        """Whether the key says just true (or false), which is then read; anything else stays for another reading."""
        if self._left.get(key) is not answer:
            return False
        self.get(key, bool)
        return True

    def names(self) -> list[str]:
        """The keys that are left."""
        return [*self._left]

    def rest(self) -> dict[str, Any]:
        """What is left, for tables whose keys are names."""
        left, self._left = self._left, {}
        return left

    def done(self) -> None:
        if self._left:
            key = next(iter(self._left))
            known = sorted(set(self._known))
            raise self.fault(f"'{key}' is not understood here{nearest(key, known)}; known are: {', '.join(known)}")


def _chosen(table: TomlTable, key: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise table.fault(f"'{key}' must be one of {', '.join(allowed)}, not '{value}'{nearest(value, allowed)}")
    return value


_NAMES: dict[type, str] = {
    str: "text", int: "a whole number", bool: "true or false", dict: "a table", list: "a list",
    date: "a date such as 2026-04-01",
    time: "a time such as 09:00:00", datetime: "a date and time such as 2026-05-11 18:00:00",
}  # fmt: skip
_NARROWER: dict[type, type] = {int: bool, date: datetime}
"""What Python takes for a value of another type, and a pack does not."""
_A_SLIP = 0.7
"""So alike are a word and the same word with a slip of the finger."""


def _wanted(kind: type, value: Any, name: str = "") -> str:
    """What a value must be; for a list with how a word that stands alone would be put into one."""
    name = name or _NAMES.get(kind, kind.__name__)
    return f'{name} such as ["{value}"]' if kind is list and isinstance(value, str) else name


def typed(value: Any, hint: Any) -> Any:
    """A TOML value as the argument of a condition. ValueError says what is expected."""
    hint = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return typed(value, next(h for h in get_args(hint) if h is not type(None)))
    if origin is Literal:
        if value not in get_args(hint):
            near = nearest(value, get_args(hint)) if isinstance(value, str) else ""
            raise ValueError(f"expected one of {', '.join(map(str, get_args(hint)))}, not {value!r}{near}")
        return value
    if origin is tuple:
        return _typed_words(value, get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, Period):
        if not isinstance(value, str):
            raise ValueError(f"expected a period such as 72h, not {value!r}")
        return hint.parse(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise ValueError(f"expected {_NAMES.get(hint, str(hint))}, not {value!r}")
    return value


def _typed_words(value: Any, hint: Any) -> tuple[Any, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise ValueError(f"expected a list of words, not {value!r}")
    if not values:
        raise ValueError("expected at least one word")
    if twice := next((v for v in values if values.count(v) > 1), None):
        raise ValueError(f"'{twice}' stands there twice; leave it once")
    return tuple(typed(word, hint) for word in values)
