"""Instants as a letter tells them: London time, each once in full, with its weekday."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_LONDON = ZoneInfo("Europe/London")
_HOURS_UP_TO = 72  # from then on days are easier to grasp


class Times:
    """Tells the instants of one letter in its order: "22:40 Wed 4 Mar" first, and "22:40" where that very instant was
    told before or the day was told last. `now` is when the letter was decided: another year than its own is named."""

    def __init__(self, now: datetime) -> None:
        self._year = now.astimezone(_LONDON).year
        self._told: set[datetime] = set()
        self._day: date | None = None

    def tell(self, at: datetime) -> str:
        local = at.astimezone(_LONDON)
        minute = at.astimezone(UTC).replace(second=0, microsecond=0)
        known = minute in self._told or local.date() == self._day
        self._told.add(minute)
        self._day = local.date()
        clock = f"{local:%H:%M}{_zone_where_doubtful(local)}"
        return clock if known else f"{clock} {day_of(local.date(), self._year)}{_night(local)}"


def day_of(day: date, year: int) -> str:
    """`Wed 4 Mar`, with the year where it is another one."""
    return f"{day:%a} {day.day} {day:%b}" + ("" if day.year == year else f" {day.year}")


def _zone_where_doubtful(local: datetime) -> str:
    """BST or GMT in the hour that comes twice when the clocks go back."""
    doubtful = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f" {local:%Z}" if doubtful else ""


def _night(local: datetime) -> str:
    """Midnight belongs to a day that few would look for it in."""
    if (local.hour, local.minute) != (0, 0):
        return ""
    return f" ({local - timedelta(days=1):%A} night)"


def hours_of(length: timedelta) -> int:
    """Whole hours, rounded down."""
    return int(length.total_seconds()) // 3600


def in_words(length: timedelta) -> str:
    """`72 hours`, `1 hour`; `5 days` from beyond 72 hours; rounded down."""
    hours = hours_of(length)
    count, unit = (hours // 24, "day") if hours > _HOURS_UP_TO else (hours, "hour")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def in_short(length: timedelta) -> str:
    """`72 h`, `5 days`."""
    hours = hours_of(length)
    return in_words(length) if hours > _HOURS_UP_TO else f"{hours} h"
