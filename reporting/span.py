"""The period of a report: whole days of Europe/London. What happened in it is not known here."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Self

from routing.calendar import LONDON, london_date

_DAYS = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)")
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_QUARTER = re.compile(r"(\d{4})-[Qq]([1-4])")
_FORMS = "Write a month (2026-09), a calendar quarter (2026-Q3) or two days (2026-04-01..2027-03-31)"


@dataclass(frozen=True, slots=True)
class Span:
    """Days in London, the first and the last included."""

    first: date
    last: date

    @classmethod
    def month_of(cls, at: datetime) -> Self:
        """The month in London that an instant falls in."""
        day = london_date(at)
        return cls._months(day.year, day.month, 1)

    @classmethod
    def quarter_of(cls, at: datetime) -> Self:
        """The quarter of the calendar year in London that an instant falls in."""
        day = london_date(at)
        return cls._months(day.year, day.month - (day.month - 1) % 3, 3)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `2026-09`, `2026-Q3` or `2026-04-01..2027-03-31`. ValueError names these forms, or what is wrong."""
        try:
            if days := _DAYS.fullmatch(text):
                span = cls(date.fromisoformat(days[1]), date.fromisoformat(days[2]))
            elif month := _MONTH.fullmatch(text):
                span = cls._months(int(month[1]), int(month[2]), 1)
            elif quarter := _QUARTER.fullmatch(text):
                span = cls._months(int(quarter[1]), int(quarter[2]) * 3 - 2, 3)
            else:
                raise ValueError("no such form")
        except ValueError:
            raise ValueError(f"'{text}' is not a period. {_FORMS}") from None
        if span.last < span.first:
            raise ValueError(f"'{text}' ends before it starts")
        if span.first.year < 1900 or span.last.year > 2099:
            raise ValueError(f"'{text}' is outside the years 1900 to 2099")
        return span

    @classmethod
    def _months(cls, year: int, month: int, count: int) -> Self:
        beyond = year * 12 + month - 1 + count
        return cls(date(year, month, 1), date(beyond // 12, beyond % 12 + 1, 1) - timedelta(days=1))

    @property
    def since(self) -> datetime:
        """Midnight in London at the start of the first day, in UTC."""
        return _midnight(self.first)

    @property
    def until(self) -> datetime:
        """Midnight in London at the end of the last day, in UTC; not part of the period."""
        return _midnight(self.last + timedelta(days=1))

    def holds(self, at: datetime | None) -> bool:
        """Whether an instant falls on one of the days; None never does."""
        return at is not None and self.since <= at < self.until

    @property
    def name(self) -> str:
        """As messages write it: 2026-03 for a month, 2026-01/2026-03 for a quarter, else 2026-03-02..2026-03-08."""
        for made, name in (
            (Span.month_of(self.since), f"{self.first:%Y-%m}"),
            (Span.quarter_of(self.since), f"{self.first:%Y-%m}/{self.last:%Y-%m}"),
        ):
            if made == self:
                return name
        return f"{self.first}..{self.last}"


@lru_cache(maxsize=64)
def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
