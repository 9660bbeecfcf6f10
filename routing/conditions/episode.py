"""What a rule may ask about the episode itself and how often the child has been missing."""

from datetime import timedelta
from typing import Literal

from routing.calendar import london_date
from routing.conditions.vocabulary import condition
from routing.periods import Elapsed
from routing.situation import Situation


@condition
def still_missing(s: Situation) -> bool:
    """The child has not been found and the report has not been taken back."""
    return s.episode.still_missing


@condition
def back(s: Situation) -> bool:
    """The child was found or has returned."""
    return s.episode.back


@condition
def known_missing(s: Situation) -> bool:
    """A missing report is known; not only a found one."""
    return s.episode.missing is not None


@condition
def classified(s: Situation, status: Literal["missing", "absent"]) -> bool:
    """The classification at present."""
    return s.episode.classification == status


@condition
def ever_missing(s: Situation) -> bool:
    """Missing at some time of the episode, not absent throughout."""
    return s.episode.ever_missing


@condition
def risk(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """The police risk grade at present."""
    return s.episode.risk in is_one_of


@condition
def missing_for(
    s: Situation, over: Elapsed | None = None, at_least: Elapsed | None = None, at_most: Elapsed | None = None
) -> bool:
    """How long the child was missing, from the start to the return, in elapsed time; false before the return."""
    lasted = s.episode.duration
    return lasted is not None and _within(lasted, over, at_least, at_most)


@condition
def last_seen_would_matter(s: Situation, over: Elapsed, at_least: Elapsed) -> bool:
    """Counting from the last-seen time instead of the start would pass a limit that the start does not."""
    report, start = s.episode.missing, s.episode.start
    if report is None or report.last_seen_at is None or start is None or s.episode.override:
        return False
    until = s.episode.return_at or s.as_of
    counted, seen = until - start, until - report.last_seen_at
    return (seen > over.elapsed() >= counted) or (seen >= at_least.elapsed() > counted)


@condition
def received_outside_hours(s: Situation) -> bool:
    """The episode was received when its office does not work any more that day."""
    received = s.episode.opened_at
    return london_date(s.calendar.same_working_day(received)) != london_date(received)


def _within(span: timedelta, over: Elapsed | None, at_least: Elapsed | None, at_most: Elapsed | None) -> bool:
    return (
        (over is None or span > over.elapsed())
        and (at_least is None or span >= at_least.elapsed())
        and (at_most is None or span <= at_most.elapsed())
    )


@condition
def occasions(s: Situation, at_least: int = 1, at_most: int | None = None) -> bool:
    """How many episodes of being missing are known, this one included, without a window."""
    count = s.occasions()
    return count >= at_least and (at_most is None or count <= at_most)


@condition
def episodes_within(s: Situation, days: int, at_least: int) -> bool:
    """Episodes whose start date lies no more than `days` days before this one's, itself included (T-9)."""
    return s.starts_within(days) >= at_least


@condition
def reported_missing(s: Situation) -> bool:
    """The child was reported missing at some time, in this episode or another, and not in error."""
    return s.reported_missing()
