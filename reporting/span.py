"""The period of a report: whole days of Europe/London. What happened in it is not known here."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from routing.calendar import first_instant_of, london_date

_DAYS = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)")
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_QUARTER = re.compile(r"(\d{4})-[Qq]([1-4])")
_COUNCIL = re.compile(r"(\d{4})/(\d\d)(?:-[Qq]([1-4]))?")
_FORMS = (
    "Write a month (2026-09), a calendar quarter (2026-Q3), a council year from April (2026/27), a quarter of it "
    "(2026/27-Q2), or two days (2026-04-01..2027-03-31)"
)


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
        """Reads `2026-09`, `2026-Q3` (of the calendar year), `2026/27` and `2026/27-Q2` (of the council's year, from
        April) or `2026-04-01..2027-03-31`. ValueError names these forms, or what is wrong."""
        try:
            if days := _DAYS.fullmatch(text):
                span = cls(date.fromisoformat(days[1]), date.fromisoformat(days[2]))
            elif month := _MONTH.fullmatch(text):
                span = cls._months(int(month[1]), int(month[2]), 1)
            elif quarter := _QUARTER.fullmatch(text):
                span = cls._months(int(quarter[1]), int(quarter[2]) * 3 - 2, 3)
            elif council := _COUNCIL.fullmatch(text):
                span = cls._council(*council.groups())
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
    def _council(cls, year: str, next_year: str, quarter: str | None) -> Self:
        """The council's year, from April to March, or a quarter of it. ValueError where the two years do not follow."""
        if (int(year) + 1) % 100 != int(next_year):
            raise ValueError("the second year is not the next")
        if quarter is None:
            return cls._months(int(year), 4, 12)
        return cls._months(int(year) + (quarter == "4"), (int(quarter) * 3) % 12 + 1, 3)

    @classmethod
    def _months(cls, year: int, month: int, count: int) -> Self:
        beyond = year * 12 + month - 1 + count
        return cls(date(year, month, 1), date(beyond // 12, beyond % 12 + 1, 1) - timedelta(days=1))

    @property
    def since(self) -> datetime:
        """Midnight in London at the start of the first day, in UTC."""
        return first_instant_of(self.first)

    @property
    def until(self) -> datetime:
        """Midnight in London at the end of the last day, in UTC; not part of the period."""
        return first_instant_of(self.last + timedelta(days=1))

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

    @property
    def is_council_year(self) -> bool:
        """From April to March."""
        return self == Span._months(self.first.year, 4, 12)

    @property
    def is_year(self) -> bool:
        """Twelve months, from whichever day."""
        beyond = self.last + timedelta(days=1)
        return (beyond.year, beyond.month, beyond.day) == (self.first.year + 1, self.first.month, self.first.day)

    @property
    def days(self) -> str:
        """Its first and last day in words."""
        return f"{_in_words(self.first)} to {_in_words(self.last)}"

    @property
    def told(self) -> str:
        """The days in words; for a quarter or a council's year also its number, in both ways of counting."""
        year, next_year = self.first.year, (self.first.year + 1) % 100
        if self.is_council_year:
            return f"{self.days} (council year {year}/{next_year:02})"
        if self != Span.quarter_of(self.since):
            return self.days
        quarter = (self.first.month + 2) // 3
        if quarter == 1:
            return f"{self.days} (calendar quarter {year}-Q1, council quarter {year - 1}/{year % 100:02}-Q4)"
        council = f"{year}/{next_year:02}-Q{quarter - 1}"
        return f"{self.days} (calendar quarter {year}-Q{quarter}, council quarter {council})"


def _in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
