"""The missing periods of the SSDA903 return.

Department for Education, children looked after data collection, guide and technical specification of 2023 to 2024,
"missing / away from placement without authorisation": columns CHILD, DOB, MISSING, MIS_START, MIS_END; codes M and A;
dates dd/mm/yyyy; looked-after children only; any length of time; no end for a child who is not back on the last day.
Its validation checks 564 to 586 are about these rows. A test has the sector's own validator read them.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from enrichment.children import Child
from reporting.return_period import in_our_care, period_of, written_day
from reporting.tables import Asked, Cell, Refusal, ReportTable, TableEntry
from routing.calendar import london_date


def _rows(child: Child, asked: Asked) -> Iterator[TableEntry]:
    if not in_our_care(child.record, asked):
        return
    born = child.record.date_of_birth
    for case in child.cases.values():
        period = period_of(case.episode)
        if period is None or not period.touches(asked):
            continue
        over = period.end if period.end and period.end < asked.span.until else None
        cells = (
            asked.number(child),
            written_day(born) if born else None,
            period.code,
            written_day(london_date(period.start)),
            written_day(london_date(over)) if over else None,
        )
        yield TableEntry(period.start, cells, case.episode)


def _refusals(entries: Sequence[TableEntry]) -> Iterator[Refusal]:
    """What the collection would refuse, row by row."""
    away_until = dict[Cell, date]()
    for row, entry in enumerate(entries, 1):
        number, born, _, started, ended = entry.cells
        start, end = _date(started), _date(ended) if ended else date.max
        if not number:
            yield Refusal(row, entry, "CHILD", "the register holds no such number of the child")
        elif not re.fullmatch(r"[A-Za-z0-9]{1,10}", str(number)):
            yield Refusal(row, entry, "CHILD", "it must be 1 to 10 letters or digits")
        if not born:
            yield Refusal(row, entry, "DOB", "the register holds no date of birth")
        elif start <= _date(born):
            yield Refusal(row, entry, "MIS_START", "it must be after the date of birth", "586")
        if end < start:
            yield Refusal(row, entry, "MIS_END", "it is before the start", "567")
        if number and start < away_until.get(number, date.min):
            yield Refusal(row, entry, "MIS_START", "an earlier period of the same child is not over by then", "574")
        away_until[number] = max(end, away_until.get(number, date.min))


def _date(cell: Cell) -> date:
    day, month, year = str(cell).split("/")
    return date(int(year), int(month), int(day))


SSDA903 = ReportTable(("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"), _rows, _refusals, "CHILD", prescribed=True)
