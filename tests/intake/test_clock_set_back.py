"""The hub's clock was ahead, and is set back: what waits for a backlog to be read waits no longer than that."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from hub_in_memory import Hub
from wire_messages import later, missing

from consumers.timer_loop import TimerLoop
from routing.case import BACKLOG
from store import Store

RIGHT = later(0) + timedelta(minutes=1)


@asynccontextmanager
async def whose_clock_was_ahead() -> AsyncIterator[Hub]:
    """A hub that took a record for one that had waited, kept back what it asks for, and has the right time now."""
    store = Store.open("sqlite+aiosqlite://")
    await store.create()
    hub = Hub(store, gate=timedelta(hours=1))
    hub.clock.set(later(2))
    await hub.intake.process_batch([replace(hub.raw(missing(vulnerable=True)), timestamp=later(0))])
    hub.intake._now = lambda: RIGHT
    try:
        yield hub
    finally:
        await store.close()


async def kept_back(hub: Hub) -> int:
    async with hub.store.reading() as tx:
        rows = await tx.outbox_after(0, 100)
    return sum(bool(r.next_attempt_at and r.next_attempt_at > RIGHT) for r in rows if r.state == "prepared")


async def test_what_was_kept_back_leaves_as_soon_as_a_loop_looks_at_the_right_time() -> None:
    async with whose_clock_was_ahead() as hub:
        assert await kept_back(hub)
        looked = asyncio.Event()

        async def wait(_: datetime | None, __: asyncio.Event) -> None:
            looked.set()
            await asyncio.Event().wait()

        async def ready() -> None:
            pass

        loop = TimerLoop(hub.store, hub.intake.fire_timers, now=lambda: RIGHT, wait=wait, ready=ready, owner="one")
        running = asyncio.create_task(loop.run())
        await looked.wait()
        running.cancel()
        await asyncio.wait([running])
        assert not await kept_back(hub)


async def test_word_of_the_child_meanwhile_puts_it_off_no_further() -> None:
    async with whose_clock_was_ahead() as hub:
        regraded = hub.raw(missing(revision=2, vulnerable=True, risk="high"))
        await hub.intake.process_batch([replace(regraded, timestamp=later(0))])
        async with hub.store.reading() as tx:
            (due,) = [t for t in await tx.due_timers(later(9), 100) if t.rule == BACKLOG]
        assert due.due_at <= RIGHT
