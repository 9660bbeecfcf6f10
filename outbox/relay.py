"""The relay: promised rows out to the senders, and what became of each back into the store.

Each channel (topics, mail) has a loop of its own, so that a slow mail server holds up no topic. A loop claims a leased
batch, sends it in rounds of at most one row a lane (of a mailbox's lane: one letter), and settles all its receipts in
one statement. No transaction is open while something is being sent. Invariants, each held by a test:
- within a lane rows arrive in order; a row that failed lets none of its lane pass, except a *found* once it is parked;
- what was claimed is sent, waits, or is visibly held up; nothing is dropped, and how each ended stands in the ledger;
- what was sent is settled, however long the database is away: only a death in between sends it again, as the same.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from outbox.addressing import AddressBook
from outbox.relay_rows import nowhere, outgoing, rounds, torn_tail
from outbox.relay_settling import Dead, Settler, away, rest
from outbox.relay_shards import Shards
from outbox.retry import Retry
from routing.message_types import OVERTAKING
from schemas.delivery import Outgoing, Receipt, Sender, Verdict
from store import LeasedRow, Store
from store.errors import StoreUnavailableError

log = logging.getLogger(__name__)

_MOST = {"mail": 100}
"""What is in flight when a process dies is sent again; no more than this many people should get an e-mail twice."""


class Relay:
    """Delivers what stands in the outbox. `senders` by channel (`topic`, `mail`); `owner` is unique to this process.

    `retry` is one for all or one for each channel. `on_dead` hears of every row that will not arrive by itself (refused
    for good, or parked after its last attempt) before that is settled; after a death in between it hears of it again.
    `look`: seconds between two looks without being woken, as no `wake` crosses from another process. `pause`: seconds
    until the database is tried again. Any number of relays may run; each shard is one relay's at a time.
    """

    def __init__(
        self,
        store: Store,
        senders: Mapping[str, Sender],
        addresses: AddressBook,
        *,
        now: Callable[[], datetime],
        retry: Retry | Mapping[str, Retry],
        owner: str,
        on_dead: Dead,
        batch: int = 500,
        lease: timedelta = timedelta(seconds=30),
        look: float = 1.0,
        pause: float = 1.0,
    ) -> None:
        self._store, self._senders, self._addresses, self._now = store, senders, addresses, now
        self._retry = {channel: retry if isinstance(retry, Retry) else retry[channel] for channel in senders}
        self._batch, self._lease, self._look, self._pause = batch, lease, look, pause
        self._woken = {channel: asyncio.Event() for channel in senders}
        self._stopping, self._ended = asyncio.Event(), asyncio.Event()
        self._shards = Shards(store, owner, lease)
        self._settler = Settler(store, now, on_dead, self._stopping, pause)
        self._running: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Something was promised."""
        for event in self._woken.values():
            event.set()

    async def run(self) -> None:
        """Delivers until `stop`."""
        if self._stopping.is_set():
            return
        self._running = asyncio.current_task()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_hold())
            async with asyncio.TaskGroup() as channels:
                for channel in self._senders:
                    channels.create_task(self._deliver(channel))
            self._ended.set()

    async def stop(self) -> None:
        """Finishes what is in flight and releases the shards, so that another relay can take them at once."""
        self._stopping.set()
        self.wake()
        if self._running is not None and self._running is not asyncio.current_task():
            await asyncio.wait([self._running])
        try:
            await self._shards.release(self._now())
        except StoreUnavailableError:
            log.warning("Could not release the shards; they are free when their leases expire")

    async def drain(self) -> int:
        """Sends all that may be sent now, pass after pass until nothing is left; returns how many rows were tried.
        Raises StoreUnavailableError, when all channels have come to rest."""
        await self._shards.hold(self._now())
        ends = await asyncio.gather(*(self._drain(channel) for channel in self._senders), return_exceptions=True)
        for fault in (end for end in ends if isinstance(end, BaseException)):
            raise fault
        return sum(end for end in ends if isinstance(end, int))

    async def _keep_hold(self) -> None:
        """Prolongs shards and the leases of rows in flight well before they run out, until the last row is settled."""
        while not self._ended.is_set():
            wait = self._lease.total_seconds() / 3
            try:
                if await self._shards.hold(self._now()):
                    self.wake()
            except StoreUnavailableError as error:
                away(error)
                wait = min(wait, self._pause)
            await rest(self._ended, wait)

    async def _deliver(self, channel: str) -> None:
        woken = self._woken[channel]
        while not self._stopping.is_set():
            woken.clear()
            since = self._now()
            try:
                if self._shards.lost:
                    await self._shards.hold(since)
                sent = await self._drain(channel)
                async with self._store.reading() as tx:
                    again = await tx.next_attempt(since)
            except StoreUnavailableError as error:
                away(error)
                await rest(self._stopping, self._pause)
                continue
            except Exception:
                log.exception("Delivery failed unexpectedly, retrying", extra={"channel": channel})
                await rest(self._stopping, self._pause)
                continue
            if not sent:
                wait = max((again - self._now()).total_seconds(), 0.01) if again else self._look
                await rest(woken, min(wait, self._look))

    async def _drain(self, channel: str) -> int:
        count = 0
        while self._shards.fences and not self._stopping.is_set():
            with self._shards.in_flight() as owner:
                rows = await self._claim(channel, owner)
                await self._send(channel, owner, rows)
            if not rows:
                break
            count += len(rows)
        return count

    def _limit(self, channel: str) -> int:
        return min(self._batch, _MOST.get(channel, self._batch))

    async def _claim(self, channel: str, owner: str) -> list[tuple[LeasedRow, str | None]]:
        """Rows to send, each with its address. One that is found now is kept with the row for good."""
        limit = self._limit(channel)
        async with self._store.transaction() as tx:
            rows = await tx.claim_deliveries(
                owner, self._shards.fences, self._now(), self._lease, limit, OVERTAKING, channel
            )
            found = {r.position: self._addresses.address(r.row.destination) for r in rows if not r.address}
            await tx.keep_addresses({position: address for position, address in found.items() if address})
        return [(row, row.address or found[row.position]) for row in rows]

    async def _send(self, channel: str, owner: str, rows: Sequence[tuple[LeasedRow, str | None]]) -> None:
        """Sends claimed rows, round by round, and settles them all at once: a transaction a batch, not a round. Rows
        behind one that failed, and of a cause that may not be whole, are put back untried."""
        failed: set[str] = set()
        settled: list[tuple[LeasedRow, Receipt]] = []
        untried = torn_tail([row for row, _ in rows], self._limit(channel))
        addresses = {row.position: address for row, address in rows}
        whole = [row for row, _ in rows if row not in untried]
        for turn in rounds(whole):
            untried += (row for row in turn if row.lane in failed)
            going = [row for row in turn if row.lane not in failed]
            items = [outgoing(row, address) for row in going if (address := addresses[row.position])]
            receipts = await self._receipts(channel, items)
            pairs = [(row, receipts.get(row.row.id) or nowhere(row)) for row in going]
            failed |= {row.lane for row, receipt in pairs if receipt.verdict in (Verdict.RETRY, Verdict.REFUSED)}
            settled += pairs
        await self._settler.settle(owner, settled, untried, self._retry[channel])

    async def _receipts(self, channel: str, items: Sequence[Outgoing]) -> dict[str, Receipt]:
        """A receipt for each item, also from a sender that breaks its word and raises: the item at fault is then found
        by sending one by one, so that it holds up its own lane only."""
        if not items:
            return {}
        try:
            receipts = await self._senders[channel].send(items)
            return {item.row: receipt for item, receipt in zip(items, receipts, strict=True)}
        except Exception as error:
            log.exception("Sender failed unexpectedly", extra={"channel": channel})
            if len(items) == 1:
                return {
                    items[0].row: Receipt(
                        items[0].row, Verdict.RETRY, f"Sender failed unexpectedly ({type(error).__name__})"
                    )
                }
        alone = [await self._receipts(channel, [item]) for item in items]
        return {row: receipt for each in alone for row, receipt in each.items()}
