"""Reading the children of an authority out of the store, page by page, and counting them in one pass."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from enrichment.children import Child, Children
from reporting.figures import Figures
from reporting.span import Span
from reporting.tally import Tally
from store import Transaction
from store.rows import KnownKeys

_EARLY = timedelta(days=2)
"""By how much a sender's clock may be ahead of ours."""


async def children_of(tx: Transaction, authority: str, page: int = 50) -> AsyncIterator[Child]:
    """Every child of the authority, in the order of their ids, `page` of them at a time. All their episodes are read,
    since a correction may have moved any of them into a period or out of it."""
    last = ""
    while ids := await tx.people_of(authority, last, page):
        last = ids[-1]
        for child in await _loaded(tx, ids):
            yield child


async def children_since(tx: Transaction, authority: str, since: datetime, page: int = 50) -> AsyncIterator[Child]:
    """Those who can count in a period that begins then: of whom anything was told since, who are missing still, or for
    whom something waits. What nobody has told, asked or left open since is over before it."""
    ids = await tx.people_heard_of(authority, since - _EARLY)
    for first in range(0, len(ids), page):
        for child in await _loaded(tx, ids[first : first + page]):
            yield child


async def _loaded(tx: Transaction, ids: Sequence[str]) -> list[Child]:
    people = Children(KnownKeys([], [], {}), *await tx.load(ids))
    return sorted(people.children(), key=lambda child: child.id)


async def figures_of(tx: Transaction, authority: str, spans: Sequence[Span]) -> list[Figures]:
    """The figures of each of the periods, in their order."""
    tallies = [Tally(span) for span in spans]
    async for child in children_since(tx, authority, min(span.since for span in spans)):
        for tally in tallies:
            tally.add(child)
    return [tally.figures() for tally in tallies]
