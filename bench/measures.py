"""The three measurements. Each returns a plain number; the ratios are formed in `bench.__main__`."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from statistics import quantiles

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.hubs import Compared, settings_for
from bench.load import notifications, publish, topic
from homeward.wiring import senders
from outbox.addressing import DirectoryBook
from outbox.relay import Relay
from producers.kafka_link import TopicShape
from routing.messages import derived_id
from store import OutboxRow, Store

Opened = Callable[[], AbstractAsyncContextManager[Compared]]


async def end_to_end(kafka: str, opened: Opened, count: int, mark: str) -> float:
    """Notifications a second, from the first batch polled until the last decision is confirmed by Kafka."""
    await publish(kafka, mark, notifications(count, mark))
    async with opened() as compared:
        await compared.idle(count)
        assert compared.began is not None
        return count / (time.perf_counter() - compared.began)


async def relay_rows(kafka: str, store: Store, count: int, mark: str) -> float:
    """Rows a second that the relay takes out of a full outbox, sends and settles."""
    now = datetime.now(UTC)
    body = orjson.dumps({"filler": "x" * 900})
    rows = [
        OutboxRow(derived_id(mark, str(n)), derived_id(mark, "m", str(n)), "episode", derived_id(mark, str(n % 997)),
                  "task.create", body, now, None, ("HUB",), "hub", None, f"topic/bench.relay-{n % 4}.v1", "routine",
                  None)
        for n in range(count)
    ]  # fmt: skip
    async with store.transaction() as tx:
        await tx.append((), rows)
    sender = senders(settings_for(kafka, "bench-relay"), TopicShape(6))["topic"]
    relay = Relay(store, {"topic": sender}, DirectoryBook({}, {}, _utc_now), now=_utc_now,
                  owner=mark, batch=1000, lease=timedelta(seconds=60))  # fmt: skip
    await sender.start()
    began = time.perf_counter()
    sent = await relay.drain()
    took = time.perf_counter() - began
    await relay.stop()
    await sender.stop()
    assert sent == count
    return count / took


async def bare_rows(kafka: str, count: int) -> float:
    """Rows a second of aiokafka alone: the same bodies and keys, pipelined keyed sends of an idempotent producer."""
    body = orjson.dumps({"filler": "x" * 900})
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", enable_idempotence=True, linger_ms=0, max_batch_size=131_072
    )
    await producer.start()
    for n in range(4):
        await producer.partitions_for(f"bench.relay-{n}.v1")
    began = time.perf_counter()
    for first in range(0, count, 1000):
        waiting = [
            await producer.send(f"bench.relay-{n % 4}.v1", body, key=derived_id("bare", str(n % 997)).encode())
            for n in range(first, min(first + 1000, count))
        ]
        await asyncio.gather(*waiting)
    took = time.perf_counter() - began
    await producer.stop()
    return count / took


async def latency(kafka: str, opened: Opened, seconds: float, mark: str, rate: int = 100) -> tuple[float, float]:
    """(p50, p99) in milliseconds from publishing a notification to reading its first decision, at `rate` a second."""
    records = notifications(round(seconds * rate) + 1, mark)
    sent: dict[str, float] = {}
    heard: dict[str, float] = {}
    await publish(kafka, mark, ())
    async with opened() as compared:
        producer, consumer = await _ends(kafka)
        listening = asyncio.create_task(_listen(consumer, heard, mark))
        await producer.send_and_wait(topic(mark), records[0][1], key=records[0][0])  # the first warms up
        await compared.idle(1)
        began = time.perf_counter()
        for n, (key, value) in enumerate(records[1:]):
            await asyncio.sleep(max(began + n / rate - time.perf_counter(), 0))
            sent[key.decode()] = time.perf_counter()
            await producer.send(topic(mark), value, key=key)
        await compared.idle(len(records))
        while len(heard) < len(records):
            await asyncio.sleep(0.05)
        listening.cancel()
        await producer.stop()
        await consumer.stop()
    waits = sorted((heard[name] - at) * 1000 for name, at in sent.items())
    cuts = quantiles(waits, n=100)
    return cuts[49], cuts[98]


async def _ends(kafka: str) -> tuple[AIOKafkaProducer, AIOKafkaConsumer]:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, metadata_max_age_ms=500, fetch_max_wait_ms=50)
    consumer.subscribe(pattern=r"^nottinghamshire\..*")
    await producer.start()
    await consumer.start()
    return producer, consumer


async def _listen(consumer: AIOKafkaConsumer, heard: dict[str, float], mark: str) -> None:
    async for record in consumer:
        cause = (orjson.loads(record.value).get("causation") or {}).get("id", "")
        if cause.startswith(f"{mark}-"):
            heard.setdefault(cause, time.perf_counter())


def _utc_now() -> datetime:
    return datetime.now(UTC)
