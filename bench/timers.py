"""How long it takes to find the timers that are due among very many that are not: one turn of the loop as a hub runs
it, and the look into the table alone. Flat is what is aimed at."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from statistics import median

from sqlalchemy import text

from bench.comparing import Comparison
from bench.turns import Ground, in_turns
from consumers.timer_loop import TimerLoop
from routing.messages import derived_id
from store import Store, TimerRow
from store.migrating import migrate

_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_LATER = timedelta(days=30)  # no timer that waits is due before
_DUE = 50
"""Timers that fall due in one turn."""
_AT_ONCE = 10_000
_WARM = 3  # turns before the clock runs, so that every statement is known


async def scan(ground: Ground) -> list[Comparison]:
    turns = 20 if ground.quick else 100
    sizes = (1_000, 10_000) if ground.quick else (1_000, 10_000, 100_000, 1_000_000)
    async with AsyncExitStack() as stack:
        waiting = {size: await filled(ground.fresh(), size) for size in sizes}
        for store in waiting.values():
            stack.push_async_callback(store.close)

        def run(size: int) -> Callable[[], Awaitable[list[float]]]:
            return lambda: taken(waiting[size], size, turns)

        base, *larger = sizes
        made = {
            size: [
                ground.compare(f"timers, {what}, {size:,} pending", "ms", f"{base:,} pending", "less", 1.5)
                for what in ("a turn of the loop", "the look alone")
            ]
            for size in larger
        }
        await in_turns(ground.rounds, run(base), *((run(size), each) for size, each in made.items()))
    return [each for both in made.values() for each in both]


async def filled(database: str, count: int) -> Store:
    """A store in which so many timers wait, as they would after the nightly work of the database."""
    await migrate(database)
    store = Store.open(database, within=None)
    for first in range(0, count, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, count))
        async with store.transaction() as tx:
            await tx.set_timers((), [_timer("waits", n, _NOON + _LATER + timedelta(seconds=n)) for n in numbers])
    if store.postgres:
        async with store.connection(autocommit=True) as connection:
            await connection.execute(text("VACUUM ANALYZE timers"))
    return store


def _timer(kind: str, n: int, at: datetime) -> TimerRow:
    name = derived_id("bench", kind, str(n))
    return TimerRow(name, "nottinghamshire", derived_id(name), None, "bench", at)


async def taken(store: Store, waiting: int, turns: int) -> list[float]:
    """Milliseconds, as medians: of a turn of the loop without what is then done about the timers, and of a look. Raises
    AssertionError where other timers were handed over than those that were due."""
    run = _Turns(store, turns + _WARM)
    await run.run()
    assert sorted(run.fired) == sorted(run.due), "other timers were handed over than those that were due"
    looks = [await _look(store, n) for n in range(turns)]
    async with store.reading() as tx:
        assert (await tx.timer_counts(_NOON)).standing == waiting
    return [median(run.took[_WARM:]) * 1000, median(looks) * 1000]


async def _look(store: Store, n: int) -> float:
    due = await _set_due(store, n)
    began = time.perf_counter()
    async with store.reading() as tx:
        await tx.next_timer()
        found = await tx.due_timers(_NOON, 200)
    took = time.perf_counter() - began
    assert {timer.id for timer in found} == {timer.id for timer in due}
    await _drop(store, due)
    return took


async def _set_due(store: Store, n: int) -> list[TimerRow]:
    """Timers that are due now, of the n-th turn."""
    due = [_timer("due", n * _DUE + k, _NOON) for k in range(_DUE)]
    async with store.transaction() as tx:
        await tx.set_timers((), due)
    return due


async def _drop(store: Store, due: Sequence[TimerRow]) -> None:
    async with store.transaction() as tx:
        await tx.set_timers([(timer.person, timer.episode) for timer in due], ())


class _Turns:
    """The loop of a hub over a clock that stands: before each turn some timers fall due, which the turn hands over."""

    def __init__(self, store: Store, turns: int) -> None:
        self._store, self._turns = store, turns
        self._loop = TimerLoop(store, self._fire, now=lambda: _NOON, wait=self._between, ready=_at_once, owner="bench")
        self._began, self._acting = 0.0, 0.0
        self.took: list[float] = []
        self.due: list[str] = []
        self.fired: list[str] = []

    async def run(self) -> None:
        await self._prepare()
        await self._loop.run()

    async def _prepare(self) -> None:
        self.due += [timer.id for timer in await _set_due(self._store, len(self.took))]
        self._began, self._acting = time.perf_counter(), 0.0

    async def _fire(self, due: Sequence[TimerRow]) -> None:
        began = time.perf_counter()
        self.fired += [timer.id for timer in due]
        await _drop(self._store, due)
        self._acting += time.perf_counter() - began

    async def _between(self, _until: datetime | None, _woken: asyncio.Event) -> None:
        self.took.append(time.perf_counter() - self._began - self._acting)
        if len(self.took) == self._turns:
            await self._loop.stop()
        else:
            await self._prepare()


async def _at_once() -> None:
    """Nothing to wait for."""
