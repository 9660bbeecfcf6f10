"""The subscription: polled batches of every inbound topic go to intake; offsets are committed only after intake has.

The form that loses nothing: one subscriber by pattern, records unpacked by a reader of ours that sets aside what
cannot be decoded, a parser that cannot raise, no typed body, and `NACK_ON_ERROR`, whose endless and instant repetition
is tamed by waiting, longer each time, before a fault is raised. A fault of the data never reaches here.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaAckableMessage
from opentelemetry.trace import SpanKind

from consumers.committed import install_coordinator
from consumers.fetched import SetAside, install
from consumers.members import GroupMember
from consumers.polling import Poll
from intake.records import RawRecord
from schemas.instants import EARLIEST, LATEST
from schemas.topics import OWN_PATTERNS, PATTERNS, TopicKind, parse_topic
from schemas.tracing import link, root_span, traceparent_in
from store.errors import StoreUnavailableError
from store.trouble import Trouble

log = logging.getLogger(__name__)

PATTERN = "|".join([*PATTERNS.values(), *OWN_PATTERNS.values()])
"""One pattern for all that is read: a new authority or force needs no restart."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
_LOOKS_ELSEWHERE = 3
"""How many looks in a row must find none of a batch's partitions here: a member that joins anew has none for a moment.
"""


class Subscriber:
    """Feeds polled batches to `take`. Claims rest on `cluster`, the cluster's own id; `pause` waits, in seconds;
    `trouble` tells of what keeps batches from being taken."""

    def __init__(
        self,
        take: Callable[[Sequence[RawRecord]], Awaitable[None]],
        cluster: str = "",
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        polled: Callable[[int], None] = lambda records: None,
    ) -> None:
        self._take, self.cluster, self._pause, self.polled = take, cluster, pause, polled
        self._failures = 0
        self._failing: frozenset[tuple[str, int]] = frozenset()  # topics and partitions of the batch that is in trouble
        self._elsewhere = 0  # looks at which none of them was the hub's
        self.is_busy = False
        self.trouble = Trouble(log, "Reading batches again")

    def attach(
        self,
        broker: KafkaBroker,
        member: GroupMember,
        max_records: int,
        timeout_ms: int,
        pattern: str = PATTERN,
        without: Collection[str] = (),
    ) -> None:
        """Declares the subscription on a broker that is not started yet, to the topics of the pattern less those that
        the hub may not read: one of them would keep all others from being committed. A poll waits for `timeout_ms`
        while nothing comes."""
        install()
        install_coordinator()
        subscriber = broker.subscriber(
            pattern=except_for(pattern, without),
            batch=True,
            **member.settings(),
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            parser=_parsed,
            decoder=_undecoded,
            no_reply=True,
            # What a transaction takes back, or has not said yet, is nobody's word.
            isolation_level="read_committed",
        )
        # The library sleeps after a poll that found nothing, while records come.
        subscriber.get_msg = Poll(max_records, timeout_ms)
        subscriber(self._handle)

    async def _handle(self, records: Any) -> None:
        self.is_busy = True
        try:
            batch = [raw_of(record, self.cluster) for record in records]
            with root_span("take in", SpanKind.CONSUMER, records=len(batch)) as span:
                link(span, (traceparent_in(raw.headers) for raw in batch))
                await self._take(sorted(batch, key=_register_first))
        except Exception as error:
            # Raising rewinds the batch at once and for ever: wait first, longer each time.
            self._failures += 1
            self._failing, self._elsewhere = frozenset((record.topic, record.partition) for record in records), 0
            if isinstance(error, StoreUnavailableError):
                self.trouble.begins(f"Cannot reach the database: reading the batch again ({error})")
            else:
                self.trouble.begins(f"Cannot process a batch: reading it again ({type(error).__name__})", error)
            await self._pause(min(_FIRST_PAUSE * 2 ** min(self._failures - 1, 10), _LONGEST_PAUSE))
            raise
        finally:
            self.is_busy = False
        self._failures = 0
        self.trouble.ends()
        self.polled(len(batch))

    def reads_only(self, partitions: Collection[tuple[str, int]]) -> None:
        """These are the hub's at this look, by topic and number. A batch none of whose partitions is among them for a
        few looks will not come again: whoever has these is in that trouble, or in none."""
        elsewhere = self.trouble.present and self._failing and self._failing.isdisjoint(partitions)
        self._elsewhere = self._elsewhere + 1 if elsewhere else 0
        if self._elsewhere >= _LOOKS_ELSEWHERE:
            self.trouble.forget()
            self._failures = 0


def except_for(pattern: str, topics: Collection[str]) -> str:
    """The pattern less these topics."""
    named = "|".join(re.escape(topic) for topic in sorted(topics))
    return f"(?!(?:{named})$)(?:{pattern})" if named else pattern


def raw_of(record: Any, cluster: str) -> RawRecord:
    """A polled `aiokafka.ConsumerRecord` as intake takes it. Total."""
    return RawRecord(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        value=record.value,
        timestamp=_instant(record.timestamp),
        key=record.key,
        headers=tuple((name, value) for name, value in record.headers),
        cluster=cluster,
        fault=(record.reason, record.detail) if isinstance(record, SetAside) else None,
    )


def _instant(milliseconds: int | None) -> datetime:
    """What Kafka says of the time of a record. A time that no calendar has is that of a sender without a clock: it
    counts as the oldest there is, so that nothing can be made the newest by it."""
    try:
        instant = _EPOCH + timedelta(milliseconds=milliseconds or 0)
    except OverflowError:
        return _EPOCH
    return instant if EARLIEST <= instant < LATEST else _EPOCH


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
