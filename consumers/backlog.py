"""Whether intake has read what was waiting when the hub started: overdue timers wait for it, so that no alert goes out
for a child whose *found* already lies in the backlog."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

from consumers.subscriber import PATTERN

log = logging.getLogger(__name__)
_LOOK_AGAIN = 0.2  # seconds between two looks at the group's committed offsets
_ASK_AGAIN = 1.0  # seconds until Kafka is asked again where it could not answer


async def read_through(
    connection: dict[str, Any],
    group: str,
    limit: float,
    pattern: str = PATTERN,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> bool:
    """Returns when the group has committed up to the present ends of the topics of the pattern, or after `limit`
    seconds (then False, with a warning that says what is unread). It joins nothing: it holds for consumers in any
    process of the group. While Kafka does not answer, it waits too."""
    unread: dict[TopicPartition, int] = {}
    try:
        async with asyncio.timeout(limit):
            while True:
                try:
                    await _read_up(connection, group, pattern, pause, unread)
                except KafkaError as error:
                    log.warning("Cannot read the backlog yet, retrying", extra={"cause": type(error).__name__})
                    await pause(_ASK_AGAIN)
                else:
                    return True
    except TimeoutError:
        waiting = {f"{tp.topic}[{tp.partition}]": records for tp, records in sorted(unread.items())}
        log.warning("Backlog not read in time: firing overdue timers now", extra={"unread": waiting})
        return False


async def _read_up(
    connection: dict[str, Any],
    group: str,
    pattern: str,
    pause: Callable[[float], Awaitable[None]],
    unread: dict[TopicPartition, int],
) -> None:
    """Waits until nothing of what is there now is unread; `unread` tells meanwhile how many records are."""
    consumer = AIOKafkaConsumer(group_id=group, enable_auto_commit=False, **connection)
    try:
        await consumer.start()
        partitions = await partitions_of(connection, pattern)
        begins, ends = await _range(consumer, partitions)
        told = False
        while True:
            unread.clear()
            for tp, end in ends.items():
                read = max(await consumer.committed(tp) or 0, begins[tp])
                if read < end:
                    unread[tp] = end - read
            if not unread:
                return
            if not told:
                log.info(
                    "Overdue timers are on hold until the backlog is read", extra={"records": sum(unread.values())}
                )
                told = True
            await pause(_LOOK_AGAIN)
    finally:
        await consumer.stop()


async def partitions_of(connection: dict[str, Any], pattern: str) -> list[TopicPartition]:
    """Every partition of the topics of a pattern, as the cluster has them now. The consumer's own list of partitions is
    empty for topics that it is not subscribed to. Raises KafkaError."""
    admin = AIOKafkaAdminClient(**connection)
    try:
        await admin.start()
        topics = await admin.describe_topics()
    finally:
        await admin.close()
    named = [topic for topic in topics if re.match(pattern, topic["topic"])]
    return [TopicPartition(topic["topic"], p["partition"]) for topic in named for p in topic["partitions"]]


async def _range(
    consumer: AIOKafkaConsumer, partitions: list[TopicPartition]
) -> tuple[Mapping[TopicPartition, int], Mapping[TopicPartition, int]]:
    if not partitions:
        return {}, {}
    return await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
