"""Reading topics from their beginning, while hubs go on: an authority's register once more, where what is held already,
or is newer, stays as it is; or any topic whose history is to be loaded."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]

from consumers.backlog import partitions_of
from consumers.clients import open_client
from consumers.fetched import install
from consumers.subscriber import raw_of
from intake.records import RawRecord
from schemas.topics import TopicKind, parse_topic, part

_WAIT_MS = 1000


async def reread(
    connection: dict[str, Any],
    authority: str,
    cluster: str,
    take: Callable[[Sequence[RawRecord]], Awaitable[None]],
    at_once: int,
) -> int:
    """Hands every record that the register's topic holds at this moment to `take`, `at_once` at most each time, and
    returns how many there were. It joins no consumer group, so that no hub notices. Raises KafkaError."""
    return await _read_all(connection, await _partitions(connection, authority), cluster, take, at_once)


async def read_topic(
    connection: dict[str, Any],
    topic: str,
    cluster: str,
    take: Callable[[Sequence[RawRecord]], Awaitable[None]],
    at_once: int,
) -> int:
    """The same for all that one topic holds at this moment."""
    return await _read_all(connection, await partitions_of(connection, re.escape(topic) + "$"), cluster, take, at_once)


async def _read_all(
    connection: dict[str, Any],
    partitions: Sequence[TopicPartition],
    cluster: str,
    take: Callable[[Sequence[RawRecord]], Awaitable[None]],
    at_once: int,
) -> int:
    install()
    if not partitions:
        return 0
    # The client resets a partition that it is given to the end by itself, also after a seek to the beginning.
    consumer = AIOKafkaConsumer(group_id=None, enable_auto_commit=False, auto_offset_reset="earliest", **connection)
    async with open_client(consumer.start(), consumer.stop):
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        count = 0
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            polled = await consumer.getmany(timeout_ms=_WAIT_MS, max_records=at_once)
            batch = [raw_of(record, cluster) for records in polled.values() for record in records]
            if batch:
                await take(batch)
            count += len(batch)
        return count


async def _partitions(connection: dict[str, Any], authority: str) -> list[TopicPartition]:
    """Those of the authority's register, whatever the case in which its sender wrote the name of the topic."""
    admin = AIOKafkaAdminClient(**connection)
    async with open_client(admin.start(), admin.close):
        own = (TopicKind.REGISTER, part(authority))
        named = [(name, topic) for name in await admin.list_topics() if (topic := parse_topic(name))]
        topics = sorted(name for name, topic in named if (topic.kind, part(topic.owner)) == own)
        told = await admin.describe_topics(topics) if topics else []
    return [TopicPartition(t["topic"], p["partition"]) for t in told for p in t["partitions"]]
