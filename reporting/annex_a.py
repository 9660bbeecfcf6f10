"""What Ofsted's Annex A asks about missing episodes of children looked after, a row for each child.

Inspecting local authority children's services (ILACS), Annex A, list 8, "children in care": the columns on episodes
missing and absent from placement in the last 12 months, and on the return interview after the last missing episode;
answers "a) Yes", "b) No", "c) Unknown", or nothing where the question does not arise. The other columns of the list are
the case system's.
"""

from collections.abc import Iterator, Sequence

from enrichment.children import Child
from reporting.offers import Offer, offer_after
from reporting.return_period import ReturnPeriod, in_our_care, period_of, written_day
from reporting.tables import Asked, Refusal, ReportTable, TableEntry
from routing.case import Case

_YES, _NO, _UNKNOWN = "a) Yes", "b) No", "c) Unknown"
_Away = tuple[ReturnPeriod, Case]


def _rows(child: Child, asked: Asked) -> Iterator[TableEntry]:
    """One row for a child in our care who was missing or absent in the period, as it stood at the end of it."""
    if not in_our_care(child.record, asked):
        return
    periods = [(period, case) for case in child.cases.values() if (period := period_of(case.episode))]
    away = sorted(
        (p for p in periods if p[0].touches(asked)),
        key=lambda p: p[0].start,
    )
    if not away:
        return
    missing = [p for p in away if p[0].code == "M"]
    offered, accepted = _answers(child, missing, asked) if missing else (None, None)
    born = child.record.date_of_birth
    day = written_day(born) if born else None
    cells = (asked.number(child), day, len(missing), len(away) - len(missing), offered, accepted)
    yield TableEntry(away[0][0].start, cells, away[-1][1].episode)


def _answers(child: Child, missing: Sequence[_Away], asked: Asked) -> tuple[str, str | None]:
    """About the last missing episode that was over at the end of the period."""
    end = min(asked.span.until, asked.at)
    over = [case for period, case in missing if period.end and period.end < end]
    offer = offer_after(child, over[-1], end, asked.pack_of(over[-1].episode)) if over else Offer(None)
    match offer.offered:
        case "Y":
            return _YES, _UNKNOWN if offer.accepted is None else _YES if offer.accepted else _NO
        case "N" | "NA":
            return _NO, None
        case None:
            return _UNKNOWN, None


def _refusals(entries: Sequence[TableEntry]) -> Iterator[Refusal]:
    for row, entry in enumerate(entries, 1):
        if not entry.cells[0]:
            yield Refusal(row, entry, ANNEX_A.columns[0], "the register holds no such number of the child")
        if not entry.cells[1]:
            yield Refusal(row, entry, ANNEX_A.columns[1], "the register holds no date of birth")


ANNEX_A = ReportTable(
    (
        "Child Unique ID",
        "Date of Birth",
        "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months",
        "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months",
        "Was the child offered a Return Interview after their last missing episode (Y/N)?",
        "Did the child accept a Return Interview after their last missing episode (Y/N)?",
    ),
    _rows,
    _refusals,
    "Child Unique ID",
    prescribed=True,
)
