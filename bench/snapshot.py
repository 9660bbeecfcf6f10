"""A transaction that has read and stays open (a backup, a report, a console that somebody left): how much of its speed
the hub keeps while that holds on to every version of every row."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiokafka import AIOKafkaProducer
from sqlalchemy import func, select

from bench.arrivals import LOOK, PATIENCE, Counted, Seen, between, counting
from bench.comparing import Comparison
from bench.hubs import decisions
from bench.load import notifications, topic
from bench.processes import Running, running
from bench.turns import Ground, in_turns, next_mark
from store import Store
from store.tables import outbox

_WITHOUT = 120.0
"""Seconds at most of a run without a snapshot. What the tables grow by in the longer run counts against the hub."""
_WARM = 20  # notifications that are through before the clock runs


async def hold(ground: Ground) -> list[Comparison]:
    """Intake and relay, on Postgres in processes of their own, so that every row is claimed from the table. What counts
    is the second half of the time, when there is most that cannot be cleared away."""
    seconds = 3.0 if ground.quick else 600.0
    without = min(seconds, _WITHOUT)
    what = f"end to end, a snapshot held for {seconds:g} s"
    made = [ground.compare(what, "notifications/s", "none held", "more", 0.8)]
    await in_turns(
        ground.few_rounds,
        lambda: flowed(ground, without, held=False),
        (lambda: flowed(ground, seconds, held=True), made),
    )
    return made


async def flowed(ground: Ground, seconds: float, held: bool) -> float:
    """Notifications a second in the second half of the time, while there is always more to read."""
    mark, database = next_mark(), ground.fresh()
    wanted = decisions(mark, 1)
    ahead = 150 if ground.quick else 600
    kinds = ("intake", "relay") if ground.on == "Postgres" else ("whole",)
    async with AsyncExitStack() as stack:
        counted = await stack.enter_async_context(counting(ground.kafka, wanted))
        feed = await stack.enter_async_context(feeding(ground.kafka, mark, counted, wanted))
        words = (ground.kafka, mark, database)
        runs = [await stack.enter_async_context(running("bench.hubs", kind, *words)) for kind in kinds]
        await _begun(runs, feed)
        if held:
            await stack.enter_async_context(snapshot(database))
        seen = await feed.keep_on(seconds, ahead)
        await feed.end()
    halfway = next(each for each in seen if each.at - seen[0].at >= seconds / 2)
    return between(halfway, seen[-1])


async def _begun(runs: list[Running], feed: "Feed") -> None:
    for run in runs:
        await run.ready()
    await feed.publish(_WARM)
    await feed.through()


@asynccontextmanager
async def snapshot(database: str) -> AsyncIterator[None]:
    """A view of the whole database that stands until the end of the block. Raises AssertionError where it did not."""
    store = Store.open(database, within=None)
    count = select(func.count()).select_from(outbox)
    async with store.reading_connection() as connection:
        if store.postgres:  # as whoever leaves a console open has it
            await connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        before = (await connection.execute(count)).scalar_one()
        yield
        assert (await connection.execute(count)).scalar_one() == before, "the snapshot did not stand"
    await store.close()


class Feed:
    """Notifications for one run, and how many of them are through: all their decisions are in Kafka."""

    def __init__(self, producer: AIOKafkaProducer, mark: str, counted: Counted, wanted: Counter[str]) -> None:
        self._producer, self._mark, self._counted, self._wanted = producer, mark, counted, wanted
        self._published = 0
        self._before = Counter[str]()

    async def publish(self, count: int) -> None:
        if not self._published:
            self._before = await self._counted()
        records = notifications(count, self._mark, self._published)
        self._published += count
        await asyncio.gather(*[await self._producer.send(topic(self._mark), value, key=key) for key, value in records])

    async def keep_on(self, seconds: float, ahead: int) -> list[Seen]:
        """Publishes so that always about `ahead` notifications wait to be read; how many were through, and when."""
        seen = [Seen(time.perf_counter(), await self._through())]
        while seen[-1].at - seen[0].at < seconds:
            if self._published - seen[-1].rows < ahead:
                await self.publish(ahead // 3)
            await asyncio.sleep(LOOK)
            seen.append(Seen(time.perf_counter(), await self._through()))
        return seen

    async def through(self) -> None:
        """Waits until all that was published is through."""
        async with asyncio.timeout(PATIENCE):
            while await self._through() < self._published:
                await asyncio.sleep(LOOK)

    async def end(self) -> None:
        """Waits for the last. Raises AssertionError where other decisions arrived than were to."""
        await self.through()
        found = await self._counted() - self._before
        wanted = Counter({name: each * self._published for name, each in self._wanted.items()})
        assert found == wanted, f"{found} decisions arrived, and not {wanted}"

    async def _through(self) -> int:
        return ((await self._counted()) - self._before).total() // self._wanted.total()


@asynccontextmanager
async def feeding(kafka: str, mark: str, counted: Counted, wanted: Counter[str]) -> AsyncIterator[Feed]:
    """`wanted`: the decisions of one notification, by topic."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=5, max_batch_size=131_072)
    await producer.start()
    try:
        await producer.partitions_for(topic(mark))  # it is there before anybody asks for it
        yield Feed(producer, mark, counted, wanted)
    finally:
        await producer.stop()
