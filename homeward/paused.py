"""A hub that starts paused: it takes in, decides and keeps time, and nothing leaves until a person has looked and lets
it go. The pauses are those of `homeward deliveries`: they outlive the process and bind every hub of its database."""

from collections.abc import Iterable
from datetime import datetime

from store import Store
from store.pausing import Pause

_BY, _WHY = "homeward run --paused", "started paused: somebody is to look before anything is sent"


async def pause_every_way(store: Store, ways: Iterable[str], now: datetime) -> None:
    """Pauses each of these ways out; one that is paused already stays as it is. Raises StoreUnavailableError."""
    async with store.transaction() as tx:
        for way in sorted(ways):
            await tx.pause(Pause(way, _BY, now, _WHY))
