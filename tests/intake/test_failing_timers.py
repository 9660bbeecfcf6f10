"""Timers that fail: they are set aside and told of, and no clock behind them stands still."""

import asyncio
from datetime import datetime, timedelta

from hub_in_memory import Hub, hub
from wire_messages import context, later, missing

from consumers.timer_loop import TimerLoop
from store import TimerRow

MANY = 65


class RuleError(Exception):
    """A fault of a rule."""


async def test_the_clocks_behind_many_timers_that_fail_go_on() -> None:
    async with hub() as h:
        own, broken = await _with_a_clock_behind_many_others(h)
        asked = await _run(h, later(30))
        assert {t.id for t in broken} <= {*asked}
        assert not await _standing(h, own)
        said = await h.said()
        assert "senior.alert" in [m["type"] for m in said]
        told = [m for m in said if "could not be checked" in str(m.get("detail"))]
        assert sorted(m["episode"] for m in told) == sorted(str(t.episode) for t in broken)


async def test_a_timer_is_found_however_many_stand_before_it() -> None:
    async with hub() as h:
        own, _ = await _with_a_clock_behind_many_others(h)
        h.clock.set(own[0].due_at)
        await h.intake.fire_timers(own[:1])
        assert not await _standing(h, own[:1])


async def _with_a_clock_behind_many_others(h: Hub) -> tuple[list[TimerRow], list[TimerRow]]:
    """The timers of a child who is missing, and many that fall before them and belong to nobody."""
    services = [{"service": "cscs", "worker": "sw1", "manager": "tm1"}]
    await h.take(context(0, "compact:K-1", plan="looked_after", services=services))
    await h.take(missing())
    async with h.store.reading() as tx:
        own = [t for t in await tx.due_timers(later(29), 1000) if t.episode]
    assert own
    broken = [
        TimerRow(f"broken-{n:02}", "nottinghamshire", f"nobody-{n}", f"none-{n}", "none", h.clock.now())
        for n in range(MANY)
    ]
    async with h.store.transaction() as tx:
        await tx.set_timers([(t.person, t.episode) for t in broken], broken)
    return own, broken


async def _standing(h: Hub, timers: list[TimerRow]) -> list[TimerRow]:
    async with h.store.reading() as tx:
        return await tx.standing_timers({t.id for t in timers}, later(29))


async def _run(h: Hub, until: datetime) -> list[str]:
    """Lets the clocks run until then, by the loop that a hub runs; a timer of nobody fails."""
    asked: list[str] = []

    async def fire(timers: list[TimerRow]) -> None:
        asked.extend(t.id for t in timers)
        if any(t.id.startswith("broken") for t in timers):
            raise RuleError
        await h.intake.fire_timers(timers)

    done = asyncio.Event()

    async def wait(due: datetime | None, _woken: asyncio.Event) -> None:
        if h.clock.now() >= until:
            done.set()
            await asyncio.Event().wait()
        h.clock.set(min(due or until, until))

    async def ready() -> None: ...

    loop = TimerLoop(
        h.store, fire, now=h.clock.now, wait=wait, ready=ready, owner="one", tell=h.intake.tell_of_timer,
        lease=timedelta(days=1),
    )  # fmt: skip
    running = asyncio.create_task(loop.run())
    async with asyncio.timeout(60):
        await done.wait()
    running.cancel()
    await asyncio.wait([running])
    return asked
