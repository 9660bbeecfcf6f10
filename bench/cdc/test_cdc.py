"""What Debezium makes of the outbox is what the relay makes of it: the same topics, keys, headers and bodies."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from hub_in_memory import Hub
from sqlalchemy import make_url, text
from wire_messages import child, found, later, missing

from bench.cdc.connect import PREPARED_BY, connect
from consumers.clients import open_client
from homeward.channels import channels
from homeward.embedded import EmbeddedKafka
from homeward.torture.postgres_server import own_postgres
from homeward.wiring import calendars
from outbox.addressing import DirectoryBook
from outbox.relay import Relay
from producers.fakes import MemoryKafkaSender, MemoryMailSender, SentRecord
from store import Store
from tests.shipped import shipped_directories

PATIENCE = 120.0  # seconds
CHILDREN = 5

Written = tuple[str, bytes, frozenset[tuple[str, bytes]], bytes]


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[str]:
    with EmbeddedKafka(tmp_path / "kafka", notice=print) as broker:
        yield broker.bootstrap


async def test_debezium_writes_the_records_that_the_relay_writes(kafka: str, tmp_path: Path) -> None:
    async with own_postgres("wal_level=logical") as server, made_store(server.url) as store:
        for statement in PREPARED_BY:
            async with store.connection() as connection:
                await connection.execute(text(statement))
                await connection.commit()
        hub = Hub(store)
        for number in range(CHILDREN):
            incident = f"T-{number}"
            await hub.take(missing(number, incident, child=child(f"mosaic:M-{number}"), risk="high"))
            await hub.take(found(number + 3, incident, returned_at=later(number + 2)))
        sent = await relayed(hub)
        assert len(sent) > CHILDREN * 4
        assert all(record.topic for record in sent)
        with connect(tmp_path, kafka, make_url(server.url)):
            captured = await read(kafka, {record.topic for record in sent}, len(sent))
        ours = [(r.topic, r.key, comparable(r.headers), r.value) for r in sent]
        for topic in sorted({record.topic for record in sent}):
            theirs = by_lane(captured, topic)
            assert theirs == by_lane(ours, topic)
            print(f"{topic}: {sum(map(len, theirs.values()))} records alike, under {len(theirs)} keys")


@asynccontextmanager
async def made_store(url: str) -> AsyncIterator[Store]:
    store = Store.open(url)
    try:
        await store.create()
        yield store
    finally:
        await store.close()


async def relayed(hub: Hub) -> list[SentRecord]:
    """What the relay writes of the same outbox."""
    topics = MemoryKafkaSender()
    book = DirectoryBook(shipped_directories(), calendars(hub.packs), hub.clock.now)
    manners = {name: channel.manner for name, channel in channels().items()}
    senders = {"topic": topics, "mail": MemoryMailSender()}
    relay = Relay(hub.store, senders, book, now=hub.clock.now, manners=manners, owner="bench")
    await relay.drain()
    await relay.stop()
    return topics.records


async def read(kafka: str, topics: set[str], count: int) -> list[Written]:
    """So many records of these topics."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest", metadata_max_age_ms=500)
    records: list[Written] = []
    async with open_client(consumer.start(), consumer.stop), asyncio.timeout(PATIENCE):
        consumer.subscribe([*topics])
        while len(records) < count:
            for taken in (await consumer.getmany(timeout_ms=500)).values():
                records += ((r.topic, r.key, comparable(r.headers), r.value) for r in taken)
    return records


def comparable(headers: Sequence[tuple[str, bytes | None]]) -> frozenset[tuple[str, bytes]]:
    """As a reader takes them: Debezium writes a header without a value where the relay writes none, and an instant with
    six decimals."""
    told = ((name, value) for name, value in headers if value is not None)
    return frozenset((name, _instant(value) if name == "ce_time" else value) for name, value in told)


def _instant(value: bytes) -> bytes:
    return datetime.fromisoformat(value.decode()).isoformat().encode()


def by_lane(records: Sequence[Written], topic: str) -> dict[bytes, list[Written]]:
    """The records of a topic by their key, each key's in order."""
    lanes: dict[bytes, list[Written]] = {}
    for record in records:
        if record[0] == topic:
            lanes.setdefault(record[1], []).append(record)
    return lanes
