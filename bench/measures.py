"""What is measured of the hub and of its yardstick from outside: each runs in its own process, and whether it is done
is asked of Kafka. The ratios are formed in `bench.comparing`."""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.hubs import decisions
from bench.load import notifications, publish, topic

_LOOK = 0.02  # seconds between two looks at the topics
_PATIENCE = 300.0
_WARM = 10  # records that are taken in before the clock runs, so that every statement is known


@dataclass(slots=True)
class Running:
    """One of the two in its own process. `polled`: when it polled how many records, once it has ended."""

    polled: list[tuple[float, int]] = field(default_factory=list)


@asynccontextmanager
async def running(kind: str, kafka: str, mark: str, database: str) -> AsyncIterator[Running]:
    """`whole` or `bare`, from when it is ready until the end of the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.hubs", kind, kafka, mark, database),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    run = Running()
    try:
        assert await process.stdout.readline() == b"ready\n"
        yield run
        process.stdin.write(b"\n")
        run.polled = json.loads(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


async def end_to_end(kind: str, kafka: str, mark: str, database: str, count: int) -> float:
    """Notifications a second, from the first batch polled until the last decision is confirmed by Kafka."""
    records = notifications(count + _WARM, mark)
    wanted = decisions(mark, len(records))
    async with _counting(kafka, wanted) as counted:
        before = await counted()

        async def arrived(many: int) -> Counter[str]:
            async with asyncio.timeout(_PATIENCE):
                while (found := await counted() - before).total() < many:
                    await asyncio.sleep(_LOOK)
            return found

        await publish(kafka, mark, records[:_WARM])
        async with running(kind, kafka, mark, database) as run:
            await arrived(wanted.total() * _WARM // len(records))
            published = time.time()
            await publish(kafka, mark, records[_WARM:])
            found = await arrived(wanted.total())
            ended = time.time()
        assert found == wanted, f"{found} decisions arrived, and not {wanted}"
    return count / (ended - next(at for at, _ in run.polled if at > published))


@asynccontextmanager
async def _counting(kafka: str, wanted: Counter[str]) -> AsyncIterator[Any]:
    """Asks how many records the topics hold."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    for name in wanted:
        await consumer._client._wait_on_metadata(name)
    places = [TopicPartition(name, n) for name in wanted for n in consumer.partitions_for_topic(name) or ()]

    async def counted() -> Counter[str]:
        found = Counter[str]()
        for place, end in (await consumer.end_offsets(places)).items():
            found[place.topic] += end
        return found

    try:
        yield counted
    finally:
        await consumer.stop()


async def latency(kind: str, kafka: str, mark: str, database: str, seconds: float, rate: int) -> list[float]:
    """p50, p95 and p99 in milliseconds from publishing a notification to reading its first decision."""
    records = notifications(round(seconds * rate) + 1, mark)
    sent: dict[str, float] = {}
    heard: dict[str, float] = {}
    await publish(kafka, mark, ())
    async with running(kind, kafka, mark, database), _ends(kafka) as (producer, consumer):
        listening = asyncio.create_task(_listen(consumer, heard, mark))
        await producer.send_and_wait(topic(mark), records[0][1], key=records[0][0])  # the first warms up
        await _all_heard(heard, 1)
        began = time.perf_counter()
        for n, (key, value) in enumerate(records[1:]):
            await asyncio.sleep(max(began + n / rate - time.perf_counter(), 0))
            sent[key.decode()] = time.perf_counter()
            await producer.send(topic(mark), value, key=key)
        await _all_heard(heard, len(records))
        listening.cancel()
    return percentiles([(heard[name] - at) * 1000 for name, at in sent.items()])


def percentiles(waits: Sequence[float]) -> list[float]:
    """p50, p95 and p99."""
    cuts = quantiles(sorted(waits), n=100, method="inclusive")
    return [cuts[49], cuts[94], cuts[98]]


async def _all_heard(heard: dict[str, float], count: int) -> None:
    async with asyncio.timeout(_PATIENCE):
        while len(heard) < count:
            await asyncio.sleep(_LOOK)


@asynccontextmanager
async def _ends(kafka: str) -> AsyncIterator[tuple[AIOKafkaProducer, AIOKafkaConsumer]]:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka, auto_offset_reset="earliest", metadata_max_age_ms=500, fetch_max_wait_ms=50
    )
    consumer.subscribe(pattern=r"^nottinghamshire\..*")
    await producer.start()
    await consumer.start()
    try:
        yield producer, consumer
    finally:
        await producer.stop()
        await consumer.stop()


async def _listen(consumer: AIOKafkaConsumer, heard: dict[str, float], mark: str) -> None:
    async for record in consumer:
        cause = (orjson.loads(record.value).get("causation") or {}).get("id", "")
        if cause.startswith(f"{mark}-"):
            heard.setdefault(cause, time.perf_counter())
