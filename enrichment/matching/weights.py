"""The weights file: TOML, read strictly with errors that name the place and the fix, and written. What is done with
the numbers is in `model`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from enrichment.matching.levels import LEVELS

WEIGHT_TABLES = ("prior", "decision", "certain_needs", "levels", "names")
NAMED = ("forename", "surname")
EXAMPLE = "{ m = 0.9, u = 0.001 }"


class ModelError(ValueError):
    """A weights file that cannot be used. The text names the file, the place and the fix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsFile:
    """What a weights file says. `levels`: field, level, (m, u): how probable the level is for the same child and for
    two different ones. `shares`: how much of the register bears a name; `rarest`: that of a name not listed."""

    children: int
    on_register: float
    possible: float
    certain: float
    lead: float
    agreeing: int
    most: int
    certain_needs: Mapping[str, frozenset[str]]
    levels: Mapping[str, Mapping[str, tuple[float, float]]]
    shares: Mapping[str, Mapping[str, float]]
    rarest: Mapping[str, float]


@dataclass(slots=True)
class Faults:
    """What is wrong with a file, gathered, so that one reading tells everything."""

    file: str
    found: list[str] = field(default_factory=list)

    def add(self, place: str, text: str) -> None:
        self.found.append(f"{self.file}: {place}: {text}")

    def table(self, told: Mapping[str, Any], place: str, wanted: tuple[str, ...] | None) -> Mapping[str, Any]:
        """The table at a place; with `wanted`, exactly these entries."""
        value = told.get(place.rsplit(".", 1)[-1])
        if not isinstance(value, dict):
            self.add(place, "must be a table")
            return {}
        if wanted is not None:
            self.entries(value, place, wanted)
        return value

    def entries(self, value: Mapping[str, Any], place: str, wanted: tuple[str, ...], *, some: bool = False) -> None:
        for name in value:
            if name not in wanted:
                near = get_close_matches(name, wanted, 1)
                self.add(place, f"'{name}' is not known" + (f". Did you mean '{near[0]}'?" if near else ""))
        self.found += [f"{self.file}: {place}: '{n}' is missing" for n in wanted if not some and n not in value]

    def number(self, told: Mapping[str, Any], place: str, name: str, low: float, high: float) -> float:
        """A number between the bounds, both excluded."""
        value = told.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low < value < high:
            if name in told:
                self.add(place, f"'{name}' is {value!r}. Give a number above {low:g} and below {high:g}")
            return low + (high - low) / 2
        return float(value)


def read_weights(text: str, file: str) -> WeightsFile:
    """Raises ModelError with every fault that the file has."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"{file}: not TOML: {error}") from None
    faults = Faults(file)
    faults.entries(told, "the file", WEIGHT_TABLES)
    prior = faults.table(told, "prior", ("children", "on_register"))
    decision = faults.table(told, "decision", ("possible", "certain", "lead", "agreeing", "most"))
    names = faults.table(told, "names", NAMED)
    by_name = {n: faults.table(names, f"names.{n}", ("rarest", "shares_of_100000")) for n in NAMED}
    read = WeightsFile(
        children=round(faults.number(prior, "prior", "children", 1, 1e9)),
        on_register=faults.number(prior, "prior", "on_register", 0, 1),
        possible=faults.number(decision, "decision", "possible", 0, 1),
        certain=faults.number(decision, "decision", "certain", 0, 1),
        lead=faults.number(decision, "decision", "lead", 0, 100),
        agreeing=round(faults.number(decision, "decision", "agreeing", 0, 7)),
        most=round(faults.number(decision, "decision", "most", 0, 1000)),
        certain_needs=_needs(told, faults),
        levels=_levels(told, faults),
        shares={n: _shares(by_name[n], n, faults) for n in NAMED},
        rarest={n: faults.number(by_name[n], f"names.{n}", "rarest", 0, 1) for n in NAMED},
    )
    if read.possible > read.certain:
        faults.add("decision", "'possible' must not be above 'certain'")
    if faults.found:
        raise ModelError("\n".join(faults.found))
    return read


def _levels(told: Mapping[str, Any], faults: Faults) -> dict[str, dict[str, tuple[float, float]]]:
    fields = faults.table(told, "levels", tuple(LEVELS))
    read: dict[str, dict[str, tuple[float, float]]] = {}
    for name, levels in LEVELS.items():
        place = f"levels.{name}"
        table = faults.table(fields, place, tuple(levels)) if name in fields else {}
        read[name] = {level: _pair(table, place, level, faults) for level in levels}
    return read


def _pair(table: Mapping[str, Any], place: str, level: str, faults: Faults) -> tuple[float, float]:
    value = table.get(level)
    if not isinstance(value, dict):
        if level in table:
            faults.add(place, f"'{level}' is {value!r}. Write it as {EXAMPLE}")
        return 0.5, 0.5
    where = f"{place}.{level}"
    faults.entries(value, where, ("m", "u"))
    return faults.number(value, where, "m", 0, 1), faults.number(value, where, "u", 0, 1)


def _needs(told: Mapping[str, Any], faults: Faults) -> dict[str, frozenset[str]]:
    table = faults.table(told, "certain_needs", None)
    faults.entries(table, "certain_needs", tuple(LEVELS), some=True)
    read = {}
    for name in (known for known in LEVELS if known in table):
        value = table[name] if isinstance(table[name], list) else []
        allowed = (*LEVELS[name], "missing")
        if not value:
            faults.add("certain_needs", f"'{name}' must be a list of levels, such as [\"same\"]")
        faults.entries({str(v): v for v in value}, f"certain_needs.{name}", allowed, some=True)
        read[name] = frozenset(map(str, value))
    return read


def _shares(table: Mapping[str, Any], name: str, faults: Faults) -> dict[str, float]:
    """The names, listed under how many of 100,000 children bear them."""
    place = f"names.{name}.shares_of_100000"
    shares = faults.table(table, place, None) if "shares_of_100000" in table else {}
    read: dict[str, float] = {}
    for share, names in shares.items():
        if not share.isdigit() or not 0 < int(share) < 100_000:
            faults.add(place, f"'{share}' is not a whole number above 0 and below 100000")
        elif not isinstance(names, str):
            faults.add(place, f"'{share}': write the names as one text, separated by spaces")
        else:
            read |= dict.fromkeys(names.split(), int(share) / 100_000)
    return read
