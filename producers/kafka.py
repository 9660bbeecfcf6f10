"""`KafkaSender`: batches of messages out to Kafka as keyed record batches, and a receipt for each message.

Retrying later, lanes and leases are the outbox's affair. Invariants, each held by a test:
- what comes back as AWAY never turns up later by itself: its producer has been given up;
- one message that Kafka refuses does not take its neighbours in the same record batch with it;
- what stands behind it under its key is not sent.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

from producers.kafka_batch import OutgoingBatch
from producers.kafka_link import AiokafkaLink, KafkaSettings, Link, started_link
from producers.kafka_shared import SharedLink
from producers.topics import illegal, is_legal
from schemas.delivery import Outgoing, Receipt, Verdict, behind

_log = logging.getLogger(__name__)


class KafkaSender:
    """One idempotent `acks=all` producer, made when needed and replaced after a fault.

    Several batches may be under way in it. What goes to topics that were away goes through a second one beside it, so
    that waiting for them holds up no other. `start` does not fail when Kafka is away: items then come back as AWAY.
    """

    def __init__(self, settings: KafkaSettings, link: Callable[[KafkaSettings], Link] = AiokafkaLink) -> None:
        self._settings = settings
        self._make = link
        self._shared: SharedLink | None = None
        self._created: set[str] = set()
        self._turn = asyncio.Lock()
        self._doubtful: set[str] = set()
        self._aside: KafkaSender | None = None

    async def start(self) -> None:
        try:
            async with self._lend(()):
                pass
        except (KafkaError, OSError, TimeoutError) as fault:
            _log.warning("Cannot reach Kafka yet (%s), retrying", type(fault).__name__)

    async def stop(self) -> None:
        if self._aside is not None:
            await self._aside.stop()
        async with self._turn:
            shared, self._shared = self._shared, None
            if shared is None:
                return
            try:
                await asyncio.wait_for(shared.link.stop(), self._settings.confirm_within)
            except (KafkaError, OSError, TimeoutError):
                await shared.give_up()

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
        going = OutgoingBatch(self._lend, self._settings)
        wrong = {topic for topic in {item.address for item in batch} if not is_legal(topic)}
        if legal := [item for item in batch if item.address not in wrong]:
            await going.send(legal)
        refused: dict[tuple[str, str], Receipt] = {}
        for item in batch:
            if item.address in wrong:
                refused.setdefault((item.key, item.address), Receipt(item.row, Verdict.REFUSED, illegal(item.address)))
        told = going.receipts | {receipt.row: receipt for receipt in refused.values()}
        return [told.get(item.row) or behind(item) for item in batch]

    @asynccontextmanager
    async def _lend(self, topics: Sequence[str]) -> AsyncIterator[SharedLink]:
        async with self._turn:
            if self._shared is None or self._shared.is_spoilt:
                self._shared = None
                self._created.clear()
                self._shared = SharedLink(await started_link(self._make(self._settings)))
            shared = self._shared
            if missing := [topic for topic in topics if topic not in self._created]:
                try:
                    await shared.link.create(missing)
                except BaseException:
                    await shared.give_up()
                    raise
                self._created.update(missing)
        async with shared.in_use():
            yield shared
