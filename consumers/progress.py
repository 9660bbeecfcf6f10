"""Whether the consumers get on: how far each assigned partition has been read, against the end that Kafka gives when it
is asked. The only place that reads fields of aiokafka which are not its public interface;
`tests/consumers/test_progress.py` fails when aiokafka changes them."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

log = logging.getLogger(__name__)

STUCK = 60.0
"""Seconds without a step while records wait, after which a partition stands still."""
_ANSWER = 10.0  # seconds that Kafka has to say where the partitions end
_STALE = 45.0  # seconds after which what was seen says nothing of now


@dataclass(frozen=True, slots=True)
class _Seen:
    """How far a partition was read, up to what it reached, and since when that is so; how far its group has said that
    all is taken in, where it has said so."""

    position: int
    end: int
    since: float
    committed: int | None = None


class Progress:
    """`consumers` gives those that run now; `monotonic` is a clock in seconds."""

    def __init__(
        self,
        consumers: Callable[[], Iterable[AIOKafkaConsumer]],
        monotonic: Callable[[], float],
        stuck: float = STUCK,
    ) -> None:
        self._consumers, self._monotonic, self._stuck = consumers, monotonic, stuck
        self._seen: dict[TopicPartition, _Seen] = {}
        self._looked: float | None = None

    async def look(self) -> None:
        """Asks how far every partition is. Where Kafka does not answer, what was seen grows old."""
        fresh: dict[TopicPartition, _Seen] = {}
        try:
            async with asyncio.timeout(_ANSWER):
                for consumer in self._consumers():
                    partitions = sorted(consumer.assignment())
                    ends = await consumer.end_offsets(partitions) if partitions else {}
                    committed = await committed_of(consumer, partitions)
                    for tp, end in ends.items():
                        fresh[tp] = self._moved(tp, position_of(consumer, tp), end, committed.get(tp))
        except (KafkaError, TimeoutError, OSError) as error:
            log.debug("where the partitions end is not known", extra={"cause": type(error).__name__})
            return
        self._seen, self._looked = fresh, self._monotonic()

    def _moved(self, tp: TopicPartition, position: int, end: int, committed: int | None) -> _Seen:
        before = self._seen.get(tp)
        stands = before is not None and before.position == position and before.end > position
        return _Seen(position, end, before.since if before and stands else self._monotonic(), committed)

    def unread(self) -> dict[TopicPartition, int]:
        """How many records wait in each partition, as last seen."""
        return {tp: seen.end - seen.position for tp, seen in self._seen.items() if seen.end > seen.position}

    def told(self) -> dict[str, dict[str, int]]:
        """By `topic/partition`, as last seen: `unread`, how many records wait; `positions`, the offset of the next
        record to be read; `committed`, that of the next record that a restart would read, where one was taken in."""
        places = {f"{tp.topic}/{tp.partition}": seen for tp, seen in self._seen.items()}
        return {
            "unread": {where: max(seen.end - max(seen.position, 0), 0) for where, seen in places.items()},
            "positions": {where: seen.position for where, seen in places.items()},
            "committed": {where: seen.committed for where, seen in places.items() if seen.committed is not None},
        }

    def standing_still(self) -> list[TopicPartition]:
        """The partitions in which records wait and nothing is read."""
        now = self._monotonic()
        return [tp for tp in self.unread() if now - self._seen[tp].since >= self._stuck]

    def forget(self) -> None:
        """The consumers are other ones from now on: each has its time."""
        self._seen.clear()

    def fault(self) -> str | None:
        """What is wrong, in words; None where each consumer knows its group's coordinator and all get on."""
        consumers = [*self._consumers()]
        if not consumers:
            return "no consumer runs"
        if not all(map(is_coordinated, consumers)):
            return "the group's coordinator is not known"
        if self._looked is None or self._monotonic() - self._looked > _STALE:
            return "Kafka does not say where the partitions end"
        if still := self.standing_still():
            places = ", ".join(f"{tp.topic}[{tp.partition}]" for tp in still[:5])
            return f"no progress while records wait: {places}"
        return None


def is_coordinated(consumer: Any) -> bool:
    """Whether the coordinator of the consumer's group is known."""
    coordinator = consumer._coordinator
    return coordinator is not None and coordinator.coordinator_id is not None


def position_of(consumer: Any, partition: TopicPartition) -> int:
    """The offset of the next record to read; -1 where that is not known yet. Public `position` would wait for it."""
    subscription = consumer._subscription.subscription
    assignment = subscription.assignment if subscription else None
    state = assignment.state_value(partition) if assignment else None
    return state._position if state and state._position is not None else -1


def assigned(consumer: Any) -> object | None:
    """The consumer's assignment, another one after each time that its group has shared out; None while it does."""
    subscriptions = consumer._subscription
    if subscriptions.subscription is None or subscriptions.reassignment_in_progress:
        return None
    return subscriptions.subscription.assignment  # type: ignore[no-any-return]


async def until_fetched(consumer: Any, seconds: float) -> None:
    """Waits until the client has fetched something more, so many seconds at most. A poll that waits in the client may
    wait for the group as well."""
    waiter = consumer._fetcher._create_fetch_waiter()
    try:
        await asyncio.wait([waiter], timeout=seconds)
    finally:
        waiter.cancel()


async def committed_of(consumer: Any, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
    """What the consumer's group has committed, by one question; public `committed` asks for each partition. What is not
    known, or never was committed, is not there."""
    if not partitions or not is_coordinated(consumer):
        return {}
    try:
        found = await consumer._coordinator.fetch_committed_offsets([*partitions])
    except KafkaError:  # a right is missing: that is told elsewhere, and no fault of the partition's
        return {}
    return {tp: each.offset for tp, each in found.items()}


def partitions_known(consumer: Any) -> dict[str, int]:
    """How many partitions each topic of the subscription has, as far as the client has heard."""
    return {topic: len(consumer.partitions_for_topic(topic) or ()) for topic in consumer.subscription()}


def share_out_anew(consumer: Any) -> None:
    """Lets a member of a group ask that the partitions be shared out again; only its leader is heard. aiokafka does so
    by itself in the member that was named the leader as it joined, when a topic is given another partition. But Kafka
    keeps from a leader that comes back under its name that it still is one (KAFKA-13435)."""
    consumer._coordinator.request_rejoin()


async def abandon(consumer: Any) -> None:
    """Closes the connections of a consumer that cannot be stopped, so that its group takes its partitions away."""
    await consumer._client.close()


def forget_name(consumer: Any) -> None:
    """Lets a member with a name leave its group when it stops, as any other does."""
    consumer._coordinator._group_instance_id = None
