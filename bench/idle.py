"""How long a single row takes from before its transaction until a consumer sees it, while nothing else is under way:
through the relay, sent directly without any table, and through faststream-outbox."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import orjson
from aiokafka import AIOKafkaConsumer

from bench.measures import percentiles
from bench.peer import peer
from bench.relays import make_topics, promised, relay_of, topics
from homeward.settings import Settings
from homeward.wiring import senders
from outbox.relay_rows import outgoing
from store import LeasedRow, OutboxRow, Store

_REST = 0.15  # seconds between two rows: all has come to rest

Send = Callable[[OutboxRow], Awaitable[object]]


async def through_the_relay(kafka: str, database: str, rows: int, mark: str) -> list[float]:
    """p50, p95 and p99 in milliseconds."""
    store = Store.open(database)
    relay, sender = relay_of(kafka, store, mark)

    async def send(row: OutboxRow) -> None:
        async with store.transaction() as tx:
            await tx.append((), [row])

    await make_topics(kafka, mark)
    await sender.start()
    task = asyncio.create_task(relay.run())
    try:
        return await _timed(kafka, mark, rows, send)
    finally:
        await relay.stop()
        await task
        await sender.stop()
        await store.close()


async def directly(kafka: str, rows: int, mark: str) -> list[float]:
    """The same by the sender alone."""
    sender = senders(Settings(kafka_bootstrap=kafka, kafka_group="bench-relay"))["topic"]
    await make_topics(kafka, mark)
    await sender.start()

    async def send(row: OutboxRow) -> None:
        address = row.destination.removeprefix("topic/")
        await sender.send([outgoing(LeasedRow(row, 1, row.lane, 1, 1, address, False), address, lambda: True)])

    try:
        return await _timed(kafka, mark, rows, send)
    finally:
        await sender.stop()


async def through_faststream_outbox(kafka: str, database: str, rows: int, mark: str) -> list[float]:
    """The same through faststream-outbox, one worker for each topic."""
    await make_topics(kafka, mark)
    async with peer(kafka, database, topics(mark), 1) as theirs:

        async def send(row: OutboxRow) -> None:
            async with theirs.engine.begin() as connection:
                name, body = row.destination.removeprefix("topic/"), orjson.loads(row.payload)
                await theirs.put(connection, name, body, row.aggregateid)

        await theirs.start()
        try:
            return await _timed(kafka, mark, rows, send)
        finally:
            await theirs.stop()


async def _timed(kafka: str, mark: str, count: int, send: Send) -> list[float]:
    waits = []
    async with _listening(kafka, mark) as heard:
        for row in promised(mark, count + 5):
            began = time.perf_counter()
            # Under a subject of its own, so that it waits for no other.
            await send(row._replace(aggregateid=row.id))
            waits.append((await heard.get() - began) * 1000)
            await asyncio.sleep(_REST)
    return percentiles(waits[5:])  # the first warm up


@asynccontextmanager
async def _listening(kafka: str, mark: str) -> AsyncIterator["asyncio.Queue[float]"]:
    """The times at which a consumer saw records."""
    consumer = AIOKafkaConsumer(*topics(mark), bootstrap_servers=kafka, auto_offset_reset="earliest")
    heard: asyncio.Queue[float] = asyncio.Queue()

    async def listen() -> None:
        async for _ in consumer:
            heard.put_nowait(time.perf_counter())

    await consumer.start()
    listening = asyncio.create_task(listen())
    try:
        yield heard
    finally:
        listening.cancel()
        await asyncio.wait([listening])
        await consumer.stop()
