"""A large backlog out of the outbox: whether its last tenth goes as fast as its first, what memory that takes, and how
much faster several relays are than one."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from bench.arrivals import check_order, counting, rate, watched
from bench.comparing import Comparison
from bench.processes import Busy, Running, Stopwatch, brokers, running
from bench.relays import make_topics, promised, topics
from bench.turns import Ground, in_turns, next_mark
from store import SHARDS, OutboxRow, Store

_AT_ONCE = 5000
_SHARE_WITHIN = 60.0  # seconds
_BUSY, _NEAR = 0.9, 0.8
"""From these shares on the processors, or what as many bare producers reach, are the limit."""


async def drain(ground: Ground) -> list[Comparison]:
    """One relay process, as it is shipped, on a backlog that was there before it started."""
    count = 20_000 if ground.quick else 1_000_000
    runs: list[Drained] = []

    async def run() -> list[float]:
        runs.append(await drained(ground.kafka, ground.fresh(), count, next_mark()))
        return [runs[-1].last, runs[-1].at_end]

    async def begun() -> list[float]:
        return [runs[-1].first, runs[-1].at_first]

    what = f"drain of {count:,} rows, last tenth"
    made = [
        ground.compare(what, "rows/s", "its first tenth", "more"),
        ground.compare(f"{what}, memory", "MB", "at the first tenth", "less"),
    ]
    await in_turns(ground.few_rounds, begun, (run, made))
    return made


@dataclass(frozen=True, slots=True)
class Drained:
    """Rows a second in the first tenth and in the last; MB of memory after the first tenth and the most in the last."""

    first: float
    last: float
    at_first: float
    at_end: float


async def drained(kafka: str, database: str, count: int, mark: str) -> Drained:
    await make_topics(kafka, mark)
    store = Store.open(database)
    for rows in _portions(mark, count):
        async with store.transaction() as tx:
            await tx.append((), rows)
    await store.close()
    memory: list[tuple[int, float]] = []
    async with counting(kafka, topics(mark)) as counted, running("bench.hubs", "relay", kafka, mark, database) as run:
        seen = await watched(counted, count, lambda rows: memory.append((rows, run.memory())))
    await check_order(kafka, mark, count)
    at_first = next(held for rows, held in memory if rows >= count / 10)
    at_end = max(held for rows, held in memory if rows >= count * 0.9)
    return Drained(rate(seen, 0, 0.1), rate(seen, 0.9, 1), at_first, at_end)


def _portions(mark: str, count: int) -> Iterator[list[OutboxRow]]:
    """The rows of a backlog, never more of them in memory than are written at once."""
    for first in range(0, count, _AT_ONCE):
        yield promised(mark, min(_AT_ONCE, count - first), first)


async def share(ground: Ground) -> list[Comparison]:
    """Several relay processes on one backlog, which appears at once when they have divided the shards."""
    if ground.on != "Postgres":
        return []
    count = 5_000 if ground.quick else 100_000
    fleets = (2,) if ground.quick else (2, 4)
    made = {n: ground.compare(f"{n} relays", "rows/s", "one relay", "more", 1.6 if n == 2 else None) for n in fleets}
    busy: dict[int, list[Busy]] = {n: [] for n in made}
    ceilings: list[float] = []

    async def run(relays: int) -> float:
        found, load = await shared(ground.kafka, ground.fresh(), count, next_mark(), relays)
        busy.setdefault(relays, []).append(load)
        return found

    async def one() -> float:
        ceilings.append(await ceiling(ground.kafka, count, next_mark()))
        return await run(1)

    await in_turns(ground.rounds, one, *((lambda n=n: run(n), [each]) for n, each in made.items()))
    for n, each in made.items():
        each.note = limit(
            median(each.ours), median(ceilings), sorted(busy[n], key=lambda b: b.whole)[len(busy[n]) // 2]
        )
    return [*made.values()]


async def shared(kafka: str, database: str, count: int, mark: str, relays: int) -> tuple[float, Busy]:
    """Rows a second, and how busy the processors were."""
    await make_topics(kafka, mark)
    store = Store.open(database)
    async with AsyncExitStack() as stack:
        counted = await stack.enter_async_context(counting(kafka, topics(mark)))
        words = ("relay", kafka, mark, database)
        runs = [await stack.enter_async_context(running("bench.hubs", *words)) for _ in range(relays)]
        await _divided(store, runs)
        async with store.transaction() as tx:
            for rows in _portions(mark, count):
                await tx.append((), rows)
        since = Stopwatch({"relays": [run.pid for run in runs], "Kafka": brokers()})
        seen = await watched(counted, count)
        load = since.busy()
    await store.close()
    await check_order(kafka, mark, count)
    return rate(seen), load


async def _divided(store: Store, runs: list[Running]) -> None:
    """Waits until each of them has its share of the shards, and all shards have their relay."""
    for run in runs:
        await run.ready()
    async with asyncio.timeout(_SHARE_WITHIN):
        while not await _is_divided(store, len(runs)):
            await asyncio.sleep(0.1)


async def _is_divided(store: Store, relays: int) -> bool:
    async with store.reading() as tx:
        owners = [*(await tx.shard_owners(datetime.now(UTC))).values()]
    return len(owners) == SHARDS and min(map(owners.count, owners)) >= SHARDS // relays and len({*owners}) == relays


async def ceiling(kafka: str, count: int, mark: str) -> float:
    """Rows a second of as many bare producers as there are processors, all at once."""
    await make_topics(kafka, mark)
    producers = os.cpu_count() or 1
    each = count // producers
    async with counting(kafka, topics(mark)) as counted, AsyncExitStack() as stack:
        words = (kafka, mark, str(each))
        runs = [await stack.enter_async_context(running("bench.relays", *words)) for _ in range(producers)]
        for run in runs:
            await run.ready()
        going = asyncio.gather(*(run.end() for run in runs))
        seen = await watched(counted, each * producers)
        await going
    return rate(seen)


def limit(reached: float, bare: float, load: Busy) -> str:
    """What keeps relays from more: the processors, the broker, or neither."""
    if load.whole >= _BUSY:
        return f"the processors are the limit: {load}"
    of_bare = f"{reached / bare:.0%} of what bare producers reach together"
    return f"the broker is the limit: {of_bare}" if reached >= _NEAR * bare else f"no limit met: {load}; {of_bare}"
