"""Reading the children of an authority out of the store, page by page, and counting them in one pass."""

from collections.abc import AsyncIterator, Sequence

from enrichment.children import Child, Children
from reporting.figures import Figures
from reporting.span import Span
from reporting.tally import Tally
from store import Transaction
from store.rows import KnownKeys


async def children_of(tx: Transaction, authority: str, page: int = 50) -> AsyncIterator[Child]:
    """Every child of the authority, in the order of their ids, `page` of them at a time. All their episodes are read,
    since a correction may have moved any of them into a period or out of it."""
    last = ""
    while ids := await tx.people_of(authority, last, page):
        last = ids[-1]
        people = Children(KnownKeys([], [], {}), *await tx.load(ids))
        for child in sorted(people.children(), key=lambda child: child.id):
            yield child


async def figures_of(tx: Transaction, authority: str, spans: Sequence[Span]) -> list[Figures]:
    """The figures of each of the periods, in their order."""
    tallies = [Tally(span) for span in spans]
    async for child in children_of(tx, authority):
        for tally in tallies:
            tally.add(child)
    return [tally.figures() for tally in tallies]
