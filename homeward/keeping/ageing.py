"""Purging by age alone, whatever the schedules say."""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from routing.messages import derived_id
from store import LedgerRow, Store, Transaction
from store.keys import Erasure

AGED = "aged"
_HELD = (
    "Nothing was purged. Children who are held: {}. Age alone cannot tell what is theirs: purge by the schedules, "
    "without --older-than, or lift the holds first."
)


class ChildrenHeldError(Exception):
    """Why nothing goes by age, and what to do."""


async def purge_older(store: Store, before: datetime, parts: Collection[str], now: datetime) -> dict[str, int]:
    """Purges these parts of what is older than an instant, the journal first; returns how many rows of each went.
    Raises ChildrenHeldError and StoreUnavailableError."""
    line = Erasure(str(uuid4()), now, {AGED: {part: before.isoformat() for part in sorted(parts)}})
    async with store.transaction() as tx:
        if {*parts} != {"claims"} and (held := await tx.all_holds(now)):
            raise ChildrenHeldError(_HELD.format(len(held)))
        if store.keys:
            await store.keys.note(line)
        counts = await purge_aged(tx, dict.fromkeys(parts, before))
        await tx.drop_canaries()  # where the hub itself may remove nothing
        await tx.append([_ledger_row(line)], ())
        await tx.erased([line.id], now)
        await tx.purged(counts, now)
    await store.sweep()
    return counts


def _ledger_row(line: Erasure) -> LedgerRow:
    """That it went, so that the line of the journal can be written anew."""
    entry = {"what": AGED, "erasure": line.id, "noted_at": line.at.isoformat(), **line.what}
    return LedgerRow(derived_id("erasure", line.id), line.at, "erasure", None, None, line.id, entry)


async def purge_aged(tx: Transaction, before: dict[str, datetime]) -> dict[str, int]:
    """The parts by the instant before which each goes."""
    ways = {
        "reports": tx.purge_contents,
        "messages": tx.purge_payloads,
        "quarantine": tx.purge_quarantine,
        "claims": tx.forget_claims,
    }
    return {part: await ways[part](instant) for part, instant in before.items()}
