"""What is measured of the hub and of its yardstick from outside: each runs in its own process, and whether it is done
is asked of Kafka. The ratios are formed in `bench.comparing`."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import quantiles

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.arrivals import LOOK, PATIENCE, counting
from bench.hubs import decisions
from bench.load import notifications, publish, topic
from bench.processes import running

_WARM = 10  # records that are taken in before the clock runs, so that every statement is known


async def end_to_end(kind: str, kafka: str, mark: str, database: str, count: int) -> float:
    """Notifications a second, from the first batch polled until the last decision is confirmed by Kafka."""
    records = notifications(count + _WARM, mark)
    wanted = decisions(mark, len(records))
    async with counting(kafka, wanted) as counted:
        before = await counted()

        async def arrived(many: int) -> Counter[str]:
            async with asyncio.timeout(PATIENCE):
                while (found := await counted() - before).total() < many:
                    await asyncio.sleep(LOOK)
            return found

        await publish(kafka, mark, records[:_WARM])
        async with running("bench.hubs", kind, kafka, mark, database) as run:
            await run.ready()
            await arrived(wanted.total() * _WARM // len(records))
            published = time.time()
            await publish(kafka, mark, records[_WARM:])
            found = await arrived(wanted.total())
            ended = time.time()
            polled = await run.end()
        assert found == wanted, f"{found} decisions arrived, and not {wanted}"
    return count / (ended - next(at for at, _ in polled if at > published))


async def latency(kind: str, kafka: str, mark: str, database: str, seconds: float, rate: int) -> list[float]:
    """p50, p95 and p99 in milliseconds from publishing a notification to reading its first decision."""
    records = notifications(round(seconds * rate) + _WARM, mark)
    sent: dict[str, float] = {}
    heard: dict[str, float] = {}
    async with (
        _ends(kafka, mark) as (producer, consumer),
        running("bench.hubs", kind, kafka, mark, database) as run,
    ):
        await run.ready()
        listening = asyncio.create_task(_listen(consumer, heard, mark))
        for n, (key, value) in enumerate(records[:_WARM]):
            await producer.send_and_wait(topic(mark), value, key=key)
            await _all_heard(heard, n + 1)
        began = time.perf_counter()
        for n, (key, value) in enumerate(records[_WARM:]):
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
    async with asyncio.timeout(PATIENCE):
        while len(heard) < count:
            await asyncio.sleep(LOOK)


@asynccontextmanager
async def _ends(kafka: str, mark: str) -> AsyncIterator[tuple[AIOKafkaProducer, AIOKafkaConsumer]]:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka, auto_offset_reset="earliest", metadata_max_age_ms=500, fetch_max_wait_ms=50
    )
    consumer.subscribe(pattern=r"^nottinghamshire\..*")
    await producer.start()
    await consumer.start()
    try:
        await producer.partitions_for(topic(mark))  # it is there before anybody asks for it
        yield producer, consumer
    finally:
        await producer.stop()
        await consumer.stop()


async def _listen(consumer: AIOKafkaConsumer, heard: dict[str, float], mark: str) -> None:
    async for record in consumer:
        cause = (orjson.loads(record.value).get("causation") or {}).get("id", "")
        if cause.startswith(f"{mark}-"):
            heard.setdefault(cause, time.perf_counter())
