"""Timers that fail: how often they are asked again, and who hears of it."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from test_timer_loop import NOON, SECOND, World, running, timer, world

from store import TimerRow
from store.errors import StoreRepeatedError

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


@pytest.mark.parametrize("told", [None, StoreRepeatedError("told before, by a hub that was stopped since")])
async def test_of_a_timer_that_fails_somebody_is_told_sooner_or_later(world: World, told: Exception | None) -> None:
    """However often that fails as well; what was told before is told."""
    answers, asked = [RuntimeError("a fault of the telling"), RuntimeError("once more"), told], list[str]()

    async def fails(_timers: Sequence[TimerRow]) -> None:
        raise RuntimeError("a fault of a rule")

    async def tell(timer: TimerRow, why: str) -> None:
        asked.append(f"{timer.id}: {why}")
        if answer := answers.pop(0):
            raise answer

    world.meanwhile = fails
    await world.set(timer("a"))
    loop = world.loop()
    loop._tell = tell
    async with running(loop):
        await world.rests()
        for seconds in range(10, 400, 10):
            await world.move(NOON + seconds * SECOND)
    assert asked == ["a: RuntimeError"] * 3
    assert answers == []


async def test_a_hub_that_was_stopped_before_it_could_tell_tells_when_it_runs_again(world: World) -> None:
    async def fails(*_: object) -> None:
        raise RuntimeError("a fault")

    world.meanwhile = fails
    await world.set(timer("a"))
    mute = world.loop()
    mute._tell = fails
    async with running(mute):
        await world.rests()
    async with running(world.loop("two")):
        await world.move(NOON + 40 * SECOND)
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
