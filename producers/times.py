"""Instants as a letter tells them: London time, each once in full, with its weekday."""

from datetime import UTC, date, datetime, timedelta

from schemas.london_time import day_of, hour_of, in_london, night_of

_HOURS_UP_TO = 72  # from then on days are easier to grasp


class Times:
    """Tells the instants of one letter in its order: "22:40 Wed 4 Mar" first, and "22:40" where that very instant was
    told before or the day was told last. `now` is when the letter was decided: another year than its own is named."""

    def __init__(self, now: datetime) -> None:
        self._year = in_london(now).year
        self._told: set[datetime] = set()
        self._day: date | None = None

    def tell(self, at: datetime) -> str:
        local = in_london(at)
        minute = at.astimezone(UTC).replace(second=0, microsecond=0)
        known = minute in self._told or local.date() == self._day
        self._told.add(minute)
        self._day = local.date()
        clock = hour_of(local)
        return clock if known else f"{clock} {day_of(local.date(), self._year)}{night_of(local)}"


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
