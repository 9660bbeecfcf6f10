"""How many rows a second leave a full outbox: through the relay, through faststream-outbox with the settings that its
documentation names for throughput, and as bare record batches without any table.

All send the same bodies under the same keys to the same topics, as an idempotent producer with `acks=all`.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.peer import peer
from homeward.channels import channels
from homeward.settings import Settings
from homeward.wiring import senders
from outbox.addressing import DirectoryBook
from outbox.relay import Relay
from producers.kafka_link import TopicShape, partition_of
from routing.messages import derived_id
from store import OutboxRow, Store
from store.migrating import migrate

PARTITIONS = 6
_LANES = 997
_BODY = orjson.dumps({"filler": "x" * 900})
_BATCH_BYTES = 131_072
WARM = 50  # rows that are sent before the clock runs, so that every statement is known


def now() -> datetime:
    return datetime.now(UTC)


def topics(mark: str) -> list[str]:
    return [f"bench.{mark}-{n}.v1" for n in range(4)]


_KEYS = [derived_id("bench", str(n)) for n in range(_LANES)]


def key(n: int) -> str:
    """Of the n-th row: the same keys for whoever sends them."""
    return _KEYS[n % _LANES]


def promised_message(mark: str, n: int) -> str:
    """The message of the n-th row."""
    return derived_id(mark, "m", str(n))


def promised(mark: str, count: int, first: int = 0) -> list[OutboxRow]:
    """So many rows of a full outbox, numbered from `first`."""
    at, names = now(), topics(mark)
    return [
        OutboxRow(derived_id(mark, str(n)), promised_message(mark, n), "episode", key(n), "task.create", _BODY, at,
                  None, ("HUB",), "hub", None, f"topic/{names[n % len(names)]}", "routine", None)
        for n in range(first, first + count)
    ]  # fmt: skip


def relay_of(kafka: str, store: Store, owner: str) -> tuple[Relay, Any]:
    """The relay with its settings as shipped, and its sender."""
    settings = Settings(kafka_bootstrap=kafka, kafka_group="bench-relay")
    sender = senders(settings, TopicShape(PARTITIONS))["topic"]
    relay = Relay(
        store, {"topic": sender}, DirectoryBook({}, {}, now), now=now, owner=owner, batch=settings.relay_batch,
        manners={"topic": channels()["topic"].manner}, lease=timedelta(seconds=60),
    )  # fmt: skip
    return relay, sender


async def relayed(kafka: str, database: str, count: int, mark: str) -> float:
    """Rows a second that the relay takes out of the table, sends and settles."""
    await migrate(database)
    store = Store.open(database)
    rows = promised(mark, count + WARM)
    relay, sender = relay_of(kafka, store, mark)
    await sender.start()
    await _promise(store, rows[:WARM])
    await relay.drain()
    await _promise(store, rows[WARM:])
    began = time.perf_counter()
    sent = await relay.drain()
    took = time.perf_counter() - began
    await relay.stop()
    await sender.stop()
    await store.close()
    assert sent == count
    assert await arrived(kafka, mark) == len(rows)
    return count / took


async def _promise(store: Store, rows: Sequence[OutboxRow]) -> None:
    async with store.transaction() as tx:
        await tx.append((), rows)


async def bare(kafka: str, count: int, mark: str) -> float:
    """Rows a second of aiokafka's `send_batch` alone: full record batches, partition by partition, one behind the
    other, as the order of keys asks."""
    async with _producer(kafka) as producer:
        partitions = {name: sorted(await producer.partitions_for(name)) for name in topics(mark)}
        began = time.perf_counter()
        await _send_batches(producer, partitions, count)
        took = time.perf_counter() - began
    assert await arrived(kafka, mark) == count
    return count / took


async def _produce(kafka: str, mark: str, count: str) -> None:
    """Sends as soon as it is told to."""
    async with _producer(kafka) as producer:
        partitions = {name: sorted(await producer.partitions_for(name)) for name in topics(mark)}
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        await _send_batches(producer, partitions, int(count))
        print("true", flush=True)


@asynccontextmanager
async def _producer(kafka: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", enable_idempotence=True, max_batch_size=_BATCH_BYTES
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def _send_batches(producer: AIOKafkaProducer, partitions: dict[str, list[int]], count: int) -> None:
    names = [*partitions]
    open_batches: dict[tuple[str, int], Any] = {}
    under_way = []
    for n in range(count):
        name, keyed = names[n % len(names)], key(n).encode()
        place = name, partition_of(keyed, partitions[name])
        batch = open_batches.setdefault(place, producer.create_batch())
        if batch.append(key=keyed, value=_BODY, timestamp=None) is None:
            under_way.append(await producer.send_batch(batch, name, partition=place[1]))
            open_batches[place] = batch = producer.create_batch()
            batch.append(key=keyed, value=_BODY, timestamp=None)
    for (name, partition), batch in open_batches.items():
        under_way.append(await producer.send_batch(batch, name, partition=partition))
    await asyncio.gather(*under_way)


async def faststream_outbox(kafka: str, database: str, count: int, mark: str, workers: int) -> float:
    """Rows a second of faststream-outbox: keyed records, a queue for each topic; one worker keeps their order, more do
    not."""
    done, left = asyncio.Event(), count

    def handed_on() -> None:
        nonlocal left
        left -= 1
        if not left:
            done.set()

    names = topics(mark)
    async with peer(kafka, database, names, workers, handed_on) as theirs:
        await theirs.fill((names[n % len(names)], _BODY, key(n)) for n in range(count))
        began = time.perf_counter()
        await theirs.start()
        await done.wait()
        await theirs.stop()
        took = time.perf_counter() - began
    assert await arrived(kafka, mark) >= count
    return count / took


async def make_topics(kafka: str, mark: str) -> None:
    """Before the clock runs, for all alike."""
    async with _producer(kafka) as producer:
        for name in topics(mark):
            await producer.partitions_for(name)


async def arrived(kafka: str, mark: str) -> int:
    """How many records the topics hold."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        places = [TopicPartition(name, n) for name in topics(mark) for n in range(PARTITIONS)]
        return sum((await consumer.end_offsets(places)).values())
    finally:
        await consumer.stop()


if __name__ == "__main__":  # a bare producer in a process of its own
    asyncio.run(_produce(*sys.argv[1:]))
