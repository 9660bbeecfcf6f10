"""The figures of a period as rows in words, and the months that a chart shows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from desk.acts import code_in_words
from reporting.figures import Figures
from reporting.span import Span

_GROUPS = {
    "episodes": "Episodes",
    "durations": "How long they lasted",
    "children": "Children",
    "interviews": "Return interviews",
    "meetings": "Meetings",
}
_SERIES = (("Episodes started", "episodes", "started"), ("Return interviews held", "interviews", "done"))


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers of a chart, month by month."""

    title: str
    points: tuple[tuple[str, int], ...]


def usual_periods(today: date) -> list[tuple[str, Span]]:
    """The periods that people ask for: this month, and the last whole month, quarter and year."""
    month = today.replace(day=1)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    year = month.replace(month=4, year=month.year - (month.month < 4))  # as a council counts its years
    day = timedelta(days=1)
    return [
        ("This month", Span(month, today)),
        ("Last month", Span((month - day).replace(day=1), month - day)),
        ("Last quarter", Span((quarter - timedelta(days=62)).replace(day=1), quarter - day)),
        ("Last year, April to March", Span(year.replace(year=year.year - 1), year - day)),
    ]


def figure_rows(figures: Figures) -> list[tuple[str, list[tuple[str, str]]]]:
    """Group by group, each figure in words with its value."""
    told = asdict(figures)
    return [(title, [*_rows(told[name])]) for name, title in _GROUPS.items()]


def months_of(span: Span) -> list[Span]:
    """The months of a period, the first and the last cut to it."""
    months, first = [], span.first
    while first <= span.last:
        after = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        months.append(Span(first, min(after - timedelta(days=1), span.last)))
        first = after
    return months


def series_of(months: Sequence[Span], figures: Sequence[Figures]) -> list[Series]:
    """The charts: what is counted month by month."""
    told = [asdict(each) for each in figures]
    names = [_month(month.first) for month in months]
    return [
        Series(title, tuple(zip(names, (int(each[group][name]) for each in told), strict=True)))
        for title, group, name in _SERIES
    ]


def _month(day: date) -> str:
    return f"{day:%b} {day.year}"


def _rows(group: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in group.items():
        if isinstance(value, list):
            rows += [
                (f"{code_in_words(each['kind'])}: {k}", str(v))
                for each in value
                for k, v in each.items()
                if k != "kind"
            ]
        else:
            rows.append((code_in_words(name), "none" if value is None else f"{value:g}"))
    return rows
