"""Whether intake has read what waits in Kafka: overdue timers, and what was late on arrival, wait for it, so that no
alert goes out for a child whose *found* already lies in the backlog. Bounded: what stands still is not waited for
twice."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

from consumers.clients import open_client
from consumers.committed import install_coordinator
from consumers.subscriber import PATTERN

log = logging.getLogger(__name__)
_LOOK_AGAIN = 0.2  # seconds between two looks at the group's committed offsets
_ASK_AGAIN = 1.0  # seconds until Kafka is asked again where it could not answer
_ANSWER_WITHIN = 5.0  # seconds that a Kafka which was away before has to answer
_PROBE = 100  # milliseconds of each look whether a partition holds a record

Offsets = Mapping[TopicPartition, int]


class Backlog:
    """What waits for a consumer group in the topics of a pattern. It joins nothing, and so holds for consumers in any
    process of the group. `limit`: seconds that are waited at most; `pause` waits, in seconds."""

    def __init__(
        self,
        connection: dict[str, Any],
        group: str,
        limit: float,
        pattern: str = PATTERN,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._connection, self._group, self._limit, self._pattern, self._pause = (
            connection, group, limit, pattern, pause,
        )  # fmt: skip
        self._unread: dict[TopicPartition, int] = {}
        self._still: set[TopicPartition] = set()  # what stood still through a whole limit
        self._is_away = False

    async def read_through(self) -> bool:
        """Returns when the group has committed up to the present ends of the topics, or after the limit (then False,
        with a warning that says what is unread). While Kafka does not answer it waits too; of a Kafka that did not
        answer the last time, only for one answer."""
        self._unread, has_answered = {}, False
        until = asyncio.get_running_loop().time() + self._limit
        try:
            async with asyncio.timeout(min(self._limit, _ANSWER_WITHIN) if self._is_away else self._limit) as bound:

                def answered() -> None:
                    nonlocal has_answered
                    has_answered = True
                    if self._is_away and not bound.expired():
                        self._is_away = False
                        bound.reschedule(until)

                while not await self._tried(answered):
                    if self._is_away:
                        raise TimeoutError
                    await self._pause(_ASK_AGAIN)
        except TimeoutError:
            self._is_away = not has_answered
            waiting = {f"{tp.topic}[{tp.partition}]": records for tp, records in sorted(self._unread.items())}
            log.warning("Backlog not read in time: acting on what is known", extra={"unread": waiting})
            return False
        return True

    async def _tried(self, answered: Callable[[], None]) -> bool:
        """Whether Kafka answered, and all is read. `answered`: it has said what there is."""
        try:
            await self._read_up(answered)
        except KafkaError as error:
            log.warning("Cannot read the backlog yet, retrying", extra={"cause": type(error).__name__})
            return False
        self._is_away = False
        return True

    async def _read_up(self, answered: Callable[[], None]) -> None:
        """Waits until nothing of what is there now is unread."""
        install_coordinator()
        consumer = AIOKafkaConsumer(
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            **self._connection,
        )
        first: dict[TopicPartition, int] = {}
        unsure: set[TopicPartition] = set()  # of these it is not known yet whether a record is left to read
        began = looked = 0.0
        clock = asyncio.get_running_loop().time
        try:
            async with open_client(consumer.start(), consumer.stop):
                begins, ends = await _range(consumer, await partitions_of(self._connection, self._pattern))
                answered()
                while await self._look(consumer, begins, ends):
                    looked = clock()
                    if not first:
                        log.info("Clocks are on hold until the backlog is read", extra={"records": self._records})
                        first, began = self._unread, looked
                        unsure = {*self._unread}
                        consumer.assign([*unsure])  # read from where the group has committed
                    if unsure:
                        await self._leave_out_empty(consumer, unsure, ends)
                    else:
                        await self._pause(_LOOK_AGAIN)
        except (TimeoutError, asyncio.CancelledError):
            if looked - began >= self._limit / 2:  # a Kafka that fell silent meanwhile says nothing of its readers
                self._still |= {tp for tp, records in self._unread.items() if first.get(tp) == records}
            raise

    @property
    def _records(self) -> int:
        return sum(self._unread.values())

    async def _look(self, consumer: AIOKafkaConsumer, begins: Offsets, ends: dict[TopicPartition, int]) -> bool:
        """Whether something is unread that is worth waiting for."""
        unread: dict[TopicPartition, int] = {}
        for tp, end in ends.items():
            read = max(await consumer.committed(tp) or 0, begins[tp])
            if read >= end:
                self._still.discard(tp)
            elif tp not in self._still:
                unread[tp] = end - read
        self._unread = unread
        return bool(unread)

    async def _leave_out_empty(
        self, consumer: AIOKafkaConsumer, unsure: set[TopicPartition], ends: dict[TopicPartition, int]
    ) -> None:
        """Forgets partitions in which nothing is left to read but the marks that transactions leave: no consumer
        commits those. One look: a client that is new may need several until it is sure of all."""
        read = await consumer.getmany(timeout_ms=_PROBE)
        consumer.pause(*read)  # its further records would keep the others from being waited for
        empty = {tp for tp in unsure - read.keys() if await consumer.position(tp) >= ends[tp]}
        unsure -= read.keys() | empty
        for tp in empty:
            del ends[tp]
        if not unsure:
            consumer.unsubscribe()


async def partitions_of(connection: dict[str, Any], pattern: str) -> list[TopicPartition]:
    """Every partition of the topics of a pattern, as the cluster has them now. The consumer's own list of partitions is
    empty for topics that it is not subscribed to. Raises KafkaError."""
    admin = AIOKafkaAdminClient(**connection)
    async with open_client(admin.start(), admin.close):
        topics = await admin.describe_topics()
    named = [topic for topic in topics if re.match(pattern, topic["topic"])]
    return [TopicPartition(topic["topic"], p["partition"]) for topic in named for p in topic["partitions"]]


async def _range(
    consumer: AIOKafkaConsumer, partitions: list[TopicPartition]
) -> tuple[Offsets, dict[TopicPartition, int]]:
    if not partitions:
        return {}, {}
    return await consumer.beginning_offsets(partitions), dict(await consumer.end_offsets(partitions))
