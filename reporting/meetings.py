"""Meetings about a child that were asked for or held in a period. Instants are in UTC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from enrichment.children import Child
from episodes.episode import Episode
from reporting.span import Span
from routing.case import Case
from routing.message_types import MEETING_REQUEST


@dataclass(frozen=True, slots=True)
class Meeting:
    """One act: that a meeting was asked for (with its limit), or that one was held (with all kinds that it settles).
    `episode` is the one that it was asked for in or reported about, or stands in for the child's duties outside any."""

    act: Literal["requested", "held"]
    at: datetime
    episode: Episode
    kinds: tuple[str, ...]
    due: datetime | None = None
    type: str | None = None


def meetings_of(child: Child, span: Span) -> Iterator[Meeting]:
    """A meeting that is reported twice, or about two episodes of the child, was held once."""
    known = set[tuple[datetime, tuple[str, ...]]]()
    cases = [*child.cases.values()]
    outside = [Case(child.duties.duties.as_episode(), child.duties.promises)] if child.duties else []
    for case in (*cases, *outside):
        for p in case.promises:
            if p.type == MEETING_REQUEST and span.holds(p.at):
                yield Meeting("requested", p.at, case.episode, (p.kind or "",), due=p.due)
        for m in case.episode.meetings:
            if span.holds(m.held_at) and (m.held_at, m.kinds) not in known:
                known.add((m.held_at, m.kinds))
                kinds = tuple(dict.fromkeys(m.kinds))
                yield Meeting("held", m.held_at, case.episode, kinds, type=m.meeting_type)
