"""What became of sent rows, back into the store, and a word to a person about what will not arrive by itself.

A receipt is not forgotten while its relay lives: where the database is away, settling waits for it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial

from outbox.relay_rows import ledger_line, settled
from outbox.retry import Retry
from schemas.delivery import Receipt
from store import LeasedRow, OutboxRow, Settlement, Store
from store.errors import StoreRefusedError, StoreUnavailableError

log = logging.getLogger(__name__)

Dead = Callable[[OutboxRow, Receipt], Awaitable[None]]
_GIVEN_UP = ("dead", "parked")
_AGAIN = ("retry", "untried")


class Settler:
    """Settles for one relay. `pause`: seconds until the database is tried again; `stopping`: the relay is to end."""

    def __init__(
        self, store: Store, now: Callable[[], datetime], on_dead: Dead, stopping: asyncio.Event, pause: float
    ) -> None:
        self._store, self._now, self._on_dead = store, now, on_dead
        self._stopping, self._pause = stopping, pause

    async def settle(
        self, owner: str, pairs: Sequence[tuple[LeasedRow, Receipt]], barred: Sequence[LeasedRow], retry: Retry
    ) -> None:
        """Returns when all of it is kept; `barred` are put back untried. Rows whose shard has passed to another relay
        are left to that one. Raises StoreUnavailableError only while the relay stops."""
        now = self._now()
        told = [(row, receipt, settled(row, receipt, retry, now)) for row, receipt in pairs]
        given_up = [each for each in told if each[2].outcome in _GIVEN_UP]
        kept = [(row, settlement) for row, _, settlement in told if settlement.outcome not in _GIVEN_UP]
        kept += [(row, row.settled("untried")) for row in barred]
        # What arrived comes first: trouble with telling of the others must not have it sent again.
        await self._patiently(partial(self._keep, owner, kept, now))
        for row, receipt, _ in given_up:
            await self._patiently(partial(self._tell, row.row, receipt))
        await self._patiently(partial(self._keep, owner, [(row, s) for row, _, s in given_up], now))

    async def _keep(self, owner: str, told: Sequence[tuple[LeasedRow, Settlement]], now: datetime) -> None:
        if not told:
            return
        ended = [ledger_line(row, s, now) for row, s in told if s.outcome not in _AGAIN]
        async with self._store.transaction() as tx:
            # None counts where an earlier try was kept although its answer was lost: then the ledger has its lines.
            if await tx.settle(owner, [settlement for _, settlement in told], now):
                await tx.append(ended, ())

    async def _tell(self, row: OutboxRow, receipt: Receipt) -> None:
        try:
            await self._on_dead(row, receipt)
        except StoreUnavailableError:
            raise
        except StoreRefusedError:
            log.info("Exception already raised for this delivery", extra={"outbox": row.id})
        except Exception:
            log.exception("Could not raise an exception for an undeliverable message", extra={"outbox": row.id})

    async def _patiently(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                return await work()
            except StoreUnavailableError as error:
                if self._stopping.is_set():
                    raise
                away(error)
                await rest(self._stopping, self._pause)


def away(error: StoreUnavailableError) -> None:
    """Log that the database is waited for."""
    log.warning("Cannot reach the database: deliveries are on hold, retrying", extra={"cause": str(error)})


async def rest(event: asyncio.Event, seconds: float) -> None:
    """Waits for the event, so many seconds at most."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
