"""One missing period as the statutory returns define it; which rows they make of it is in `reporting.ssda903`,
`reporting.safeguarding` and `reporting.annex_a`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from episodes.episode import Episode
from episodes.record import RegisterRecord
from reporting.tables import Asked


@dataclass(frozen=True, slots=True)
class ReturnPeriod:
    """M: whereabouts not known, over when the child was found. A: known, over when the child was back."""

    code: Literal["M", "A"]
    start: datetime
    end: datetime | None

    def touches(self, asked: Asked) -> bool:
        """Whether any part of it lies in the days that were asked for."""
        last = self.start if self.end is None else max(self.start, self.end)
        return self.start < asked.span.until and (self.end is None or last >= asked.span.since)


def period_of(episode: Episode) -> ReturnPeriod | None:
    """None for what was retracted, for what waits behind another episode and for what nobody called missing."""
    if episode.missing is None or episode.start is None or episode.state in ("retracted", "waiting"):
        return None
    code: Literal["M", "A"] = "A" if _whereabouts_known(episode) else "M"
    found = episode.found if episode.back else None
    end = None if found is None else found.end_at if code == "M" else found.return_at
    return ReturnPeriod(code, _left(episode, episode.start), end)


def in_our_care(record: RegisterRecord, asked: Asked) -> bool:
    """Looked after, and not as another authority's child who lives here: that one is in the other's return."""
    responsible = record.responsible_authority
    return record.looked_after and (responsible is None or responsible.strip().lower() in asked.own)


def written_day(day: date) -> str:
    """A date as the returns write it."""
    return f"{day:%d/%m/%Y}"


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
