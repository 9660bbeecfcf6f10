"""How long an authority keeps what, as its own file says: `<authority>/retention.toml` in the folder of directories.
Read strictly; nothing is kept longer or shorter than a line of it says, and what no line speaks of is kept."""

import re
import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from routing.calendar import london_date
from routing.tables import PackError, TomlTable

RETENTION = "retention.toml"
RecordType = Literal[
    "interview", "circumstances", "descriptions", "identifiers", "messages", "claims", "quarantine", "child"
]
RECORD_TYPES: tuple[RecordType, ...] = (
    "interview", "circumstances", "descriptions", "identifiers", "messages", "claims", "quarantine", "child",
)  # fmt: skip
"""In the order in which they go."""
WHO = ("anyone", "looked_after", "looked_after_and_died")
"""Each speaks of everybody of whom the next one does."""
AFTER = ("receipt", "last_word", "birth", "death")
OF_NO_CHILD = ("messages", "claims", "quarantine")
"""What cannot be told apart by child: one line each, for anyone, from its receipt."""
_LENGTHS = ("years", "months", "days")
_MOST = {"years": 1000, "months": 12_000, "days": 365_000}
"""So that the calendar holds every day that is counted."""
_ROW = re.compile(r"^\s*\[\[\s*keep\s*\]\]")


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What a schedule asks about a child. `looked_after`: now or at any time; `last_word`: when something was last
    heard or decided."""

    person: str
    born: date | None
    died: date | None
    looked_after: bool
    last_word: datetime | None

    @property
    def died_young(self) -> bool:
        """Before the eighteenth birthday, or at an age that nobody knows."""
        return self.died is not None and (self.born is None or self.died < later(self.born, 18))


@dataclass(frozen=True, slots=True)
class KeepRule:
    """One line: how long a type of record is kept of whom, from when, and by what right."""

    what: RecordType
    who: str
    after: str
    years: int
    months: int
    days: int
    source: str
    line: int

    def is_about(self, child: ChildFacts) -> bool:
        """Whether the line speaks of the child."""
        if self.who == "anyone":
            return True
        return child.looked_after and (self.who == "looked_after" or child.died_young)

    def goes_before(self, child: ChildFacts | None, now: datetime) -> datetime | None:
        """Of a child (None: of no known child): what was received before this instant goes now; None: nothing goes."""
        if self.after == "receipt":
            return _back(now, self)
        begun = None if child is None else self._begun(child)
        if begun is None:
            return None
        kept_until = later(begun, self.years, self.months) + timedelta(days=self.days)
        return now if kept_until <= london_date(now) else None

    def _begun(self, child: ChildFacts) -> date | None:
        if self.after == "last_word":
            return london_date(child.last_word) if child.last_word else None
        return child.born if self.after == "birth" else child.died

    def __str__(self) -> str:
        length = next(f"{n} {unit}" for unit in _LENGTHS if (n := getattr(self, unit)))
        return f"{length} after {self.after.replace('_', ' ')}, {self.who.replace('_', ' ')} (line {self.line})"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The lines of one authority, in their order: of those about a type of record the first that speaks of a child
    counts."""

    authority: str
    rules: tuple[KeepRule, ...]

    def rule(self, what: RecordType, child: ChildFacts | None = None) -> KeepRule | None:
        """The line that counts; None where nothing of it ever goes."""
        fitting = (r for r in self.rules if r.what == what)
        return next((r for r in fitting if (r.who == "anyone" if child is None else r.is_about(child))), None)


def later(day: date, years: int, months: int = 0) -> date:
    """The same day of the month so much later; where there is none, the first day after it."""
    count = day.year * 12 + day.month - 1 + years * 12 + months
    try:
        return day.replace(year=count // 12, month=count % 12 + 1)
    except ValueError:
        return date((count + 1) // 12, (count + 1) % 12 + 1, 1)


def _back(now: datetime, rule: KeepRule) -> datetime:
    day = later(now.date(), -rule.years, -rule.months)
    return now.replace(year=day.year, month=day.month, day=day.day) - timedelta(days=rule.days)


def read_schedules(folder: Path | None, authorities: Collection[str]) -> dict[str, Schedule]:
    """The schedule of each of the authorities that has one. Raises PackError with the file, the line, the word and the
    mend."""
    found = {}
    for authority in authorities if folder else ():
        assert folder is not None
        if (file := folder / authority / RETENTION).is_file():
            try:
                text = file.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                raise PackError(f"{file}: save it as UTF-8, as TOML has to be") from None
            found[authority] = load_schedule(text, str(file), authority)
    return found


def load_schedule(text: str, file: str, authority: str) -> Schedule:
    """The schedule that a file says. Raises PackError."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{file}: {error}") from None
    lines = [n for n, line in enumerate(text.splitlines(), 1) if _ROW.match(line)]
    table = TomlTable(file, "top", values)
    rows = table.rows("keep", lambda _row, n: f"line {lines[n - 1]}" if n <= len(lines) else f"row {n}")
    rules = list[KeepRule]()
    for n, row in enumerate(rows):
        rules.append(_rule(row, lines[n] if n < len(lines) else 0))
        _check_counts(row, rules)
    table.done()
    if not rules:
        raise PackError(f"{file}: no [[keep]] says how long anything is kept; add one or remove the file")
    return Schedule(authority, tuple(rules))


def _check_counts(row: TomlTable, rules: Sequence[KeepRule]) -> None:
    """Raises PackError where the last line would never count: whoever wrote it believes that it does."""
    *before, last = rules
    for rule in before:
        if rule.what == last.what and WHO.index(rule.who) <= WHO.index(last.who):
            raise row.fault(
                f"never counts: line {rule.line} speaks of everybody of whom this one does. Put the particular line "
                "first, or remove one"
            )


def _rule(row: TomlTable, line: int) -> KeepRule:
    what = row.choice("what", RECORD_TYPES)
    who = row.choice("who", WHO, "anyone")
    after = row.choice("after", AFTER, "receipt")
    given = {unit: number for unit in _LENGTHS if (number := row.maybe(unit, int)) is not None}
    source = row.get("source", str)
    row.done()
    if len(given) != 1 or min(given.values()) < 1:
        raise row.fault("give one length: 'years', 'months' or 'days', a whole number from 1 on")
    if any(number > _MOST[unit] for unit, number in given.items()):
        raise row.fault("give a length that is no longer than a thousand years")
    if what in OF_NO_CHILD and (who, after) != ("anyone", "receipt"):
        raise row.fault(f"'{what}' cannot be told apart by child: leave out 'who' and 'after'")
    if what == "child" and after == "receipt":
        raise row.fault("a child is not received: 'after' must be one of last_word, birth, death")
    if not source.strip():
        raise row.fault("'source' must say where the length comes from")
    assert what in RECORD_TYPES
    years, months, days = (given.get(unit, 0) for unit in _LENGTHS)
    return KeepRule(what, who, after, years, months, days, source, line)


def longest(schedules: Iterable[Schedule], what: RecordType, now: datetime) -> datetime | None:
    """What is no single authority's goes when every schedule lets it go: the earliest of their instants."""
    instants = []
    for schedule in schedules:
        rule = schedule.rule(what)
        if rule is None:
            return None
        instants.append(rule.goes_before(None, now))
    told = [instant for instant in instants if instant is not None]
    return min(told) if told else None
