"""The subscription: polled batches of every inbound topic go to intake; offsets are committed only after intake has.

The form that loses nothing: one subscriber by pattern, a parser of ours that cannot raise, no typed body, and
`NACK_ON_ERROR`, whose endless and instant repetition is tamed by waiting before a fault is raised. A fault of the data
never reaches here; only the database can make a batch fail.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaAckableMessage

from intake.records import RawRecord
from schemas.topics import PATTERNS, TopicKind, parse_topic
from store.errors import StoreUnavailableError

log = logging.getLogger(__name__)

PATTERN = "|".join(PATTERNS.values())
"""One pattern for all inbound topics: a new authority or force needs no restart."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0


class Subscriber:
    """Feeds polled batches to `take`. Claims rest on `cluster`, the cluster's own id; `pause` waits, in seconds."""

    def __init__(
        self,
        take: Callable[[Sequence[RawRecord]], Awaitable[None]],
        cluster: str = "",
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        polled: Callable[[int], None] = lambda records: None,
    ) -> None:
        self._take, self.cluster, self._pause, self.polled = take, cluster, pause, polled
        self._failures = 0

    def attach(
        self, broker: KafkaBroker, group: str, max_records: int, timeout_ms: int, pattern: str = PATTERN
    ) -> None:
        """Declares the subscription on a broker that is not started yet."""
        subscriber = broker.subscriber(
            pattern=pattern,
            batch=True,
            group_id=group,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            max_records=max_records,
            batch_timeout_ms=timeout_ms,
            parser=_parsed,
            decoder=_undecoded,
            no_reply=True,
        )
        subscriber(self._handle)

    async def _handle(self, records: Any) -> None:
        batch = [raw_of(record, self.cluster) for record in records]
        try:
            await self._take(sorted(batch, key=_register_first))
        except StoreUnavailableError as error:
            # Raising rewinds the batch at once and for ever: wait first, longer each time.
            self._failures += 1
            pause = min(_FIRST_PAUSE * 2 ** (self._failures - 1), _LONGEST_PAUSE)
            log.warning("Cannot reach the database: reading the batch again", extra={"cause": str(error)})
            await self._pause(pause)
            raise
        self._failures = 0
        self.polled(len(batch))


def raw_of(record: Any, cluster: str) -> RawRecord:
    """A polled `aiokafka.ConsumerRecord` as intake takes it."""
    return RawRecord(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        value=record.value,
        timestamp=datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC),
        key=record.key,
        headers=tuple((name, value) for name, value in record.headers),
        cluster=cluster,
    )


def _register_first(raw: RawRecord) -> bool:
    """Within a batch what is held of a child is taken in before what is reported of it; otherwise the order stays."""
    topic = parse_topic(raw.topic)
    return topic is None or topic.kind is not TopicKind.REGISTER


async def _parsed(message: tuple[Any, ...], original: Any = None) -> KafkaAckableMessage:
    """The batch as it is. The library's own parser decodes headers and loses a record whose header is not UTF-8."""
    consumer = getattr(getattr(original, "__self__", None), "_consumer", FAKE_CONSUMER)
    return KafkaAckableMessage(body=b"", raw_message=message, consumer=consumer)


async def _undecoded(message: KafkaAckableMessage) -> Any:
    return message.raw_message
