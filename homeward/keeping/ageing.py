"""Purging by age alone, whatever the schedules say."""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from store import Store, Transaction
from store.keys import Erasure

AGED = "aged"


async def purge_older(url: str, before: datetime, parts: Collection[str], now: datetime) -> dict[str, int]:
    """Purges these parts of what is older than an instant, the journal first; returns how many rows of each went.
    Raises StoreUnavailableError."""
    store = Store.open(url, within=None)
    line = Erasure(str(uuid4()), now, {AGED: {part: before.isoformat() for part in sorted(parts)}})
    try:
        async with store.transaction() as tx:
            if store.keys:
                await store.keys.note(line)
            counts = await purge_aged(tx, dict.fromkeys(parts, before))
            await tx.erased([line.id], now)
            await tx.purged(counts, now)
        await store.sweep()
        return counts
    finally:
        await store.close()


async def purge_aged(tx: Transaction, before: dict[str, datetime]) -> dict[str, int]:
    """The parts by the instant before which each goes."""
    ways = {
        "reports": tx.purge_contents,
        "messages": tx.purge_payloads,
        "quarantine": tx.purge_quarantine,
        "claims": tx.forget_claims,
    }
    return {part: await ways[part](instant) for part, instant in before.items()}
