"""Two tables in the form that others prescribe: the missing periods of the SSDA903 return, and the missing table of
the Standard Safeguarding Dataset.

SSDA903: Department for Education, children looked after data collection, guide and technical specification of 2023 to
2024, "missing / away from placement without authorisation": columns CHILD, DOB, MISSING, MIS_START, MIS_END; codes M
and A; dates dd/mm/yyyy; looked-after children only; any length of time; no end for a child who is not back on the last
day. Its validation checks 565 to 578 are about these rows.

Standard Safeguarding Dataset: Data to Insight, table `ssd_missing` (items MISS001A to MISS007A) as released in version
1.3.7 of December 2025, https://data-to-insight.github.io/ssd-data-model/. Its guidance takes over the words of the
SSDA903 guide for start, type and end, and those of Ofsted's Annex A for the interview. Its times carry no offset and
are London's here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from enrichment.children import Child
from episodes.episode import Episode
from episodes.record import RegisterRecord
from reporting.interview import interview_of
from reporting.tables import Asked, ReportTable, Row
from routing.calendar import LONDON, london_date

_FOR_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReturnPeriod:
    """One missing period as both tables define it. M: whereabouts not known, over when the child was found. A: known,
    over when the child was back."""

    code: Literal["M", "A"]
    start: datetime
    end: datetime | None


def period_of(episode: Episode) -> ReturnPeriod | None:
    """None for what was retracted, for what waits behind another episode and for what nobody called missing."""
    if episode.missing is None or episode.start is None or episode.state in ("retracted", "waiting"):
        return None
    code: Literal["M", "A"] = "A" if _whereabouts_known(episode) else "M"
    found = episode.found if episode.back else None
    end = None if found is None else found.end_at if code == "M" else found.return_at
    return ReturnPeriod(code, _left(episode, episode.start), end)


def _whereabouts_known(episode: Episode) -> bool:
    """Absent throughout, an unauthorised absence, or a place that was known from first to last."""
    missing = episode.missing
    assert missing is not None
    known = bool(missing.location_known) and episode.location_known is not False
    return known or not episode.ever_missing or missing.care_type == "unauthorised_absence"


def _left(episode: Episode, start: datetime) -> datetime:
    """When the child left, or was last seen by a responsible adult, the later of the two; where neither is known, or
    where a person has set the clock, the start of the episode."""
    assert episode.missing is not None
    if episode.override and episode.override.value:
        return start
    told = (episode.missing.left_at, episode.missing.last_seen_by_responsible_adult_at)
    return max((at for at in told if at), default=start)


def _overlaps(period: ReturnPeriod, asked: Asked) -> bool:
    last = period.start if period.end is None else max(period.start, period.end)
    return period.start < asked.span.until and (period.end is None or last >= asked.span.since)


# ---- SSDA903


def _ssda903(child: Child, asked: Asked) -> Iterator[tuple[datetime, Row]]:
    if not child.record.looked_after or not _ours(child.record, asked):
        return
    born = child.record.date_of_birth
    for case in child.cases.values():
        period = period_of(case.episode)
        if period is None or not _overlaps(period, asked):
            continue
        over = period.end if period.end and period.end < asked.span.until else None
        end = _day(london_date(over)) if over else None
        yield (
            period.start,
            (asked.number(child), _day(born) if born else None, period.code, _day(london_date(period.start)), end),
        )


def _ours(record: RegisterRecord, asked: Asked) -> bool:
    """Another authority's child who lives here is in that authority's return."""
    return record.responsible_authority is None or record.responsible_authority.strip().lower() in asked.own


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _doubts(rows: Sequence[Row]) -> list[str]:
    """What the collection would refuse."""
    faults = {
        "rows without CHILD (no such number in the register)": [r for r in rows if not r[0]],
        "rows whose CHILD is not 1 to 10 letters or digits": [r for r in rows if r[0] and not _plain(r[0])],
        "rows without DOB (no date of birth in the register)": [r for r in rows if not r[1]],
        "rows that end before they start": [r for r in rows if r[4] and _date(r[4]) < _date(r[3])],
        "rows that start before the same child's previous row ends": _overlapping(rows),
    }
    return [f"{what}: {len(found)}" for what, found in faults.items() if found]


def _plain(number: object) -> bool:
    return re.fullmatch(r"[A-Za-z0-9]{1,10}", str(number)) is not None


def _overlapping(rows: Sequence[Row]) -> list[Row]:
    found, last = [], dict[object, date]()
    for row in rows:
        end = _date(row[4]) if row[4] else date.max
        if row[0] and _date(row[3]) < last.get(row[0], date.min):
            found.append(row)
        last[row[0]] = max(end, last.get(row[0], date.min))
    return found


def _date(cell: object) -> date:
    day, month, year = str(cell).split("/")
    return date(int(year), int(month), int(day))


# ---- Standard Safeguarding Dataset


def _safeguarding(child: Child, asked: Asked) -> Iterator[tuple[datetime, Row]]:
    """Periods that the span touches, as they stand now: the dataset is a picture of the day on which it is drawn."""
    for case in child.cases.values():
        period = period_of(case.episode)
        if period is not None and _overlaps(period, asked):
            interview = interview_of(child, case, _FOR_EVER)
            offered = None if period.end is None else "Y" if interview and interview.offered_at else "N"
            accepted = {"completed": "Y", "refused": "N"}.get(interview.result) if interview else None
            row = (case.episode.id, asked.number(child), _time(period.start), period.code)
            yield period.start, (*row, _time(period.end) if period.end else None, offered, accepted)


def _time(at: datetime) -> str:
    return at.astimezone(LONDON).replace(tzinfo=None).isoformat(timespec="seconds")


def _unknown(rows: Sequence[Row]) -> list[str]:
    found = [row for row in rows if not row[1]]
    return [f"rows without miss_person_id (no such number in the register): {len(found)}"] if found else []


SSDA903 = ReportTable(("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"), _ssda903, _doubts)
SAFEGUARDING = ReportTable(
    (
        *("miss_table_id", "miss_person_id", "miss_missing_episode_start_date", "miss_missing_episode_type"),
        *("miss_missing_episode_end_date", "miss_missing_rhi_offered", "miss_missing_rhi_accepted"),
    ),
    _safeguarding,
    _unknown,
)
