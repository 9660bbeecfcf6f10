"""Clocks as the pages tell them: how long until a limit or since it passed, and by when in London; how a limit stands,
in a shape and a word; and the proportions of the bar that draws it. Pure: whatever is now is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from schemas.london_time import day_of, hour_of, in_london, night_of

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_HOURS_TO = timedelta(hours=72)
_SOON = timedelta(hours=2)
_NO_YEAR = 0  # so that each day is told with its own
_LAST_PART = 10
"""A limit is near in the last tenth of its time, however long that is."""
_LIMIT_AT_LEAST = 50.0
"""In a bar of what is overdue, the limit stands no further left than half way."""


class LimitStanding(Enum):
    """How a limit stands: the shape that shows it, and the word that says it."""

    OVERDUE = "▲", "Overdue"
    SOON = "◆", "Soon"
    LATER = "●", "Later"
    NO_LIMIT = "–", "No limit"
    DONE = "✓", "Done"

    @property
    def shape(self) -> str:
        return self.value[0]

    @property
    def word(self) -> str:
        return self.value[1]


def day_and_hour(at: datetime, now: datetime) -> str:
    """`04:00 today`, `04:00 tomorrow`, else `23:30 Fri 6 Mar`; at midnight with the night that it ends."""
    local, today = in_london(at), in_london(now).date()
    ahead = (local.date() - today).days
    near = {0: "today", 1: "tomorrow"}.get(ahead)
    if near and not night_of(local):
        return f"{hour_of(local)} {near}"
    return f"{hour_of(local)} {day_of(local.date(), today.year)}{night_of(local)}"


def dated(at: datetime) -> str:
    """`23:30 Fri 6 Mar 2026`, for what is printed: it is read on another day."""
    local = in_london(at)
    return f"{hour_of(local)} {day_of(local.date(), _NO_YEAR)}{night_of(local)}"


def length_in_words(length: timedelta) -> str:
    """`35 min`, `2 h 10 min`, from a day on `1 day 21 h`, from 72 hours on `3 days`; rounded down."""
    if length < _DAY:
        return _hours_and_minutes(length)
    days, rest = divmod(length, _DAY)
    hours = rest // _HOUR
    if length >= _HOURS_TO or not hours:
        return _days(days)
    return f"{_days(days)} {hours} h"


def time_missing(length: timedelta) -> str:
    """`26 h 34 min`: in hours until 72 of them have passed, then in days."""
    return _hours_and_minutes(length) if length < _HOURS_TO else _days(length // _DAY)


def limit_in_words(due: datetime, now: datetime) -> str:
    """Both ways of saying it: `in 2 h 10 min, by 04:00 today`, or `overdue by 35 min, since 01:29 today`."""
    when = day_and_hour(due, now)
    if abs(due - now) < _MINUTE:
        return f"now, {'since' if due < now else 'by'} {when}"
    if due < now:
        return f"overdue by {length_in_words(now - due)}, since {when}"
    return f"in {length_in_words(due - now)}, by {when}"


def standing_of(since: datetime | None, due: datetime | None, now: datetime) -> LimitStanding:
    """How a limit stands that counts from `since`. Soon: two hours ahead or less, or in its last tenth."""
    if due is None:
        return LimitStanding.NO_LIMIT
    if due < now:
        return LimitStanding.OVERDUE
    near = max(_SOON, (due - since) / _LAST_PART) if since and since < due else _SOON
    return LimitStanding.SOON if due - now <= near else LimitStanding.LATER


def clock_change(since: datetime, due: datetime) -> str:
    """What is odd about a limit in hours where the clocks change on the way; else nothing: `72 h from 21:00 Fri 23 Oct
    end 20:00 Mon 26 Oct: clocks went back`."""
    first, last = in_london(since), in_london(due)
    before, after = first.utcoffset(), last.utcoffset()
    assert before is not None
    assert after is not None
    if before == after or (due - since) % _HOUR:
        return ""
    moved = "back" if after < before else "forward"
    start = f"{hour_of(first)} {day_of(first.date(), last.year)}"
    end = f"{hour_of(last)} {day_of(last.date(), last.year)}"
    return f"{(due - since) // _HOUR} h from {start} end {end}: clocks went {moved}"


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from the anchor of a limit, in hundredths of its width. `now`: where it is filled to; `limit`: where the
    limit stands; `milestones`: limits that have passed on the way. What lies right of the limit is drawn hatched."""

    now: float
    limit: float
    milestones: tuple[float, ...] = ()

    @property
    def overdue(self) -> bool:
        return self.limit < self.now


def bar_of(
    since: datetime | None, due: datetime | None, now: datetime, milestones: Sequence[datetime] = ()
) -> Bar | None:
    """The bar of a limit; None where there is none, or where it counts from nothing before it."""
    if since is None or due is None or due <= since:
        return None
    limit = 100.0 if due >= now else max((due - since) / (now - since) * 100, _LIMIT_AT_LEAST)

    def place(at: datetime) -> float:
        beyond = limit + (at - due) / max(now - due, _MINUTE) * (100 - limit)
        return round((at - since) / (due - since) * limit if at <= due else beyond, 1)

    passed = (at for at in sorted(milestones) if since < at <= now and at != due)
    return Bar(place(max(now, since)), round(limit, 1), tuple(place(at) for at in passed))


def _hours_and_minutes(length: timedelta) -> str:
    minutes = max(length, timedelta()) // _MINUTE
    if minutes < 1:
        return "under a minute"
    hours, minutes = divmod(minutes, 60)
    return " ".join(filter(None, [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]))


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"
