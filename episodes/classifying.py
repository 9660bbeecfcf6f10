"""Missing or absent: the lines of an episode's status history, and whose word they are.

What somebody reports adds a line, a correction rewrites the one that was wrong. What a rule of the pack presumes adds a
line that a person's word removes again, in both directions (AMB-44).
"""

from dataclasses import replace
from datetime import datetime

from episodes.episode import Episode, Line
from episodes.origin import Classification


def with_status(episode: Episode, to: Classification, at: datetime) -> Episode:
    """With a new line of the status history; what was presumed already is now somebody's word."""
    if episode.classification == to:
        return replace(episode, lines=(*episode.lines[:-1], replace(episode.lines[-1], presumed=False)))
    return replace(episode, lines=(*episode.lines, Line(to, at)))


def with_corrected_status(episode: Episode, to: Classification) -> Episode:
    """The newest line was wrong from its beginning."""
    return replace(episode, lines=(*episode.lines[:-1], Line(to, episode.lines[-1].since)))


def with_presumed_status(episode: Episode, to: Classification, at: datetime) -> Episode:
    """A rule of the pack takes the child for missing (or absent) until a person has judged."""
    if episode.classification == to:
        return episode
    return replace(episode, lines=(*episode.lines, Line(to, at, presumed=True)))


def with_judged_status(episode: Episode, to: Classification, at: datetime) -> Episode:
    """A person's word: what was presumed against it is gone, what was presumed likewise is so."""
    lines = tuple(replace(line, presumed=False) for line in episode.lines if not line.presumed or line.status == to)
    if not lines or lines[-1].status != to:
        lines = (*lines, Line(to, at))
    return replace(episode, lines=lines)
