"""The relay: promised rows out to the senders, and what became of each back into the store.

Each channel (topics, mail) has a loop of its own, so that a slow mail server holds up no topic. A loop claims a leased
batch and dispatches it (`outbox.dispatch`); what is away is tried by one row at a time (`outbox.circuits`). No
transaction is open while something is being sent. Invariants, each held by a test:
- within a lane rows arrive in order; a row that failed lets none of its lane pass, except a *found* once it is parked;
- what was claimed is sent, waits, or is visibly held up; nothing is dropped, and how each ended stands in the ledger;
- what was sent is settled, however long the database is away: only a death in between sends it again, as the same;
- a server or topic that is away costs no row an attempt, and parks none; when it is back, all are due at once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from outbox.addressing import AddressBook
from outbox.circuits import Circuits
from outbox.dispatch import Dispatch, Manner
from outbox.relay_rows import Addressed, torn_tail
from outbox.relay_settling import Settler, rest
from outbox.relay_shards import Shards
from routing.message_types import OVERTAKING
from schemas.delivery import Sender
from store import OutboxRow, Store
from store.errors import StoreUnavailableError
from store.trouble import Waiting

log = logging.getLogger(__name__)

_OF_PROBE = 20
"""Rows that are claimed for a letter that tries whether its way out is there."""
Tell = Callable[[], Awaitable[int]]
"""Tells people of what has not arrived; returns how many messages that made."""


AskAgain = Callable[[Sequence[OutboxRow]], Awaitable[Collection[str]]]
"""Asks the rules again about rows that waited too long, in their order; returns the ids of those whose reason is
gone."""


async def all_stand(rows: Sequence[OutboxRow]) -> Collection[str]:
    """For a relay that only delivers."""
    return ()


async def tell_nobody() -> int:
    """For a relay that only delivers."""
    return 0


class Relay:
    """Delivers what stands in the outbox. `senders` by channel (`topic`, `mail`); `owner` is unique to this process.

    `manners` says how each channel is sent to. `tell` is called again and again, and soon after a row has failed.
    `look`: seconds between two looks without being woken, as no `wake` crosses from another process. `pause`: seconds
    until the database is tried again. What has waited longer than the limit of its urgency (`limits`) is put to
    `recheck` before it leaves: it is withdrawn, or marked late. Any number of relays may run; each shard is one relay's
    at a time.
    """

    def __init__(
        self,
        store: Store,
        senders: Mapping[str, Sender],
        addresses: AddressBook,
        *,
        now: Callable[[], datetime],
        owner: str,
        manners: Mapping[str, Manner] | None = None,
        tell: Tell = tell_nobody,
        recheck: AskAgain = all_stand,
        limits: Mapping[str, timedelta] = MappingProxyType({}),
        batch: int = 500,
        lease: timedelta = timedelta(seconds=30),
        look: float = 1.0,
        pause: float = 1.0,
    ) -> None:
        self._store, self._senders, self._addresses, self._now = store, senders, addresses, now
        self._manners = {channel: (manners or {}).get(channel, Manner()) for channel in senders}
        self._batch, self._lease, self._look, self._pause, self._tell = batch, lease, look, pause, tell
        self._recheck, self._limits = recheck, limits
        self._woken = {channel: asyncio.Event() for channel in senders}
        self._stopping, self._ended = asyncio.Event(), asyncio.Event()
        self._shards = Shards(store, owner, lease)
        self._database = Waiting(log, "deliveries")
        self._settler = Settler(store, now, self._stopping, pause, self._database)
        self.circuits = {channel: Circuits(channel, now) for channel in senders}
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
                channels.create_task(self._keep_telling())
                for channel in self._senders:
                    channels.create_task(self._keep_at(channel, self._drain, self._woken[channel]))
                    channels.create_task(self._keep_at(channel, self._probe, self._stopping))
            self._ended.set()

    async def stop(self) -> None:
        """Finishes what is in flight and releases the shards, so that another relay can take them at once."""
        self._stopping.set()
        self.wake()
        self._settler.trouble.set()
        if self._running is not None and self._running is not asyncio.current_task():
            await asyncio.wait([self._running])
        try:
            await self._shards.release(self._now())
        except StoreUnavailableError:
            log.warning("Could not release the shards; they are free when their leases expire")

    @property
    def shards(self) -> int:
        """How many shards it holds."""
        return len(self._shards.fences)

    async def drain(self) -> int:
        """Sends all that may be sent now, and what tells of what did not arrive, until nothing is left; returns how
        many rows were tried. Raises StoreUnavailableError, when all channels have come to rest."""
        await self._shards.hold(self._now())
        count, told = 0, 1
        while told and not self._stopping.is_set():
            work = [step(channel) for channel in self._senders for step in (self._drain, self._probe)]
            ends = await asyncio.gather(*work, return_exceptions=True)
            for fault in (end for end in ends if isinstance(end, BaseException)):
                raise fault
            count += sum(end for end in ends if isinstance(end, int))
            told = await self._tell()
        return count

    async def _keep_hold(self) -> None:
        """Prolongs shards and the leases of rows in flight well before they run out, until the last row is settled."""
        while not self._ended.is_set():
            wait = self._lease.total_seconds() / 3
            try:
                with self._database.for_part("holding"):
                    if await self._shards.hold(self._now()):
                        self.wake()
            except StoreUnavailableError:
                wait = min(wait, self._pause)
            await rest(self._ended, wait)

    async def _keep_telling(self) -> None:
        while not self._stopping.is_set():
            # First of all, so that a hub that was down sends what waits before it tells of it.
            await rest(self._settler.trouble, 5 * self._look)
            self._settler.trouble.clear()
            try:
                with self._database.for_part("telling"):
                    if self._shards.fences and not self._stopping.is_set() and await self._tell():
                        self.wake()
            except StoreUnavailableError:
                pass  # told of, and tried again in a moment
            except Exception:
                log.exception("Could not tell of undelivered messages, retrying")

    async def _keep_at(self, channel: str, work: Callable[[str], Awaitable[int]], woken: asyncio.Event) -> None:
        """Does the work of a channel again and again, whatever fails; between two times it waits for `woken`."""
        while not self._stopping.is_set():
            if woken is not self._stopping:
                woken.clear()
            since = self._now()
            try:
                with self._database.for_part(f"{channel} {work.__name__}"):
                    await self._hold_on()
                    sent = await work(channel)
                    wait = 0.0 if sent else await self._until_next(channel, since)
            except StoreUnavailableError:
                await rest(self._stopping, self._pause)
                continue
            except Exception:
                log.exception("Delivery failed unexpectedly, retrying", extra={"channel": channel})
                await rest(self._stopping, self._pause)
                continue
            if wait:
                await rest(woken, wait)

    async def _until_next(self, channel: str, since: datetime) -> float:
        """Seconds until something may be due: a row that is to be tried again, or a probe."""
        async with self._store.reading() as tx:
            again = await tx.next_attempt(since)
        due = [instant for instant in (again, self.circuits[channel].next_probe()) if instant is not None]
        wait = max((min(due) - self._now()).total_seconds(), 0.01) if due else self._look
        return min(wait, self._look)

    async def _hold_on(self) -> None:
        """Prolongs what is held where that is due: what is claimed beyond it would be put back unsent."""
        if self._shards.lost or not self._shards.stand(self._now()):
            await self._shards.hold(self._now())

    async def _drain(self, channel: str) -> int:
        """Sends what may be sent now, batch after batch; returns how many rows that were."""
        circuits, manner = self.circuits[channel], self._manners[channel]
        most = min(self._batch, manner.most or self._batch)
        count = 0
        while self._shards.fences and not self._stopping.is_set():
            await self._hold_on()
            allowed = circuits.allowed(most)
            if allowed and manner.hands is not None:
                # So that the letter of a probe is whole; while that is under way, the dispatch sends no second one.
                allowed = max(allowed, min(most, _OF_PROBE))
            if not allowed or not (rows := await self._one_batch(channel, allowed, besides=circuits.away)):
                break
            count += rows
        return count

    async def _probe(self, channel: str) -> int:
        """One row to each address that is away, where it is time."""
        circuits = self.circuits[channel]
        due = circuits.probes() if self._shards.fences and not self._stopping.is_set() else []
        counts = await asyncio.gather(*(self._one_batch(channel, 1, only=[address]) for address in due))
        for address, rows in zip(due, counts, strict=True):
            if not rows:
                circuits.nothing_waits(address)
        return 0  # whatever came of it, the next probe has its own time

    async def _one_batch(
        self, channel: str, limit: int, only: Collection[str] = (), besides: Collection[str] = ()
    ) -> int:
        """Claims, sends and settles; returns how many rows that were."""
        dispatch = Dispatch(
            channel, self._senders[channel], self._manners[channel], self.circuits[channel], self._settler,
            lambda: self._shards.stand(self._now()), self._stopping,
        )  # fmt: skip
        with self._shards.in_flight() as owner:
            rows = await self._claim(channel, owner, limit, only, besides)
            torn = torn_tail([row for row, _ in rows], limit)
            whole = rows[: len(rows) - len(torn)]
            await dispatch.send(owner, await self._checked(owner, whole), torn)
        return len(whole)

    async def _checked(self, owner: str, rows: Sequence[Addressed]) -> list[Addressed]:
        """What still leaves of claimed rows; what has waited too long is marked."""
        now, forever = self._now(), timedelta.max
        late = [row.row for row, _ in rows if now - row.row.at > self._limits.get(row.row.urgency, forever)]
        gone = frozenset(await self._recheck(late)) if late else frozenset()
        if gone:
            await self._settler.withdraw(owner, [row for row, _ in rows if row.row.id in gone])
        ids = {row.id for row in late}
        left = [(row, address) for row, address in rows if row.row.id not in gone]
        return [(replace(row, late=True) if row.row.id in ids else row, address) for row, address in left]

    async def _claim(
        self, channel: str, owner: str, limit: int, only: Collection[str], besides: Collection[str]
    ) -> list[Addressed]:
        """Rows to send, each with its address. It stays with the row once that has been handed to a server; after a
        death in between too, so that the next try does not go to somebody else."""
        fences = self._shards.fences
        async with self._store.transaction(brief=True) as tx:
            rows = await tx.claim_deliveries(
                owner, fences, self._now(), self._lease, limit, OVERTAKING, channel, only, besides
            )
            found = {r.position: self._addresses.address(r.row.destination) for r in rows if not r.address}
            await tx.keep_addresses({position: address for position, address in found.items() if address})
        return [(row, row.address or found[row.position]) for row in rows]
