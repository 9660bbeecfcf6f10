"""Meetings about a child that were asked for or held in a period. Instants are in UTC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from enrichment.people import Child
from enrichment.reporting.span import Span
from episodes.episode import Episode


@dataclass(frozen=True, slots=True)
class Meeting:
    """One act: that a meeting was asked for (with its limit), or that one was held (with all kinds that it settles).
    `episode` is the one that it was asked for in or reported about, or the file of the child."""

    act: Literal["requested", "held"]
    at: datetime
    episode: Episode
    kinds: tuple[str, ...]
    due: datetime | None = None
    type: str | None = None


def meetings_of(child: Child, span: Span) -> Iterator[Meeting]:
    """A meeting that is reported twice, or about two episodes of the child, was held once."""
    known = set[tuple[datetime, tuple[str, ...]]]()
    for case in (*child.cases.values(), *([child.file] if child.file else [])):
        for p in case.promises:
            if p.type == "meeting.request" and span.holds(p.at):
                yield Meeting("requested", p.at, case.episode, (p.kind or "",), due=p.due)
        for m in case.episode.meetings:
            if span.holds(m.held_at) and (m.held_at, m.kinds) not in known:
                known.add((m.held_at, m.kinds))
                kinds = tuple(dict.fromkeys(m.kinds))
                yield Meeting("held", m.held_at, case.episode, kinds, type=m.meeting_type)
