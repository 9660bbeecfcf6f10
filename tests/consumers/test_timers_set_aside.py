"""Timers that fail: how often they are asked again, and who hears of it."""

from collections.abc import Sequence
from datetime import datetime

from test_timer_loop import NOON, SECOND, World, running, timer, world

from store import TimerRow

__all__ = ["world"]


async def test_a_timer_that_fails_is_told_of_once_and_asked_again_later_each_time(world: World) -> None:
    tries: list[datetime] = []

    async def fails(_timers: Sequence[TimerRow]) -> None:
        tries.append(world.now)
        raise RuntimeError("a fault of a rule")

    world.meanwhile = fails
    await world.set(timer("a"))
    loop = world.loop()
    async with running(loop):
        await world.rests()
        for seconds in range(10, 400, 10):
            await world.move(NOON + seconds * SECOND)
    assert [round((at - NOON).total_seconds()) for at in tries] == [0, 30, 90, 210]
    assert world.told == ["a: RuntimeError"]


async def test_a_timer_that_still_stands_after_it_was_asked_is_set_aside(world: World) -> None:
    async def stands(_timers: Sequence[TimerRow]) -> None:
        pass

    await world.set(timer("a"), timer("b", NOON + SECOND))
    world.now = NOON + SECOND
    loop = world.loop()
    fire = world.fire

    async def fires(timers: Sequence[TimerRow]) -> None:
        await (stands if timers[0].id == "a" else fire)(timers)

    loop._fire = fires
    async with running(loop):
        await world.rests()
    assert world.asked == ["b"]
    assert [told.partition(":")[0] for told in world.told] == ["a"]
