"""What has arrived in Kafka, asked from outside: how many records, when, and whether each came once and in order."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Hashable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import nan

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.relays import promised_message, topics

LOOK = 0.02  # seconds between two looks at the topics
PATIENCE = 300.0  # seconds without anything that arrives

Counted = Callable[[], Awaitable[Counter[str]]]
"""Asks how many records the topics hold."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How many rows had arrived at an instant (seconds of a clock that only runs on)."""

    at: float
    rows: int


@asynccontextmanager
async def counting(kafka: str, names: Collection[str]) -> AsyncIterator[Counted]:
    """Asks how many records these topics hold, each time it is called."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    for name in names:
        await consumer._client._wait_on_metadata(name)
    places = [TopicPartition(name, n) for name in names for n in consumer.partitions_for_topic(name) or ()]

    async def counted() -> Counter[str]:
        found = Counter[str]()
        for place, end in (await consumer.end_offsets(places)).items():
            found[place.topic] += end
        return found

    try:
        yield counted
    finally:
        await consumer.stop()


async def watched(counted: Counted, count: int, look: Callable[[int], None] = lambda _: None) -> list[Seen]:
    """Looks until so many records are there; what was seen, from the last look at which there was nothing. Each time
    `look` hears how many there are. Raises TimeoutError when nothing arrives any more."""
    seen = [Seen(time.perf_counter(), 0)]
    while seen[-1].rows < count:
        await asyncio.sleep(LOOK)
        now = Seen(time.perf_counter(), (await counted()).total())
        look(now.rows)
        if now.rows > seen[-1].rows:
            seen.append(now)
        elif not now.rows:
            seen = [now]
        elif now.at - seen[-1].at > PATIENCE:
            raise TimeoutError(f"{now.rows} of {count} records arrived")
    return seen


def rate(seen: Sequence[Seen], after: float = 0, until: float = 1) -> float:
    """Rows a second between two shares of all rows. What had arrived at the first look that saw anything counts for
    nothing: nobody knows how long it took. Not a number where all came between two looks."""
    last = seen[-1].rows
    begun = next(each for each in seen if each.rows and each.rows >= after * last)
    ended = next((each for each in seen if each.rows >= until * last and each.at > begun.at), None)
    return between(begun, ended or begun)


def between(begun: Seen, ended: Seen) -> float:
    """Rows a second between two looks. Not a number where none came, so that no ratio is formed of it."""
    rows = ended.rows - begun.rows
    return rows / (ended.at - begun.at) if rows else nan


async def check_order(kafka: str, mark: str, count: int) -> None:
    """Raises AssertionError where a row of `promised` has not arrived, has arrived twice, or behind a later one of its
    lane."""
    numbers = {promised_message(mark, n): n for n in range(count)}
    consumer = AIOKafkaConsumer(
        *topics(mark), bootstrap_servers=kafka, auto_offset_reset="earliest", max_partition_fetch_bytes=4_000_000
    )
    await consumer.start()
    arrived: list[tuple[Hashable, int]] = []
    try:
        while len(arrived) < count and (got := await consumer.getmany(timeout_ms=5000)):
            for place, records in got.items():
                arrived += [((place.topic, r.key), numbers[dict(r.headers)["ce_id"].decode()]) for r in records]
    finally:
        await consumer.stop()
    faults = faults_of(arrived, count)
    assert not faults, faults


def faults_of(arrived: Iterable[tuple[Hashable, int]], count: int) -> Mapping[str, int]:
    """Of rows as (lane, number) in the order in which they arrived: how many are missing, came twice, or came behind a
    later one of their lane."""
    faults, seen, last = Counter[str](), set[int](), dict[Hashable, int]()
    for lane, number in arrived:
        if number in seen:
            faults["twice"] += 1
        elif number < last.get(lane, -1):
            faults["out of order"] += 1
        seen.add(number)
        last[lane] = max(number, last.get(lane, -1))
    faults["missing"] += count - len(seen)
    return {name: many for name, many in faults.items() if many}
