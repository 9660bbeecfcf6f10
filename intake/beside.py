"""A child who is described to two hubs at once, and has no number that they could lock. What one of them has not kept
yet the other does not see, so each would begin a child.

So before a child who is described is begun, it is looked once more for whoever was filed meanwhile, while nobody else
may file. If it is the same child, the batch is decided anew, and finds it.
"""

from enrichment.lookup import Lookup, keys_of
from intake.step import Context
from store import Transaction

_LOCK = "children who are described"


class FiledMeanwhileError(Exception):
    """Another hub has begun the child. Nothing is written: decide anew."""


async def look_beside(tx: Transaction, context: Context) -> None:
    """To be called when all is decided, on Postgres: SQLite has one writer. Keeps others from beginning children who
    are described until the transaction ends. Raises FiledMeanwhileError, at most once for each who is filed."""
    if any(child.fresh and child.described is not None for child in context.children.children()):
        await tx.lock([_LOCK])
        if await _is_filed(tx, context.children.lookup):
            raise FiledMeanwhileError


async def _is_filed(tx: Transaction, before: Lookup) -> bool:
    """Whether somebody was filed since who is certainly one of those that were looked for. Who may be, of the many that
    other hubs file in a backlog, is no reason: one decision would follow another."""
    rows, held = await tx.blocked(keys_of(before.sought))
    new = [row for row in rows if not before.holds(row.person)]
    since = Lookup(before.model, new, {row.person: held[row.person] for row in new if row.person in held})
    return any(
        since.judge(authority, described).outcome == "certain"
        for described in before.sought
        for authority in since.authorities(described)
    )
