"""Instants as people in England read them: the hour, the day with its weekday, and what is doubtful about either.
Shared by e-mails and pages. What an instant is about, and when it is told in full, is not known here."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_LONDON = ZoneInfo("Europe/London")


def in_london(at: datetime) -> datetime:
    """The instant on a clock in London."""
    return at.astimezone(_LONDON)


def hour_of(local: datetime) -> str:
    """`22:40`; `01:30 BST` in the hour that comes twice when the clocks go back."""
    doubtful = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M}" + (f" {local:%Z}" if doubtful else "")


def day_of(day: date, year: int) -> str:
    """`Wed 4 Mar`, with the year where it is another one."""
    return f"{day:%a} {day.day} {day:%b}" + ("" if day.year == year else f" {day.year}")


def night_of(local: datetime) -> str:
    """` (Tuesday night)` at midnight, which belongs to a day that few would look for it in; else nothing."""
    if (local.hour, local.minute) != (0, 0):
        return ""
    return f" ({local - timedelta(days=1):%A} night)"
