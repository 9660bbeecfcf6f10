"""What a hub owes after a course of reports: the states of its episodes, and what was asked of whom and is open."""

from collections import Counter
from typing import Any

from hub_in_memory import Hub

from enrichment.serialisation import read_case
from routing.case import Case
from routing.message_types import MESSAGE_TYPES
from store.rows import EpisodeRow

Owed = Counter[tuple[Any, ...]]


async def cases(h: Hub) -> list[Case]:
    """The episodes at every authority."""
    found: list[Case] = []
    async with h.store.reading() as tx:
        for authority in h.packs.authorities:
            people = await tx.people_of(authority, "", 1000)
            _, rows = await tx.load(people)
            found += [case for row in rows if isinstance(case := _case(row), Case)]
    return found


def _case(row: EpisodeRow) -> object:
    return read_case(row.state, row.doc)


async def states(h: Hub) -> Counter[tuple[Any, ...]]:
    """How each episode stands."""
    return Counter(
        (c.episode.authority, c.episode.state, c.episode.start, c.episode.return_at, frozenset(c.episode.references))
        for c in await cases(h)
    )


async def owed(h: Hub) -> Owed:
    """What somebody is still asked for: authority, type, kind, recipients and limit."""
    return Counter(
        (c.episode.authority, p.type, p.kind, frozenset(p.to), p.due)
        for c in await cases(h)
        for p in c.promises
        if p.open and MESSAGE_TYPES[p.type].withdrawn_by
    )
