"""The two that are compared: the hub as it is, and the same consuming, validating, deciding and producing without a
database. Neither sends e-mails; the hub still promises and settles them."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Protocol

from bench.load import topic
from consumers.members import GroupMember
from consumers.parsing import parse_record
from consumers.subscriber import Subscriber
from enrichment.children import Children
from homeward import clock
from homeward.consuming import kafka_broker
from homeward.hub import Hub
from homeward.settings import Settings
from homeward.wiring import Parts, library, senders
from intake.batch import BatchProcessor
from intake.records import Parsed, RawRecord
from intake.step import Context
from outbox.writer import rows as rows_of
from producers.kafka_link import TopicShape
from schemas.delivery import Outgoing, Receipt, Sender, Verdict
from store import Store
from store.migrating import migrate
from store.rows import KnownKeys, OutboxRow

LOOK = 0.01  # seconds between two looks whether everything is delivered


class Dropped:
    """A way out for e-mails that costs nothing: the yardstick writes none either."""

    async def start(self) -> None:
        """Nothing to prepare."""

    async def stop(self) -> None:
        """Nothing to let go of."""

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        return [Receipt(item.row, Verdict.SENT) for item in batch]


class Compared(Protocol):
    """Something that takes notifications in and sends decisions out."""

    taken: int
    began: float | None

    async def idle(self, records: int) -> None: ...


class Whole:
    """The hub."""

    def __init__(self, parts: Parts, mark: str) -> None:
        self.taken, self.began = 0, None
        self.hub = Hub(parts, ["consumers", "relay"], pattern=f"^{topic(mark)}$")
        self._take = parts.intake.process_batch
        self.hub.subscriber = Subscriber(self._timed)

    async def _timed(self, batch: Sequence[RawRecord]) -> None:
        self.began = self.began or time.perf_counter()
        await self._take(batch)
        self.taken += len(batch)

    async def idle(self, records: int) -> None:
        while self.taken < records:
            await asyncio.sleep(LOOK)
        while True:
            async with self.hub.parts.store.reading() as tx:
                if not (await tx.standing()).states:
                    return
            await asyncio.sleep(LOOK)


class Bare:
    """The yardstick: the same reading and rules over a memory of its own, and the decisions straight to Kafka."""

    def __init__(self, settings: Settings, sender: Sender) -> None:
        self.taken, self.began = 0, None
        self._packs, self._directories = library(settings)
        self._children = Children(KnownKeys([], [], {}), {}, ())
        self._sender = sender

    async def take(self, batch: Sequence[RawRecord]) -> None:
        self.began = self.began or time.perf_counter()
        now = datetime.now(UTC)
        processor = BatchProcessor(Context(self._children, self._packs, now))
        for raw in batch:
            parsed = parse_record(raw, now)
            assert isinstance(parsed, Parsed)
            processor.process(parsed)
        rows = [row for m in processor.done.messages for row in rows_of(m, self._directories[m.authority])]
        items = [outgoing(row) for row in rows if row.destination.startswith("topic/")]
        receipts = await self._sender.send(items)
        assert all(receipt.verdict == "sent" for receipt in receipts)
        self.taken += len(batch)

    async def idle(self, records: int) -> None:
        while self.taken < records:
            await asyncio.sleep(LOOK)


def outgoing(row: OutboxRow) -> Outgoing:
    return Outgoing(
        row=row.id, message=row.message_id, type=row.type, subject=row.subject, time=row.at, key=row.aggregateid,
        address=row.destination.removeprefix("topic/"), body=row.payload,
    )  # fmt: skip


def settings_for(kafka: str, group: str, database: str | None = None) -> Settings:
    return Settings(kafka_bootstrap=kafka, kafka_group=group, database_url=database)


@asynccontextmanager
async def whole(kafka: str, mark: str, database: str) -> AsyncIterator[Whole]:
    """The hub on an empty database."""
    settings = settings_for(kafka, mark, database)
    await migrate(database)
    packs, directories = library(settings)
    ways = {"topic": senders(settings, TopicShape(6))["topic"], "mail": Dropped()}
    compared = Whole(Parts(settings, packs, directories, Store.open(database), ways, now=clock.now), mark)
    await compared.hub.start()
    try:
        yield compared
    finally:
        await compared.hub.stop()


@asynccontextmanager
async def bare(kafka: str, mark: str) -> AsyncIterator[Bare]:
    """The yardstick, consuming."""
    settings = settings_for(kafka, mark)
    sender = senders(settings, TopicShape(6))["topic"]
    compared = Bare(settings, sender)
    broker = kafka_broker(settings)
    Subscriber(compared.take).attach(
        broker, GroupMember(mark), settings.batch_records, settings.batch_timeout_ms, f"^{topic(mark)}$"
    )
    await sender.start()
    await broker.start()
    try:
        yield compared
    finally:
        await broker.stop()
        await sender.stop()
