"""The two that are compared: the hub as it is, or one part of it, and the same consuming, validating, deciding and
producing without a database. Neither sends e-mails, unless asked to; the hub still promises and settles them.

Each runs as a process of its own (`python -m bench.hubs`, see `bench.processes`). At its end it says when it polled
which batch, and how large that was.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Protocol

import orjson

from bench.load import notifications, topic
from bench.peer import Peer, peer
from consumers.members import GroupMember
from consumers.parsing import parse_record
from consumers.subscriber import Subscriber
from enrichment.children import Children
from homeward import clock
from homeward.consuming import kafka_broker
from homeward.garbage import collect_seldom
from homeward.hub import Hub
from homeward.logs import configure
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

_NEVER = 1_000_000.0  # minutes


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

    polled: list[tuple[float, int]]


PARTS = {"whole": ["consumers", "relay"], "intake": ["consumers"], "relay": ["relay"], "mail": ["relay"]}
"""What each kind of hub runs. "mail" also sends e-mails, to the server that the environment names."""


class Whole:
    """The hub, or one part of it."""

    def __init__(self, parts: Parts, mark: str, only: Sequence[str]) -> None:
        self.polled: list[tuple[float, int]] = []
        self.hub = Hub(parts, only, pattern=f"^{topic(mark)}$")
        self._take = parts.intake.process_batch
        self.hub.subscriber = Subscriber(self._timed)

    async def _timed(self, batch: Sequence[RawRecord]) -> None:
        self.polled.append((time.time(), len(batch)))
        await self._take(batch)


class Bare:
    """The yardstick: the same reading and rules over a memory that is empty, and the decisions straight to Kafka."""

    def __init__(self, settings: Settings, sender: Sender) -> None:
        self.polled: list[tuple[float, int]] = []
        self._packs, self._directories = library(settings)
        self._sender = sender

    async def take(self, batch: Sequence[RawRecord]) -> None:
        self.polled.append((time.time(), len(batch)))
        rows = [row for row in self.promised(batch) if row.destination.startswith("topic/")]
        receipts = await self._sender.send([outgoing(row) for row in rows])
        assert all(receipt.verdict == "sent" for receipt in receipts)

    def promised(self, batch: Sequence[RawRecord]) -> list[OutboxRow]:
        """What the records lead to, e-mails included. Each batch finds the memory empty, as each record is of another
        child: so the thousandth costs what the first does."""
        now = datetime.now(UTC)
        processor = BatchProcessor(Context(Children(KnownKeys([], [], {}), {}, ()), self._packs, now))
        for raw in batch:
            parsed = parse_record(raw, now)
            assert isinstance(parsed, Parsed)
            processor.process(parsed)
        return [row for m in processor.done.messages for row in rows_of(m, self._directories[m.authority])]


def outgoing(row: OutboxRow) -> Outgoing:
    return Outgoing(
        row=row.id, message=row.message_id, type=row.type, subject=row.subject, time=row.at, key=row.aggregateid,
        address=row.destination.removeprefix("topic/"), body=row.payload,
    )  # fmt: skip


def settings_for(kafka: str, group: str, database: str | None = None) -> Settings:
    """Nobody is told of what waits: a hub that never comes to rest leaves e-mails for later, and word of that would be
    counted among the decisions."""
    return Settings(
        kafka_bootstrap=kafka, kafka_group=group, database_url=database, told_after_immediate=_NEVER,
        told_after_same_day=_NEVER, told_after_routine=_NEVER,
    )  # fmt: skip


@asynccontextmanager
async def whole(kafka: str, mark: str, database: str, kind: str = "whole") -> AsyncIterator[Whole]:
    """The hub, or what of it this kind runs."""
    settings = settings_for(kafka, mark, database)
    await migrate(database)
    packs, directories = library(settings)
    ways = senders(settings, TopicShape(6), packs)
    if kind != "mail":
        ways = {"topic": ways["topic"], "mail": Dropped()}
    parts = Parts(settings, packs, directories, Store.open(database), ways, now=clock.now)
    compared = Whole(parts, mark, PARTS[kind])
    await compared.hub.start()
    try:
        yield compared
    finally:
        await compared.hub.stop()


@asynccontextmanager
async def bare(kafka: str, mark: str, way_out: Sender | None = None) -> AsyncIterator[Bare]:
    """The yardstick, consuming. `way_out`: where its decisions go, straight to Kafka unless said otherwise."""
    settings = settings_for(kafka, mark)
    sender = way_out or senders(settings, TopicShape(6))["topic"]
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


@asynccontextmanager
async def beside(kafka: str, mark: str, database: str) -> AsyncIterator[Bare]:
    """The yardstick again, but what it decides is written to the table of faststream-outbox in a transaction for each
    batch, whose workers send it on."""
    async with peer(kafka, database, decisions(mark, 1), 1) as theirs:
        await theirs.start()
        try:
            async with bare(kafka, mark, IntoTheTable(theirs)) as compared:
                yield compared
        finally:
            await theirs.stop()


class IntoTheTable:
    """A way out that ends in the table of faststream-outbox."""

    def __init__(self, theirs: Peer) -> None:
        self._theirs = theirs

    async def start(self) -> None:
        """It runs already."""

    async def stop(self) -> None:
        """Whoever started it stops it."""

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        async with self._theirs.engine.begin() as connection:
            for item in batch:
                await self._theirs.put(connection, item.address, orjson.loads(item.body), item.key)
        return [Receipt(item.row, Verdict.SENT) for item in batch]


def decisions(mark: str, count: int) -> Counter[str]:
    """How many messages so many notifications lead to, by topic."""
    told = [row.destination.partition("/") for row in promises(mark, 1)[0]]
    return Counter([name for channel, _, name in told if channel == "topic"] * count)


def promises(mark: str, count: int) -> list[list[OutboxRow]]:
    """The rows that each of so many notifications leads to."""
    at = datetime.now(UTC)
    records = [
        RawRecord(topic(mark), 0, n, value, at, key) for n, (key, value) in enumerate(notifications(count, mark))
    ]
    return [_rules().promised([record]) for record in records]


@cache
def _rules() -> Bare:
    return Bare(settings_for("127.0.0.1:1", "bench"), Dropped())


def _opened(kind: str, kafka: str, mark: str, database: str) -> AbstractAsyncContextManager[Compared]:
    if kind in PARTS:
        return whole(kafka, mark, database, kind)
    return beside(kafka, mark, database) if kind == "beside" else bare(kafka, mark)


async def _run(kind: str, kafka: str, mark: str, database: str) -> None:
    loop = asyncio.get_running_loop()
    async with _opened(kind, kafka, mark, database) as compared:
        collect_seldom()
        print("ready", flush=True)
        await loop.run_in_executor(None, sys.stdin.readline)
        print(json.dumps(compared.polled), flush=True)


if __name__ == "__main__":
    configure("WARNING", "text")
    asyncio.run(_run(*sys.argv[1:]))
