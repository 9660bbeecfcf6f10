"""Lengths of time as the sources write them: elapsed hours, civil days, weeks and months, working days (T-2 to T-4).

| written | is | and ends |
|---|---|---|
| `30min`, `72h` | elapsed time | to the second; the night on which the clocks change has an hour more or less |
| `28d`, `6w`, `6mo` | civil time | at the same time on the wall in London that many days, weeks or months later |
| `5wd` | working days | when the office closes on the last of them; the day it counts from is not one of them |
| `4wh` | hours of the office | once the office has been open for so long |
| `same_working_day` | that day | when the office closes; on the next working day where it is closed by then |

The office closes at 17:00 unless `[calendar]` says otherwise: a limit of `5wd` that counts from a return on a Thursday
at midnight ends on the Thursday after, at 17:00. Working days are Monday to Friday less England's bank holidays and the
closures in the local settings. A length is a whole number of 1 or more. `lead`, `same_within` and conditions about how
long a child was away take hours or minutes alone.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Self, assert_never

from routing.calendar import LONDON, Calendar

Unit = Literal["min", "h", "d", "w", "mo", "wd", "wh", "same_working_day"]
_UNITS: dict[str, Unit] = {"min": "min", "h": "h", "d": "d", "w": "w", "mo": "mo", "wd": "wd", "wh": "wh"}
_FORM = re.compile(r"(\d+)(min|h|d|w|mo|wd|wh)")


@dataclass(frozen=True, slots=True)
class Period:
    """A length with its unit."""

    length: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `72h` and the like. ValueError names the forms that are understood."""
        if text == "same_working_day":
            return cls(0, "same_working_day")
        form = _FORM.fullmatch(text)
        if not form:
            raise ValueError(f"'{text}' is no period: write 30min, 72h, 28d, 6w, 6mo, 5wd, 4wh or same_working_day")
        if not int(form[1]):
            raise ValueError(f"'{text}' is no time at all: write a length of 1{form[2]} or more")
        return cls(int(form[1]), _UNITS[form[2]])

    def __str__(self) -> str:
        return self.unit if self.unit == "same_working_day" else f"{self.length}{self.unit}"

    def after(self, start: datetime, calendar: Calendar) -> datetime:
        """The instant, in UTC, at which the period that begins at `start` ends."""
        match self.unit:
            case "min":
                return start + timedelta(minutes=self.length)
            case "h":
                return start + timedelta(hours=self.length)
            case "d":
                return _civil(start, days=self.length)
            case "w":
                return _civil(start, days=7 * self.length)
            case "mo":
                return _civil(start, months=self.length)
            case "wd":
                return calendar.end_of_working_day(start, self.length)
            case "wh":
                return calendar.after_open_hours(start, timedelta(hours=self.length))
            case "same_working_day":
                return calendar.same_working_day(start)
            case _:
                assert_never(self.unit)

    def at_least(self) -> timedelta:
        """No end of the period lies nearer to its beginning than this, whatever the calendar says."""
        match self.unit:
            case "h" | "min":
                return self.elapsed()
            case "d" | "wd":
                return timedelta(days=max(0, self.length - 1))
            case "w":
                return timedelta(days=max(0, 7 * self.length - 1))
            case "mo":
                return timedelta(days=max(0, 28 * self.length - 1))
            case "wh":
                return timedelta(hours=self.length)
            case "same_working_day":
                return timedelta()
            case _:
                assert_never(self.unit)

    def elapsed(self) -> timedelta:
        """The length as elapsed time. ValueError where the unit depends on the calendar."""
        if self.unit == "h":
            return timedelta(hours=self.length)
        if self.unit == "min":
            return timedelta(minutes=self.length)
        raise ValueError(f"{self} is no elapsed time: write hours")


@dataclass(frozen=True, slots=True)
class Elapsed(Period):
    """A length in hours or minutes, which no calendar changes. ValueError for any other."""

    def __post_init__(self) -> None:
        self.elapsed()


def _civil(start: datetime, days: int = 0, months: int = 0) -> datetime:
    """The same time on the wall that many days or months later (T-3). In the autumn fold the first occurrence, over
    the spring gap forward; a month without the day ends on its last."""
    local = start.astimezone(LONDON).replace(tzinfo=None, fold=0) + timedelta(days=days)
    if months:
        year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
        local = local.replace(year=year, month=month + 1, day=min(local.day, monthrange(year, month + 1)[1]))
    # A wall time inside the spring gap is read with the offset before it (fold 0), which is an hour forward.
    return local.replace(tzinfo=LONDON).astimezone(UTC)
