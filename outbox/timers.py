"""The clocks of the hub: what falls due goes back through intake, in order, once.

One loop acts at a time, however many hubs run. At start it waits until intake has read what was waiting, and then
catches up in the order in which things fell due.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from store import Ownership, Store, TimerRow
from store.errors import StoreUnavailableError

log = logging.getLogger(__name__)

_NAME = "timers"
_AT_ONCE = 200
_PAUSE = 1.0  # seconds after the database could not be reached
Fire = Callable[[Sequence[TimerRow]], Awaitable[None]]
Wait = Callable[[datetime | None, asyncio.Event], Awaitable[None]]


class TimerLoop:
    """Hands due timers to `fire`. `wait(instant, woken)` returns at the instant or when woken; `ready` returns when
    overdue timers may be asked."""

    def __init__(
        self,
        store: Store,
        fire: Fire,
        *,
        now: Callable[[], datetime],
        wait: Wait,
        ready: Callable[[], Awaitable[None]],
        owner: str,
        lease: timedelta = timedelta(seconds=30),
    ) -> None:
        self._store, self._fire, self._now, self._wait, self._ready = store, fire, now, wait, ready
        self._lease = lease
        self._ownership = Ownership(store, f"{owner}/timers")
        self._woken = asyncio.Event()
        self._stopping = False
        self._running: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Timers were set."""
        self._woken.set()

    async def stop(self) -> None:
        """Finishes what is being asked and lets another loop take over."""
        self._stopping = True
        self._woken.set()
        if self._running is not None and self._running is not asyncio.current_task():
            await asyncio.wait([self._running])
        try:
            await self._ownership.release(self._now())
        except StoreUnavailableError:
            log.warning("the clocks could not be given back; they are free when their lease has run out")

    async def run(self) -> None:
        """Asks until `stop`."""
        self._running = asyncio.current_task()
        await self._ready()
        while not self._stopping:
            self._woken.clear()
            try:
                due = await self._turn()
            except StoreUnavailableError as error:
                log.warning("the database cannot be reached; clocks wait", extra={"cause": str(error)})
                due = self._now() + timedelta(seconds=_PAUSE)
            if self._stopping:
                return
            # Never longer than a third of the lease: it must be renewed, or another loop would take over.
            latest = self._now() + self._lease / 3
            await self._wait(min(due, latest) if due else latest, self._woken)

    async def _turn(self) -> datetime | None:
        """Asks all that is due; returns when the next timer falls, None where none stands or another loop acts."""
        held = await self._ownership.renew(self._now(), self._lease)
        if not held:
            held = await self._ownership.acquire([_NAME], self._now(), self._lease)
        if not held:
            return None
        while not self._stopping:
            async with self._store.reading() as tx:
                timers = await tx.due_timers(self._now(), _AT_ONCE)
                if not timers:
                    return await tx.next_timer()
            await self._fire(timers)
        return None
