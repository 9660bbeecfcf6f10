"""The restore of docs/operating.md, end to end: a database put back to an earlier time, and the group with it, says
what it had said since under the same ids, and nothing new."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from homeward.clock import VirtualClock
from producers.fakes import MemoryMailSender
from schemas.topics import police_notifications
from tests.hub.hubs import Running, running

FORCE = "RST"
TOPIC = police_notifications(FORCE)
BEGINS = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
Heard = tuple[set[str], set[str]]
"""The ids on the topics, and the Message-IDs of the e-mails."""


@pytest.mark.kafka
async def test_a_restored_database_says_nothing_under_a_new_id(kafka: str, tmp_path: Path) -> None:
    database, backup = tmp_path / "hub.db", tmp_path / "backup.db"
    url, clock = f"sqlite+aiosqlite:///{database}", VirtualClock(BEGINS)
    async with running(kafka, url, FORCE, now=clock.now) as hub:
        await publish(kafka, *(missing(n, BEGINS) for n in range(3)))
        await hub.has_taken(3)
        before = await heard(kafka, hub)
    copied(database, backup)
    restored_to = await publish(kafka, *(missing(n, BEGINS + HOUR) for n in range(3, 6)))
    await publish(kafka, *(found(n, BEGINS + 2 * HOUR) for n in range(4)))
    clock.set(BEGINS + 2 * HOUR)
    async with running(kafka, url, FORCE, now=clock.now) as hub:
        await hub.has_taken(7)
        first = await heard(kafka, hub)
    assert len(first[0] - before[0]) > 10
    database.unlink()
    copied(backup, database)
    await reset(kafka, restored_to)
    clock.set(BEGINS + 30 * HOUR)
    async with running(kafka, url, FORCE, now=clock.now) as hub:
        await hub.has_taken(7)
        again = await heard(kafka, hub)
    assert again[0] == first[0]
    assert again[1]
    assert again[1] <= first[1]


def copied(one: Path, other: Path) -> None:
    with closing(sqlite3.connect(one)) as source, closing(sqlite3.connect(other)) as target:
        source.backup(target)


def missing(n: int, at: datetime) -> bytes:
    child = {"identifiers": [{"system": "compact", "value": f"{FORCE}-{n}"}]}
    told = {"child": child, "classification": "missing", "risk": "high", "responsible_authority": "nottinghamshire"}
    return event("police.missing", n, at, **told, reported_at=at.isoformat(), child_protection_concern=True)


def found(n: int, at: datetime) -> bytes:
    return event("police.found", n, at, returned_at=at.isoformat(), contact_made=True)


def event(type_: str, n: int, at: datetime, **data: object) -> bytes:
    told = {"incident": f"{FORCE}-{n}", "force": FORCE, **data}
    named = {"id": f"{type_}-{n}", "source": "/police/RST", "type": type_, "time": at.isoformat(), "data": told}
    return orjson.dumps({"specversion": "1.0", **named})


async def publish(kafka: str, *records: bytes) -> int:
    """Returns when the first of them was written, in Kafka's milliseconds."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        kept = [await producer.send_and_wait(TOPIC, record, key=b"one") for record in records]
    first: int = kept[0].timestamp
    return first


async def reset(kafka: str, to: int) -> None:
    """`kafka-consumer-groups.sh --reset-offsets --to-datetime`."""
    async with AIOKafkaConsumer(
        bootstrap_servers=kafka, group_id=f"test-{FORCE}", enable_auto_commit=False
    ) as consumer:
        partitions = [TopicPartition(TOPIC, p) for p in await parts_of(consumer)]
        consumer.assign(partitions)
        found_at = await consumer.offsets_for_times(dict.fromkeys(partitions, to))
        ends = await consumer.end_offsets(partitions)
        await consumer.commit({tp: found_at[tp].offset if found_at[tp] else ends[tp] for tp in partitions})


async def parts_of(consumer: AIOKafkaConsumer) -> set[int]:
    await consumer._client.force_metadata_update()
    await consumer._client.set_topics([TOPIC])
    found_parts: set[int] = consumer._client.cluster.partitions_for_topic(TOPIC)
    return found_parts


async def heard(kafka: str, hub: Running) -> Heard:
    mails = hub.parts.senders["mail"]
    assert isinstance(mails, MemoryMailSender)
    letters = {str(message_from_bytes(post.content)["Message-ID"]) for post in mails.posts}
    async with AIOKafkaConsumer(bootstrap_servers=kafka, group_id=None, auto_offset_reset="earliest") as consumer:
        consumer.subscribe(pattern=r"^nottinghamshire\..*")
        ids = set[str]()
        while batch := await consumer.getmany(timeout_ms=2000):
            for record in (record for records in batch.values() for record in records):
                if str(orjson.loads(record.value).get("incident", "")).startswith(FORCE):
                    ids.add(next(value.decode() for name, value in record.headers if name == "ce_id"))
    return ids, letters
