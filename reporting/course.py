"""How one episode stood when a period ended: not what came after it, but with all that was corrected since.

Instants are in UTC. The return interview of an episode is in `reporting.interview`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from episodes.episode import Episode

CourseStanding = Literal["missing", "returned", "ended_without_return", "retracted"]


@dataclass(frozen=True, slots=True)
class Course:
    """An episode at the end of a period. `end`: the return, or the end of the investigation; never before the start,
    whatever the reports say. `absent`: absent throughout and never missing, which does not count (T-9)."""

    start: datetime
    end: datetime | None
    standing: CourseStanding
    absent: bool

    @property
    def counted(self) -> bool:
        return not self.absent and self.standing != "retracted"

    @property
    def length(self) -> timedelta | None:
        """Elapsed time from the start to the return."""
        return self.end - self.start if self.end and self.standing == "returned" else None


def course_of(episode: Episode, until: datetime) -> Course | None:
    """None where it had not begun, where no missing report is known or where it only waits behind another."""
    start = episode.start
    if episode.missing is None or start is None or start >= until or episode.state == "waiting":
        return None
    absent = not episode.ever_missing
    if episode.state == "retracted":
        return Course(start, None, "retracted", absent)
    standing: CourseStanding = "returned" if episode.back else "ended_without_return"
    at = episode.return_at if episode.back else _investigation_ended(episode)
    end = None if at is None else max(at, start)
    if end is None or end >= until:
        return Course(start, None, "missing", absent)
    return Course(start, end, standing, absent)


def _investigation_ended(episode: Episode) -> datetime | None:
    if episode.state != "ended" or episode.ended is None:
        return None
    return episode.ended.ended_at or episode.ended.origin.at
