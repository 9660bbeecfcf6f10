"""`KafkaSender`: a batch of messages out to Kafka by pipelined keyed sends, and a receipt for each.

Retrying later, lanes and leases are the outbox's affair. Invariants, each held by a test:
- what comes back as RETRY never turns up later by itself: its producer has been given up;
- one message that Kafka refuses does not take its neighbours in the same record batch with it.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence

from aiokafka.errors import KafkaConnectionError, KafkaError  # type: ignore[import-untyped]

from producers.headers import kafka_headers
from producers.kafka_faults import TOO_LARGE, receipt_of_fault, topic_away
from producers.kafka_link import AiokafkaLink, Confirmation, KafkaSettings, Link, started_link
from producers.topics import illegal, is_legal
from schemas.delivery import Outgoing, Receipt, Verdict

_log = logging.getLogger(__name__)


class KafkaSender:
    """One idempotent `acks=all` producer, made when needed and replaced after a fatal error.

    Sends one batch at a time; but what goes to topics that were away goes through a second producer beside it, so that
    waiting for them holds up no other. `start` does not fail when Kafka is away: items then come back as AWAY.
    """

    def __init__(self, settings: KafkaSettings, link: Callable[[KafkaSettings], Link] = AiokafkaLink) -> None:
        self._settings = settings
        self._make = link
        self._link: Link | None = None
        self._created: set[str] = set()
        self._turn = asyncio.Lock()
        self._doubtful: set[str] = set()
        self._aside: KafkaSender | None = None

    async def start(self) -> None:
        async with self._turn:
            try:
                await self._ready()
            except (KafkaError, OSError, TimeoutError) as fault:
                _log.warning("Cannot reach Kafka yet (%s), retrying", type(fault).__name__)

    async def stop(self) -> None:
        if self._aside is not None:
            await self._aside.stop()
        async with self._turn:
            link, self._link = self._link, None
            if link is None:
                return
            try:
                await asyncio.wait_for(link.stop(), self._settings.confirm_within)
            except (KafkaError, OSError, TimeoutError):
                await link.abandon()

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        doubtful = [item for item in batch if item.address in self._doubtful]
        sound = [item for item in batch if item.address not in self._doubtful]
        sent = (
            [await self._send(sound)] if not doubtful else await asyncio.gather(self._send(sound), self._try(doubtful))
        )
        receipts = {receipt.row: receipt for part in sent for receipt in part}
        self._doubtful |= {item.address for item in sound if receipts[item.row].address_only}
        return [receipts[item.row] for item in batch]

    async def _try(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        """To topics that were away when they were last written to."""
        if self._aside is None:
            self._aside = KafkaSender(self._settings, self._make)
        receipts = await self._aside._send(batch)
        self._doubtful -= {item.address for item, r in zip(batch, receipts, strict=True) if r.verdict is Verdict.SENT}
        return receipts

    async def _send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        async with self._turn:
            receipts, suspects = await self._pipeline([item for item in batch if is_legal(item.address)])
            for item in suspects:
                alone, still = await self._pipeline([item])
                receipts |= alone | {item.row: receipt_of_fault(item, TOO_LARGE[0]()) for item in still}
            refused = {item.row: Receipt(item.row, Verdict.REFUSED, illegal(item.address)) for item in batch}
            return [receipts.get(item.row, refused[item.row]) for item in batch]

    async def _pipeline(self, batch: Sequence[Outgoing]) -> tuple[dict[str, Receipt], list[Outgoing]]:
        """Send a batch. Returns receipts by row, and the items whose whole record batch was too large, to be sent
        again one by one as only one of them may be to blame."""
        if not batch:
            return {}, []
        topics = sorted({item.address for item in batch})
        try:
            link = await self._ready()
            await self._create(link, topics)
        except (KafkaError, OSError, TimeoutError) as fault:
            await self._give_up()
            detail = f"Cannot reach Kafka at {self._settings.bootstrap} ({type(fault).__name__})"
            return {item.row: Receipt(item.row, Verdict.AWAY, detail) for item in batch}, []
        by_topic = defaultdict(list)
        for item in batch:
            by_topic[item.address].append(item)
        handed = await asyncio.gather(*(self._hand_over(link, by_topic[topic]) for topic in topics))
        under_way = [pair for pairs, _ in handed for pair in pairs]
        receipts = {receipt.row: receipt for _, unsent in handed for receipt in unsent}
        return await self._confirm(under_way, receipts)

    async def _hand_over(
        self, link: Link, items: list[Outgoing]
    ) -> tuple[list[tuple[Outgoing, Confirmation]], list[Receipt]]:
        """Hand the items of one topic to the producer. After a fault that may heal the rest is not tried, as each would
        wait as long again."""
        under_way: list[tuple[Outgoing, Confirmation]] = []
        unsent: list[Receipt] = []
        try:
            await link.know(items[0].address)
        except KafkaConnectionError:
            detail = f"Cannot reach Kafka at {self._settings.bootstrap}"
            return [], [Receipt(item.row, Verdict.AWAY, detail) for item in items]
        except TimeoutError:
            detail = f"Topic {items[0].address} does not exist: create it, or let the broker create topics"
            return [], [topic_away(item, detail) for item in items]
        except (KafkaError, OSError) as fault:
            return [], [receipt_of_fault(item, fault) for item in items]
        for place, item in enumerate(items):
            try:
                answer = await link.put(item.address, item.key.encode(), item.body, kafka_headers(item))
            except (KafkaError, OSError, TimeoutError) as fault:
                unsent.append(receipt_of_fault(item, fault))
                if unsent[-1].verdict is Verdict.AWAY:
                    stuck = f"Not sent: topic {item.address} is not taking messages at the moment"
                    unsent += [topic_away(late, stuck) for late in items[place + 1 :]]
                    break
            else:
                under_way.append((item, answer))
        return under_way, unsent

    async def _confirm(
        self, under_way: list[tuple[Outgoing, Confirmation]], receipts: dict[str, Receipt]
    ) -> tuple[dict[str, Receipt], list[Outgoing]]:
        suspects: list[Outgoing] = []
        if under_way:
            await asyncio.wait([answer for _, answer in under_way], timeout=self._settings.confirm_within)
        spoilt = False
        for item, answer in under_way:
            if not answer.done():
                spoilt = True
                waited = f"No confirmation from Kafka within {self._settings.confirm_within:g} s"
                fix = f"check the brokers of topic {item.address}"
                receipts[item.row] = topic_away(item, f"{waited}: {fix}")
            elif fault := answer.exception():
                spoilt = True
                if isinstance(fault, TOO_LARGE) and len(under_way) > 1:
                    suspects.append(item)
                else:
                    receipts[item.row] = receipt_of_fault(item, fault)
            else:
                receipts[item.row] = Receipt(item.row, Verdict.SENT)
        if spoilt:
            # A failed record batch leaves a gap in the sequence numbers, after which an idempotent aiokafka producer
            # is refused for ever; and what is unconfirmed must not leave behind our back.
            await self._give_up()
        return receipts, suspects

    async def _ready(self) -> Link:
        if self._link is None:
            self._link = await started_link(self._make(self._settings))
        return self._link

    async def _create(self, link: Link, topics: Sequence[str]) -> None:
        missing = [topic for topic in topics if topic not in self._created]
        if missing:
            await link.create(missing)
            self._created.update(missing)

    async def _give_up(self) -> None:
        link, self._link = self._link, None
        self._created.clear()
        if link is not None:
            await link.abandon()
