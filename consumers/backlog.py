"""Whether intake has read what was waiting when the hub started: overdue timers wait for it, so that no alert goes out
for a child whose *found* already lies in the backlog."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

from consumers.subscriber import PATTERN

log = logging.getLogger(__name__)
_LOOK_AGAIN = 0.2  # seconds between two looks at the group's committed offsets


async def read_through(
    connection: dict[str, Any],
    group: str,
    limit: float,
    pattern: str = PATTERN,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> bool:
    """Returns when the group has committed up to the present ends of the topics of the pattern, or after `limit`
    seconds (then False, with a warning). It joins nothing: it holds for consumers in any process of the group."""
    consumer = AIOKafkaConsumer(group_id=group, enable_auto_commit=False, **connection)
    try:
        async with asyncio.timeout(limit):
            await consumer.start()
            waiting = await _unread(consumer, pattern)
            while waiting:
                done = [tp for tp, end in waiting.items() if (await consumer.committed(tp) or 0) >= end]
                for partition in done:
                    del waiting[partition]
                if waiting:
                    await pause(_LOOK_AGAIN)
    except (TimeoutError, KafkaError):
        log.warning("Backlog not read in time: firing overdue timers now")
        return False
    finally:
        await consumer.stop()
    return True


async def _unread(consumer: AIOKafkaConsumer, pattern: str) -> dict[TopicPartition, int]:
    """The ends of the inbound partitions that hold anything."""
    topics = [t for t in await consumer.topics() if re.match(pattern, t)]
    partitions = [TopicPartition(t, p) for t in topics for p in consumer.partitions_for_topic(t) or ()]
    if not partitions:
        return {}
    begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    return {tp: end for tp, end in ends.items() if end > begins[tp]}
