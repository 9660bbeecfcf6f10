"""The clocks: everything that falls due is asked once, in order, by one loop at a time, and not before its hour."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from consumers.timer_loop import TimerLoop
from store import Store, StoreUnavailableError, TimerRow

NOON = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
PATIENCE = 60.0


def timer(row: str, due: datetime = NOON, episode: str | None = None) -> TimerRow:
    return TimerRow(row, "nottinghamshire", "p1", episode or f"e-{row}", "ladder.24h", due)


@dataclass
class World:
    """A clock that the test moves, and what the loop was seen to ask. `asked` removes timers as intake would; `told`
    are the timers of which somebody was told that they fail."""

    store: Store
    now: datetime = NOON
    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    waits: list[datetime | None] = field(default_factory=list)
    meanwhile: Callable[[Sequence[TimerRow]], Awaitable[None]] | None = None
    _resting: asyncio.Event = field(default_factory=asyncio.Event)
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def set(self, *timers: TimerRow) -> None:
        async with self.store.transaction() as tx:
            await tx.set_timers([(t.person, t.episode) for t in timers], timers)

    async def fire(self, timers: Sequence[TimerRow]) -> None:
        if self.meanwhile is not None:
            await self.meanwhile(timers)
        self.asked += [t.id for t in timers]
        async with self.store.transaction() as tx:
            await tx.set_timers([(t.person, t.episode) for t in timers], [])

    async def tell(self, timer: TimerRow, why: str) -> None:
        self.told.append(f"{timer.id}: {why}")

    async def wait(self, until: datetime | None, woken: asyncio.Event) -> None:
        self.waits.append(until)
        self._resting.set()
        self._moved.clear()
        moved = asyncio.ensure_future(self._moved.wait())
        woke = asyncio.ensure_future(woken.wait())
        await asyncio.wait([moved, woke], return_when=asyncio.FIRST_COMPLETED)
        moved.cancel()
        woke.cancel()

    async def rests(self) -> None:
        """Returns when the loop has nothing to do until later."""
        async with asyncio.timeout(PATIENCE):
            await self._resting.wait()

    async def move(self, now: datetime) -> None:
        self.now = now
        self._resting.clear()
        self._moved.set()
        await self.rests()

    def loop(self, owner: str = "one", ready: Callable[[], Awaitable[None]] | None = None) -> TimerLoop:
        async def at_once() -> None:
            pass

        return TimerLoop(
            self.store, self.fire, now=lambda: self.now, wait=self.wait, ready=ready or at_once, owner=owner,
            tell=self.tell,
        )  # fmt: skip


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    store = Store.open("sqlite+aiosqlite://")
    await store.create()
    yield World(store)
    await store.close()


@asynccontextmanager
async def running(loop: TimerLoop) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(loop.run())
    yield task
    async with asyncio.timeout(PATIENCE):
        await loop.stop()
        await task


async def test_what_is_overdue_at_start_is_caught_up_in_the_order_of_falling_due(world: World) -> None:
    await world.set(
        timer("c", NOON - MINUTE), timer("a", NOON), timer("b", NOON - 2 * MINUTE), timer("d", NOON + MINUTE)
    )
    async with running(world.loop()):
        await world.rests()
        assert world.asked == ["b", "c", "a"]


async def test_a_timer_falls_at_its_instant_and_not_before(world: World) -> None:
    await world.set(timer("a", NOON + 2 * MINUTE))
    async with running(world.loop()):
        await world.rests()
        await world.move(NOON + 2 * MINUTE - timedelta(microseconds=1))
        assert world.asked == []
        await world.move(NOON + 2 * MINUTE)
        assert world.asked == ["a"]


async def test_what_a_timer_sets_falls_in_its_turn(world: World) -> None:
    async def sets_another(timers: Sequence[TimerRow]) -> None:
        if [t.id for t in timers] == ["a"]:
            await world.set(timer("b", NOON - 2 * MINUTE))

    world.meanwhile = sets_another
    await world.set(timer("a", NOON - 3 * MINUTE), timer("c", NOON - MINUTE))
    async with running(world.loop()):
        await world.rests()
    assert world.asked == ["a", "b", "c"]


async def test_a_timer_set_meanwhile_is_seen_when_the_loop_is_woken(world: World) -> None:
    loop = world.loop()
    async with running(loop):
        await world.rests()
        world._resting.clear()
        await world.set(timer("a", NOON))
        loop.wake()
        await world.rests()
        assert world.asked == ["a"]


async def test_nothing_falls_before_the_backlog_has_been_read(world: World) -> None:
    read, begun = asyncio.Event(), asyncio.Event()

    async def ready() -> None:
        begun.set()
        await read.wait()

    await world.set(timer("found meanwhile", NOON - MINUTE), timer("still missing", NOON - MINUTE))
    async with running(world.loop(ready=ready)):
        await begun.wait()
        async with world.store.transaction() as tx:
            await tx.set_timers([("p1", "e-found meanwhile")], [])
        assert world.asked == []
        read.set()
        await world.rests()
        assert world.asked == ["still missing"]


async def test_every_time_that_something_is_due_the_backlog_is_read_first_and_not_otherwise(world: World) -> None:
    looks: list[list[str]] = []

    async def ready() -> None:
        looks.append([*world.asked])

    await world.set(timer("a"), timer("b", NOON + MINUTE))
    async with running(world.loop(ready=ready)):
        await world.rests()
        await world.move(NOON + 30 * SECOND)
        assert looks == [[]]
        await world.move(NOON + MINUTE)
        assert looks == [[], ["a"]]
        assert world.asked == ["a", "b"]


async def test_what_falls_due_while_the_backlog_is_read_is_asked_after_another_look(world: World) -> None:
    looks = 0

    async def ready() -> None:
        nonlocal looks
        looks += 1
        if looks == 1:
            world.now = NOON + SECOND
            await world.set(timer("late on arrival", NOON + SECOND))

    await world.set(timer("a"))
    async with running(world.loop(ready=ready)):
        await world.rests()
        while len(world.asked) < 2:
            await world.move(NOON + SECOND)
    assert (world.asked, looks) == (["a", "late on arrival"], 2)


async def test_a_loop_that_still_waits_for_the_backlog_can_be_stopped(world: World) -> None:
    begun = asyncio.Event()

    async def never() -> None:
        begun.set()
        await asyncio.Event().wait()

    await world.set(timer("a"))
    async with running(world.loop(ready=never)):
        await begun.wait()
    assert world.asked == []


async def test_a_timer_that_fails_does_not_hold_up_the_others_and_is_asked_again(world: World) -> None:
    broken = True

    async def fails(timers: Sequence[TimerRow]) -> None:
        if broken and "b" in [t.id for t in timers]:
            raise RuntimeError("a fault of a rule")

    world.meanwhile = fails
    await world.set(timer("a"), timer("b"), timer("c"), timer("d", NOON + 5 * SECOND))
    async with running(world.loop()):
        await world.rests()
        assert world.asked == ["a", "c"]
        assert world.waits[-1] == NOON + 5 * SECOND
        await world.move(NOON + 5 * SECOND)
        assert world.asked == ["a", "c", "d"]
        broken = False
        await world.move(NOON + MINUTE)
        assert world.asked == ["a", "c", "d", "b"]
    assert world.told == ["b: RuntimeError"]


async def test_a_database_that_is_away_is_waited_for(world: World) -> None:
    away = True

    async def unavailable(_timers: Sequence[TimerRow]) -> None:
        if away:
            raise StoreUnavailableError("away")

    world.meanwhile = unavailable
    await world.set(timer("a"))
    async with running(world.loop()):
        await world.rests()
        assert world.asked == []
        away = False
        await world.move(NOON + MINUTE)
        assert world.asked == ["a"]


async def test_of_two_loops_one_asks_and_the_other_takes_over_when_it_ends(world: World) -> None:
    standby, later = World(world.store), NOON + 9 * SECOND
    first, second = world.loop("one"), standby.loop("two")
    async with running(first):
        await world.rests()
        async with running(second):
            await standby.rests()
            await world.set(timer("a", later))
            await standby.move(later)
            assert standby.asked == []
            await world.move(later)
            assert world.asked == ["a"]
            await world.set(timer("b", later + SECOND))
            await first.stop()
            await standby.move(later + SECOND)
            assert standby.asked == ["b"]


async def test_a_loop_that_has_died_is_replaced_when_its_lease_has_run_out(world: World) -> None:
    standby = World(world.store)
    first = asyncio.create_task(world.loop("one").run())
    await world.rests()
    first.cancel()
    await world.set(timer("a", NOON))
    async with running(standby.loop("two")):
        await standby.rests()
        assert standby.asked == []
        await standby.move(NOON + MINUTE)
        assert standby.asked == ["a"]


async def test_many_at_one_instant_are_handed_over_together(world: World) -> None:
    handed: list[int] = []

    async def counts(timers: Sequence[TimerRow]) -> None:
        handed.append(len(timers))

    world.meanwhile = counts
    await world.set(*(timer(f"{place:03}") for place in range(50)))
    async with running(world.loop()):
        await world.rests()
    assert handed == [50]
    assert world.asked == sorted(world.asked)
