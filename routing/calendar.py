"""The working calendar of England (T-4): Monday to Friday less the bank holidays, and the hours of an office.

A value handed to the core. Instants are aware; whole days and hours of the day are those of Europe/London.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


@lru_cache(maxsize=64)
def _bank_holidays(year: int) -> frozenset[date]:
    # Imported on first use: a run that asks for no working day does not pay for it.
    from holidays.countries.united_kingdom import UnitedKingdom

    return frozenset(UnitedKingdom(subdiv="ENG", years=year))  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Calendar:
    """England's working days and the office hours of one authority; `closures` are its own closed days besides."""

    opens: time = time(9)
    closes: time = time(17)
    closures: Collection[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.closures and day not in _bank_holidays(day.year)

    def is_open(self, at: datetime) -> bool:
        """In working hours: 09:00:00 is in, 17:00:00 is out (AMB-27)."""
        local = at.astimezone(LONDON)
        return self.is_working_day(local.date()) and self.opens <= local.time() < self.closes

    def end_of_working_day(self, after: datetime, days: int) -> datetime:
        """Closing time on the Nth working day after the date of `after`, which is day 0 (T-4)."""
        day = after.astimezone(LONDON).date()
        while days:
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return self.closing(day)

    def same_working_day(self, received: datetime) -> datetime:
        """Closing time of the day of receipt where it is a working day not yet over, else of the next one (T-10)."""
        local = received.astimezone(LONDON)
        if self.is_working_day(local.date()) and local.time() < self.closes:
            return self.closing(local.date())
        return self.end_of_working_day(received, 1)

    def after_open_hours(self, start: datetime, length: timedelta) -> datetime:
        """The instant, in UTC, by which the office has been open for that long since `start`."""
        at, left = start.astimezone(UTC), length
        day = at.astimezone(LONDON).date()
        while True:
            if self.is_working_day(day):
                begin = max(at, datetime.combine(day, self.opens, LONDON).astimezone(UTC))
                rest = max(self.closing(day) - begin, timedelta())
                if left <= rest:
                    return begin + left
                left -= rest
            day += timedelta(days=1)

    def closing(self, day: date) -> datetime:
        return datetime.combine(day, self.closes, LONDON).astimezone(UTC)


def london_date(at: datetime) -> date:
    return at.astimezone(LONDON).date()


@lru_cache(maxsize=64)
def first_instant_of(day: date) -> datetime:
    """Midnight in London at which a day begins, in UTC."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
