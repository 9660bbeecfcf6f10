"""One batch of messages on its way out, partition by partition: each gets its record batches one behind the other, and
a message that is not taken stops those behind it under its key. Which producer takes them is the sender's affair.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from aiokafka.errors import KafkaConnectionError, KafkaError  # type: ignore[import-untyped]

from producers.headers import kafka_headers
from producers.kafka_faults import TOO_LARGE, receipt_of_fault, topic_away
from producers.kafka_link import KafkaSettings, Record, partition_of
from producers.kafka_shared import SharedLink, UnansweredError
from schemas.delivery import Outgoing, Receipt, Verdict

Lend = Callable[[Sequence[str]], AbstractAsyncContextManager[SharedLink]]
"""Lends a producer that can be used, with these topics created where the hub may. Raises what keeps it from one."""
_NO_PRODUCER = (KafkaError, OSError, TimeoutError)


class OutgoingBatch:
    """Sends one batch to topics of legal names. `receipts`: by row, of those that were tried."""

    def __init__(self, lend: Lend, settings: KafkaSettings) -> None:
        self._lend, self._settings = lend, settings
        self.receipts: dict[str, Receipt] = {}
        self._is_away = False

    async def send(self, items: Sequence[Outgoing]) -> None:
        by_topic: dict[str, list[Outgoing]] = defaultdict(list)
        for item in items:
            by_topic[item.address].append(item)
        try:
            async with self._lend(sorted(by_topic)) as shared:
                await asyncio.gather(*(self._to_topic(shared, topic, each) for topic, each in by_topic.items()))
        except _NO_PRODUCER as fault:
            self._away(items, f" ({type(fault).__name__})")

    async def _to_topic(self, shared: SharedLink, topic: str, items: Sequence[Outgoing]) -> None:
        try:
            partitions = await shared.link.know(topic)
        except KafkaConnectionError:
            return self._away(items)
        except TimeoutError:
            missing = f"Topic {topic} does not exist: create it, or let the broker create topics"
            return self._note(items, lambda item: topic_away(item, missing))
        except (KafkaError, OSError) as error:
            fault = error
            return self._note(items, lambda item: receipt_of_fault(item, fault))
        by_partition: dict[int, list[Outgoing]] = defaultdict(list)
        for item in items:
            by_partition[partition_of(item.key.encode(), partitions)].append(item)
        await asyncio.gather(*(self._to_partition(topic, n, each) for n, each in by_partition.items()))
        return None

    async def _to_partition(self, topic: str, partition: int, items: Sequence[Outgoing]) -> None:
        """One record batch after the other. Of one that is too large only one message may be to blame: they then go one
        by one."""
        ahead, alone, barred = [*items], 0, set[str]()
        while ahead and ahead[0].stands() and not self._is_away:
            try:
                async with self._lend(()) as shared:
                    records = map(_record, ahead[:1] if alone else ahead)
                    count, fault = await shared.put(topic, partition, records, self._settings.confirm_within)
            except _NO_PRODUCER as error:
                return self._away(ahead, f" ({type(error).__name__})")
            if count > 1 and isinstance(fault, TOO_LARGE):
                alone = count
                continue
            alone, (tried, ahead) = max(alone - 1, 0), (ahead[: count or 1], ahead[count or 1 :])
            if fault is None:
                self._note(tried, lambda item: Receipt(item.row, Verdict.SENT))
                continue
            for item in tried:
                if item.key not in barred:
                    self.receipts[item.row] = self._receipt(item, fault)
                barred.add(item.key)
            if self.receipts[tried[0].row].verdict is Verdict.AWAY:
                return self._note(ahead, _stuck)
            ahead = [item for item in ahead if item.key not in barred]
        return None

    def _receipt(self, item: Outgoing, fault: BaseException) -> Receipt:
        if isinstance(fault, UnansweredError):
            waited = f"No confirmation from Kafka within {self._settings.confirm_within:g} s"
            return topic_away(item, f"{waited}: check the brokers of topic {item.address}")
        return receipt_of_fault(item, fault)

    def _away(self, items: Sequence[Outgoing], why: str = "") -> None:
        """Kafka as a whole: the other partitions need not find out for themselves."""
        self._is_away = True
        detail = f"Cannot reach Kafka at {self._settings.bootstrap}{why}"
        self._note(items, lambda item: Receipt(item.row, Verdict.AWAY, detail))

    def _note(self, items: Sequence[Outgoing], receipt: Callable[[Outgoing], Receipt]) -> None:
        """Of those that have no receipt yet."""
        self.receipts |= {item.row: receipt(item) for item in items if item.row not in self.receipts}


def _stuck(item: Outgoing) -> Receipt:
    return topic_away(item, f"Not sent: topic {item.address} is not taking messages at the moment")


def _record(item: Outgoing) -> Record:
    return item.key.encode(), item.body, kafka_headers(item)
