"""A report that meets an open episode where a procedure allows one at a time (AMB-121): it waits, and opens an episode
of its own, with its own start, once the old one is found or taken back. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from episodes.advance import advance
from episodes.episode import Episode, Terms
from episodes.events import Advanced, Change, Event
from episodes.reports import Missing, Report


def waiting_where_blocked(episode: Episode, report: Report, others: Sequence[Episode], terms: Terms) -> Episode:
    """The episode of a first missing report, made to wait where another one of the child stands in its way."""
    first = isinstance(report, Missing) and episode.missing is None
    blocked = terms.second == "waits" and any(other.state == "open" for other in others)
    return replace(episode, state="waiting") if first and blocked else episode


def next_to_open(episodes: Sequence[Episode]) -> Episode | None:
    """Of the child's episodes that wait the oldest, unless one is open."""
    if any(e.state == "open" for e in episodes):
        return None
    return min((e for e in episodes if e.state == "waiting"), key=lambda e: (e.opened_at, e.id), default=None)


def released(episode: Episode, report: Report, terms: Terms) -> Advanced:
    """The episode, opened by the report that made way for it; found at once where a return was told meanwhile."""
    opened = replace(episode, state="open", found=None)
    events: tuple[Event, ...] = (Event(Change.OPENED, report, report.origin.at),)
    if episode.found is None:
        return opened, events
    found, more = advance(opened, episode.found, terms)
    return found, (*events, *more)
