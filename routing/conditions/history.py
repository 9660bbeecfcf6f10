"""What a rule may ask about the child's other episodes, and how often the child has been missing."""

from episodes.identity import missing_again
from routing.conditions.vocabulary import RoleWords, condition
from routing.periods import Elapsed
from routing.situation import Situation


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


@condition
def another_open(s: Situation) -> bool:
    """The child is missing by another episode as well."""
    return any(case.episode.still_missing for case in s.others)


@condition
def another_waits(s: Situation) -> bool:
    """A new report about the child waits for this episode to end."""
    return any(case.episode.state == "waiting" for case in s.others)


@condition
def missing_again_since(s: Situation) -> bool:
    """The child is missing by another episode that began after the return from this one."""
    return any(c.episode.still_missing and missing_again(s.episode, c.episode) for c in s.others)


@condition
def newest_episode(s: Situation) -> bool:
    """No other episode of the child, apart from one reported in error, began later."""
    later = (c.episode for c in s.others if c.episode.start and c.episode.state not in ("retracted", "waiting"))
    return s.episode.start is not None and all(e.start <= s.episode.start for e in later if e.start)


@condition
def earlier_completed_by(s: Situation, roles: RoleWords, within: Elapsed) -> bool:
    """One of these roles has said, no longer ago than that, that an earlier episode ended, and where."""
    found = (c.episode.found for c in s.others if c.episode.back and c.episode.found)
    told = (f for f in found if f.by and f.by.role in roles and f.details.get("found_where"))
    return any(s.as_of - f.origin.at <= within.elapsed() for f in told)
