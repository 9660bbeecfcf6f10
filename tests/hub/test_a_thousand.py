"""A thousand records, one in twenty broken, through real Kafka and Postgres: every good one decided once, every broken
one in quarantine, nothing missing."""

import random
from collections import Counter
from collections.abc import Callable

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from schemas.topics import police_notifications
from tests.hub.hubs import running

FORCE = "TH"
GOOD, BROKEN = 950, 50
Record = tuple[bytes | None, list[tuple[str, bytes]]]


def notification(n: int) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "id": f"good-{n}",
        "source": "/police/TH",
        "type": "police.missing",
        "time": "2026-03-02T10:00:00Z",
        "datacontenttype": "application/json",
        "data": {
            "incident": f"TH-{n}",
            "force": FORCE,
            "child": {"identifiers": [{"system": "compact", "value": f"K-{n % 400}"}]},
            "responsible_authority": "nottinghamshire",
            "classification": "missing",
            "reported_at": "2026-03-02T09:00:00Z",
            "vulnerable": False,
        },
    }


def broken(n: int) -> Record:
    """One of the ways in which a record can be beyond reading."""
    whole = notification(n)
    without_incident = {**whole, "data": {"force": FORCE}}
    elsewhere = {**whole, "data": {**whole["data"], "force": "QQ"}}  # type: ignore[dict-item]
    ways: list[Record] = [
        (b"\xff\xfe\x00", []),
        (orjson.dumps(whole), [("ce_id", b"\xff\xff"), ("ce_source", b"/x")]),
        (b'{"specversion": "1.0", "id": ', [("content-type", b"application/cloudevents+json")]),
        (orjson.dumps(without_incident), []),
        (orjson.dumps({**whole, "type": "police.unheard_of"}), []),
        (orjson.dumps(elsewhere), []),
        (None, []),
    ]
    return ways[n % len(ways)]


@pytest.mark.kafka
@pytest.mark.postgres
async def test_every_good_record_is_decided_once_and_every_broken_one_kept(
    kafka: str, postgres: Callable[[], str]
) -> None:
    records: list[Record] = [(orjson.dumps(notification(n)), []) for n in range(GOOD)]
    records += [broken(n) for n in range(BROKEN)]
    random.Random(7).shuffle(records)
    topic = police_notifications(FORCE)
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    for n, (value, headers) in enumerate(records):
        await producer.send(topic, value, key=str(n % 13).encode(), headers=headers)
    await producer.stop()

    async with running(kafka, postgres(), FORCE) as hub:
        await hub.has_taken(GOOD + BROKEN)
        async with hub.parts.store.reading() as tx:
            promises = await tx.outbox_after(0, 1_000_000)
            kept = await tx.quarantined()
            standing = await tx.standing()

    opened = Counter(orjson.loads(p.row.payload)["incident"] for p in promises if p.row.type == "episode.open")
    assert opened == Counter({f"TH-{n}": 1 for n in range(GOOD)})
    assert len(kept) == BROKEN
    alerts = [p for p in promises if p.row.kind == "unreadable" and p.row.destination.startswith("topic/")]
    assert len(alerts) == len({each.row.cause for each in kept}), "each cause is told once"
    assert standing.states == {}, "something promised was not delivered"
    assert await heard(kafka, {p.row.destination.removeprefix("topic/") for p in promises}) >= {
        p.row.message_id for p in promises
    }


async def heard(kafka: str, destinations: set[str]) -> set[str]:
    """The ids of all messages on these topics."""
    topics = [name for name in destinations if not name.startswith("mail/")]
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=kafka, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    ids: set[str] = set()
    try:
        await consumer.getmany(timeout_ms=0)
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for found in (await consumer.getmany(timeout_ms=500)).values():
                ids |= {dict(record.headers)["ce_id"].decode() for record in found}
    finally:
        await consumer.stop()
    return ids
