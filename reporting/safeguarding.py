"""The missing table of the Standard Safeguarding Dataset.

Data to Insight, table `ssd_missing` (items MISS001A to MISS007A) as released in version 1.3.7 of December 2025,
https://data-to-insight.github.io/ssd-data-model/. Its guidance takes over the words of the SSDA903 guide for start,
type and end, and those of Ofsted's Annex A for the interview; for "offered" it expects N, Y, NA or nothing. Its times
carry no offset and are London's here.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from enrichment.children import Child
from reporting.offers import offer_after
from reporting.return_period import period_of
from reporting.tables import Asked, Refusal, ReportTable, TableEntry
from routing.calendar import LONDON

_LONGEST = 48  # characters of a person id


def _rows(child: Child, asked: Asked) -> Iterator[TableEntry]:
    """Periods that the span touches, as they stand now: the dataset is a picture of the day on which it is drawn."""
    for case in child.cases.values():
        period = period_of(case.episode)
        if period is not None and period.touches(asked):
            offer = offer_after(child, case, asked.at, asked.pack_of(case.episode))
            accepted = None if offer.accepted is None else "Y" if offer.accepted else "N"
            row = (case.episode.id, asked.number(child), _time(period.start), period.code)
            ends = _time(period.end) if period.end else None
            yield TableEntry(period.start, (*row, ends, offer.offered, accepted), case.episode)


def _time(at: datetime) -> str:
    return at.astimezone(LONDON).replace(tzinfo=None).isoformat(timespec="seconds")


def _refusals(entries: Sequence[TableEntry]) -> Iterator[Refusal]:
    for row, entry in enumerate(entries, 1):
        number = str(entry.cells[1])
        if not number:
            yield Refusal(row, entry, "miss_person_id", "the register holds no such number of the child")
        elif len(number) > _LONGEST:
            yield Refusal(row, entry, "miss_person_id", f"it must be at most {_LONGEST} characters")


SAFEGUARDING = ReportTable(
    (
        *("miss_table_id", "miss_person_id", "miss_missing_episode_start_date", "miss_missing_episode_type"),
        *("miss_missing_episode_end_date", "miss_missing_rhi_offered", "miss_missing_rhi_accepted"),
    ),
    _rows,
    _refusals,
    "miss_person_id",
    prescribed=True,
)
