"""The clocks of the hub: what falls due goes back through intake, in order, once.

One loop acts at a time, however many hubs run. Before it asks it waits until intake has read what is waiting, and then
catches up in the order in which things fell due, one instant after the other: what a timer leads to may set the next.
A timer that fails is set aside and told of once; it is asked again later, longer each time, and holds up no other.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from consumers.clients import call_off
from routing.case import BACKLOG
from store import Ownership, Store, TimerRow
from store.errors import StoreRepeatedError, StoreUnavailableError
from store.trouble import Waiting

log = logging.getLogger(__name__)

_NAME = "timers"
_AT_ONCE = 200
_PAUSE = timedelta(seconds=1)  # after the database could not be reached
_ASIDE, _LONGEST = timedelta(seconds=30), timedelta(hours=1)  # until a timer that failed is asked again
TellOfTimer = Callable[[TimerRow, str], Awaitable[None]]
"""Tells a person of a timer that failed, and why in words that name nobody."""
Fire = Callable[[Sequence[TimerRow]], Awaitable[None]]
Wait = Callable[[datetime | None, asyncio.Event], Awaitable[None]]


class TimerLoop:
    """Hands due timers to `fire`. `wait(instant, woken)` returns at the instant or when woken; `ready` returns when
    what is due now may be asked; `tell` tells of a timer that fails, and raises StoreRepeatedError where it was told
    of before; it is called each time until that is done."""

    def __init__(
        self,
        store: Store,
        fire: Fire,
        *,
        now: Callable[[], datetime],
        wait: Wait,
        ready: Callable[[], Awaitable[None]],
        owner: str,
        tell: TellOfTimer | None = None,
        lease: timedelta = timedelta(seconds=30),
    ) -> None:
        self._tell = tell
        self._store, self._fire, self._now, self._wait, self._ready = store, fire, now, wait, ready
        self._lease = lease
        self._ownership = Ownership(store, f"{owner}/timers")
        self._database = Waiting(log, "timers")
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._told: set[str] = set()  # timers of which a person has been told that they fail
        self._noticed: datetime | None = None  # how late it was when the loop last looked

    def wake(self) -> None:
        """Timers were set."""
        self._woken.set()

    async def stop(self) -> None:
        """Finishes what is being asked and lets another loop take over."""
        self._stopping.set()
        self._woken.set()
        if self._running is not None and self._running is not asyncio.current_task():
            await asyncio.wait([self._running])
        try:
            await self._ownership.release(self._now())
        except StoreUnavailableError:
            log.warning("Could not release the timers; they are free when their lease expires")

    async def run(self) -> None:
        """Asks until `stop`. Whatever fails, it goes on."""
        self._running = asyncio.current_task()
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                with self._database.for_part():
                    due = await self._turn()
            except StoreUnavailableError:
                due = self._now() + _PAUSE
            except Exception:
                log.exception("Timers failed unexpectedly, retrying")
                due = self._now() + _PAUSE
            if self._stopping.is_set():
                return
            # Never longer than a third of the lease: it must be renewed, or another loop would take over.
            latest = self._now() + self._lease / 3
            await self._wait(min(due, latest) if due else latest, self._woken)

    async def _until_ready(self) -> None:
        """No alert goes out for a child whose return is already waiting to be read."""
        ready = asyncio.ensure_future(self._ready())
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait([ready, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not ready.done():
            await call_off(ready)
        elif fault := ready.exception():
            raise fault

    async def _notice(self, now: datetime) -> None:
        """What waits for a backlog alone waits for no clock, so not for one that was ahead and was set back, while this
        loop ran or before."""
        if self._noticed is None or now < self._noticed:
            async with self._store.transaction(brief=True) as tx:
                await tx.bring_forward(BACKLOG, now)
        self._noticed = now

    async def _turn(self) -> datetime | None:
        """Asks all that is due; returns when the next timer falls, None where none stands or another loop acts."""
        if not await self._hold():
            return None
        until = self._now()
        await self._notice(until)
        async with self._store.reading() as tx:
            following = await tx.next_timer()
        if following is None or following > until:
            return following
        await self._until_ready()  # what falls due meanwhile is asked after another look
        held, asked = await self._hold(), set[str]()
        renewed = self._now()
        while held and not self._stopping.is_set():
            if self._now() - renewed > self._lease / 3:
                held, renewed = await self._ownership.renew(self._now(), self._lease), self._now()
                continue
            async with self._store.reading() as tx:
                standing = await tx.due_timers(until, _AT_ONCE)
                if not standing:
                    return await tx.next_timer()
            due = [timer for timer in standing if timer.due_at == standing[0].due_at]
            for timer in [timer for timer in due if timer.id in asked]:
                await self._set_aside(timer, "it still stood after it had been asked")
            await self._ask([timer for timer in due if timer.id not in asked])
            asked |= {timer.id for timer in due}
        return None

    async def _hold(self) -> Mapping[str, int]:
        """Acts from now on, or goes on to; empty where another loop does."""
        held = await self._ownership.renew(self._now(), self._lease)
        return held or await self._ownership.acquire([_NAME], self._now(), self._lease)

    async def _ask(self, due: Sequence[TimerRow]) -> None:
        """Hands over what fell due at one instant; where that fails, one after the other."""
        if not due:
            return
        try:
            await self._fire(due)
            return
        except StoreUnavailableError:
            raise
        except Exception as error:
            fault = error
        if len(due) == 1:
            await self._set_aside(due[0], type(fault).__name__, fault)
            return
        for timer in due:
            await self._ask([timer])

    async def _set_aside(self, timer: TimerRow, why: str, error: Exception | None = None) -> None:
        """It is asked again later, and a person is told: better twice than never."""
        more = {"timer": timer.id, "why": why, "failures": timer.failures + 1}
        trace = None if timer.failures else error
        log.error("Could not ask a timer: set aside, retrying later", exc_info=trace, extra=more)
        if not timer.failures or timer.id not in self._told:
            await self._say(timer, why)
        pause = min(_ASIDE * 2 ** min(timer.failures, 10), _LONGEST)
        async with self._store.transaction(brief=True) as tx:
            await tx.set_aside(timer.id, self._now() + pause)

    async def _say(self, timer: TimerRow, why: str) -> None:
        if self._tell is None:
            return
        try:
            await self._tell(timer, why)
        except StoreUnavailableError:
            raise
        except StoreRepeatedError:
            pass  # told before, perhaps by another process
        except Exception:
            log.exception(
                "Could not tell of a timer that failed, retrying when it fails again", extra={"timer": timer.id}
            )
            return
        self._told.add(timer.id)
