"""What a pack calls its limits, its rules and its criteria, held while it is being read.

A rule names a length of time or a number that stands under [limits]; it does not write one. A rule with `each` is
several rules, and whoever names it means all of them. A criterion that only one place needs stands in that place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from routing.pack import Criterion
from routing.periods import Period
from routing.source import NamedLimit
from routing.tables import TomlTable, nearest


@dataclass(slots=True)
class Names:
    """The names of one pack. `limits`: None where a length stands for itself, as in local settings."""

    limits: Mapping[str, NamedLimit] | None = None
    families: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    in_place: dict[str, tuple[Criterion, ...]] = field(default_factory=dict)
    _used: dict[str, list[str]] = field(default_factory=dict)

    def length(self, table: TomlTable, word: str) -> Period:
        """The length of the limit of that name."""
        if self.limits is None:
            return _period(table, word)
        found = self._limit(table, word)
        if found.length is None:
            raise table.fault(f"the limit '{word}' is a number; a length of time is wanted here")
        return found.length

    def number(self, table: TomlTable, word: str) -> int:
        """The number of the limit of that name."""
        found = self._limit(table, word)
        if found.number is None:
            raise table.fault(f"the limit '{word}' is a length of time; a number is wanted here")
        return found.number

    def promises(self, words: Iterable[str]) -> tuple[str, ...]:
        """The names of rules, types, or types with kind, a rule with `each` put as the rules that it is."""
        return tuple(name for word in words for name in self.families.get(word, (word,)))

    def stands_in_place(self, table: TomlTable, rows: tuple[Criterion, ...]) -> str:
        """Keeps a criterion that stands where it is needed, and gives it a name of that place."""
        taken = sum(name.startswith(f"{table.place}: ") for name in self.in_place)
        name = f"{table.place}: {taken + 1}"
        self.in_place[name] = rows
        return name

    def counted(self) -> dict[str, NamedLimit]:
        """The limits, each with the places that name it."""
        return {
            name: replace(limit, used_by=tuple(dict.fromkeys(self._used.get(name, ()))))
            for name, limit in (self.limits or {}).items()
        }

    def _limit(self, table: TomlTable, word: str) -> NamedLimit:
        limits = self.limits or {}
        if word not in limits:
            raise table.fault(_unknown(word, limits))
        self._used.setdefault(word, []).append(table.place)
        return limits[word]


def _unknown(word: str, limits: Mapping[str, NamedLimit]) -> str:
    try:
        Period.parse(word)
    except ValueError:
        return f"there is no limit '{word}'{nearest(word, limits)}; add it to [limits]"
    return (
        f"'{word}' stands in the rule itself; give it a name under [limits], "
        f'such as reply = {{within = "{word}", clause = "...", since = 2026-01-01}}, and write that name here'
    )


def _period(table: TomlTable, word: str) -> Period:
    try:
        return Period.parse(word)
    except ValueError as error:
        raise table.fault(str(error)) from None


def named_limit(file: str, name: str, values: object) -> NamedLimit:
    """One line of [limits]: what a rule counts to, with where the source says so.

    within: a length of time, such as `72h` or `5wd`.
    number: a number instead of a length, from 1 on, such as a count of episodes or an age.
    clause: the clause that sets it.
    since: the day since which it applies, not later than the day on which the version comes into force.
    """
    table = TomlTable(file, f"limits.{name}", values)
    within, number = table.maybe("within", str), table.maybe("number", int)
    if (within is None) == (number is None):
        raise table.fault("write either 'within' (a length such as 72h) or 'number'")
    if number is not None and number < 1:
        raise table.fault(f"'number' must be 1 or more, not {number}")
    read = NamedLimit(
        name, _period(table, within) if within else None, number, table.get("clause", str), table.get("since", date)
    )
    table.done()
    return read
