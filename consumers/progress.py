"""Whether the consumers get on: what they have read so far against what waits. The only place that reads fields of
aiokafka which are not its public interface; `tests/consumers/test_progress.py` fails when aiokafka changes them."""

from collections.abc import Callable, Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]

_STUCK = 60.0  # seconds without progress while records wait


class Progress:
    """`consumers` gives those that run now; `monotonic` is a clock in seconds."""

    def __init__(self, consumers: Callable[[], Iterable[AIOKafkaConsumer]], monotonic: Callable[[], float]) -> None:
        self._consumers, self._monotonic = consumers, monotonic
        self._positions: dict[TopicPartition, int] = {}
        self._moved = 0.0

    def is_made(self) -> bool:
        """The group's coordinator is known to every consumer, and where records wait, positions move."""
        consumers = list(self._consumers())
        if not consumers or not all(map(is_coordinated, consumers)):
            return False
        now, waiting = self._monotonic(), False
        for consumer in consumers:
            for partition in consumer.assignment():
                position = position_of(consumer, partition)
                waiting = waiting or (consumer.highwater(partition) or 0) > position
                if self._positions.get(partition) != position:
                    self._positions[partition], self._moved = position, now
        return not waiting or now - self._moved < _STUCK


def is_coordinated(consumer: Any) -> bool:
    """Whether the coordinator of the consumer's group is known."""
    coordinator = consumer._coordinator
    return coordinator is not None and coordinator.coordinator_id is not None


def position_of(consumer: Any, partition: TopicPartition) -> int:
    """The offset of the next record to read; 0 where none has been read yet. Public `position` would wait for one."""
    state = consumer._subscription.subscription.assignment.state_value(partition)
    return state._position if state and state._position is not None else 0
