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
from datetime import datetime, timedelta
from types import MappingProxyType

from outbox.addressing import AddressBook
from outbox.dispatch import Manner
from outbox.handed import HandedRows
from outbox.relay_channel import AskAgain, ChannelRelay, RelayGround, all_ended
from outbox.relay_settling import Settler, rest
from outbox.relay_shards import Shards
from schemas.delivery import Sender
from store import OutboxRow, Store
from store.errors import StoreUnavailableError
from store.trouble import Trouble, Waiting

log = logging.getLogger(__name__)

_QUIET = 0.05
"""Seconds without anything new before a relay asks the table when next something is due: one that is woken sooner, as
a busy one is, need not know."""

_TELLING = 0.05
"""Of the time, that looking for what people are to hear of may take: an open snapshot makes it slow."""
_TOLD_WITHIN = 30.0
"""Seconds between two such looks at most."""

Tell = Callable[[], Awaitable[int]]
"""Tells people of what has not arrived; returns how many messages that made."""


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
        self._store, self._now = store, now
        self._lease, self._look, self._pause, self._tell = lease, look, pause, tell
        self._stopping, self._ended = asyncio.Event(), asyncio.Event()
        self._shards = Shards(store, owner, lease)
        self._database = Waiting(log, "deliveries")
        self._settler = Settler(store, now, self._stopping, pause, self._database)
        ground = RelayGround(
            store, addresses, self._shards, self._settler, self._stopping, now, batch, lease, recheck, limits
        )
        self._channels = {
            name: ChannelRelay(name, sender, (manners or {}).get(name, Manner()), ground)
            for name, sender in senders.items()
        }
        self.circuits = {name: channel.circuits for name, channel in self._channels.items()}
        self._handed = HandedRows(self._channels, ground)
        self._running: asyncio.Task[None] | None = None
        self._telling = Trouble(log, "People can be told again of all that has not arrived")
        self.told_at: datetime | None = None
        """When people had last been told of all that they are to hear of; None before it runs."""

    def wake(self) -> None:
        """Something was promised."""
        for channel in self._channels.values():
            channel.woken.set()

    async def run(self) -> None:
        """Delivers until `stop`."""
        if self._stopping.is_set():
            return
        self._running = asyncio.current_task()
        self._store.hand_to(self._handed)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_hold())
            async with asyncio.TaskGroup() as channels:
                channels.create_task(self._keep_telling())
                channels.create_task(self._keep_listening())
                for channel in self._channels.values():
                    channels.create_task(self._keep_at(channel, channel.drain, channel.woken))
                    channels.create_task(self._keep_at(channel, channel.probe, self._stopping))
                self._handed.is_open = True
            await self._handed.close()
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
    def hears(self) -> bool:
        """Whether the store tells it what has been promised, so that nobody else need wake it."""
        return self._handed.is_open

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
            work = [step() for channel in self._channels.values() for step in (channel.drain_whole, channel.probe)]
            count += sum(await all_ended(work))
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
                    if self._shards.is_short or self._shards.inherits:
                        wait = min(wait, self._look)
            except StoreUnavailableError:
                wait = min(wait, self._pause)
            except Exception:
                log.exception("Could not prolong the shards, retrying")
                wait = min(wait, self._pause)
            await rest(self._ended, wait)

    async def _keep_listening(self) -> None:
        """Wakes when another process has promised something. Without that it looks by itself."""
        while not self._stopping.is_set():
            try:
                async with self._store.hearing(self.wake) as lost:
                    self.wake()  # what was promised while nobody listened
                    ends = [asyncio.create_task(event.wait()) for event in (lost, self._stopping)]
                    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                    for end in ends:
                        end.cancel()
            except StoreUnavailableError:
                await rest(self._stopping, self._pause)
            except Exception:  # it goes on without, so this ends nothing
                log.exception("Could not listen for what others promise, retrying")
                await rest(self._stopping, self._pause)

    async def _keep_telling(self) -> None:
        self.told_at, clock, took = self._now(), asyncio.get_running_loop().time, 0.0
        while not self._stopping.is_set():
            # First of all, so that a hub that was down sends what waits before it tells of it.
            await rest(self._settler.trouble, max(5 * self._look, min(took / _TELLING, _TOLD_WITHIN)))
            self._settler.trouble.clear()
            began, took = clock(), 0.0
            try:
                with self._database.for_part("telling"):
                    if self._shards.fences and not self._stopping.is_set() and await self._tell():
                        self.wake()
                self.told_at, took = self._now(), clock() - began
                self._telling.ends()
            except StoreUnavailableError:
                pass  # told of, and tried again in a moment
            except Exception as error:
                self._telling.begins("Could not tell of undelivered messages, retrying", error)

    async def _keep_at(self, channel: ChannelRelay, work: Callable[[], Awaitable[int]], woken: asyncio.Event) -> None:
        """Does the work of a channel again and again, whatever fails; between two times it waits for `woken`."""
        while not self._stopping.is_set():
            if woken is not self._stopping:
                woken.clear()
            since, began = self._now(), asyncio.get_running_loop().time()
            try:
                with self._database.for_part(f"{channel.name} {work.__name__}"):
                    await channel.hold_on()
                    await work()
                    await rest(woken, _QUIET)
                    wait = 0.0 if woken.is_set() else await self._until_next(channel, since, woken)
            except StoreUnavailableError:
                await rest(self._stopping, self._pause)
                continue
            except Exception:
                log.exception("Delivery failed unexpectedly, retrying", extra={"channel": channel.name})
                await rest(self._stopping, self._pause)
                continue
            if wait:
                await rest(woken, wait)
            if (left := began + channel.manner.apart - asyncio.get_running_loop().time()) > 0:
                await rest(self._stopping, left)

    async def _until_next(self, channel: ChannelRelay, since: datetime, woken: asyncio.Event) -> float:
        """Seconds until something may be due: a row that is to be tried again, a probe, or what the last claim passed
        over."""
        async with self._store.reading() as tx:
            again = await tx.next_attempt(since)
        due = [instant for instant in (again, channel.circuits.next_probe()) if instant is not None]
        wait = max((min(due) - self._now()).total_seconds(), 0.01) if due else self._look
        owed = channel.owed if woken is channel.woken else None  # whoever probes claims from the beginning
        return min(wait, self._look) if owed is None else min(wait, self._look, owed)
