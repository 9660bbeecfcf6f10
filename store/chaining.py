"""The chain of each episode: every row of the ledger that belongs to one carries its number there, and a link over the
row before it. Who takes a row out, puts one in or changes one breaks the chain at that row.

How far a chain has come stands in a head of its own, so that its end cannot be cut off either. Whoever appends to an
episode holds its head until the transaction ends, intake, relay and desk alike: their rows follow one another. On
Postgres that is a lock of the head's row, taken in the order of the episodes; SQLite has one writer. Where two begin a
chain at once there is no head to lock yet: the second is told to try again.

Rows that belong to no episode (a report as it came, a line about many deliveries) would need one lock for all writers.
They have no chain; the roots cover them (`store.sealing`).
"""

import hashlib
from collections.abc import Collection
from functools import cache

import orjson
from sqlalchemy import Executable, select

from store.custody_tables import ledger_heads
from store.listing import KEYS, Writing
from store.session import Session

NO_LINK = ""
"""What stands in the place of the link before the first row of an episode."""
_HEADS = Writing(ledger_heads, ("episode", "rows", "link"), replaces=("rows", "link"))
Head = tuple[int, str]


def link_after(before: str, episode: str, number: int, hash: str) -> str:
    """SHA-256 (hex) over the link before it, the row's place in its episode, and the hash of the row."""
    return hashlib.sha256(orjson.dumps([before, episode, number, hash])).hexdigest()


@cache
def _take(postgres: bool) -> Executable:
    asked, heads = KEYS.of(postgres), ledger_heads.c
    joined = asked.join(ledger_heads, heads.episode == asked.c.key)
    found = select(heads.episode, heads.rows, heads.link).select_from(joined)
    return found.order_by(heads.episode).with_for_update(of=ledger_heads) if postgres else found


class Chaining(Session):
    """The part of a transaction that keeps the chains of the ledger."""

    async def _heads(self, episodes: Collection[str]) -> dict[str, Head]:
        """How many rows each episode has and the link of the last, held until the transaction ends."""
        if not episodes:
            return {}
        asked = ((episode,) for episode in sorted(episodes))
        rows = await self._ahead(ledger_heads, KEYS, asked, _take(self._postgres))
        return {row.episode: (row.rows, row.link) for row in rows}

    async def _keep_heads(self, heads: dict[str, Head]) -> None:
        await self._write(_HEADS, [(episode, *head) for episode, head in sorted(heads.items())])


def chained(heads: dict[str, Head], episode: str | None, hash: str) -> tuple[int | None, str | None]:
    """Number and link of the next row, and the head moves on to it; nothing for a row of no episode."""
    if episode is None:
        return None, None
    rows, before = heads.get(episode, (0, NO_LINK))
    heads[episode] = rows + 1, link_after(before, episode, rows + 1, hash)
    return heads[episode]
