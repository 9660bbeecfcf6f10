"""From a record on Kafka to an e-mail at a server that misbehaves: every message comes to rest, what did not arrive is
told on Kafka, and nothing is sent twice unless it says so."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from homeward.torture.mail_server import DROP, MailServer, Taken
from schemas.topics import police_notifications
from store import Delivery
from tests.hub.hubs import Running, running

FORCE, CHILDREN = "KM", 6
DUTY, OFFICER = "cscs@nottinghamshire.example", "children.missing.officer@nottinghamshire.example"
BEGINS = datetime(2026, 3, 2, 10, tzinfo=UTC)  # a Monday
MINUTE = timedelta(minutes=1)
REPEATED = "You may have received this e-mail before"


@dataclass
class Clock:
    at: datetime = BEGINS

    def now(self) -> datetime:
        return self.at


@pytest_asyncio.fixture
async def server() -> AsyncIterator[MailServer]:
    made = await MailServer().listen()
    yield made
    await made.close()


async def publish(kafka: str) -> None:
    """As many children go missing, about each of whom there is a concern."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    for n in range(CHILDREN):
        data = {
            "incident": f"{FORCE}-{n}", "force": FORCE, "classification": "missing", "reported_at": BEGINS.isoformat(),
            "child": {"identifiers": [{"system": "compact", "value": f"{FORCE}-{n}"}]}, "risk": "high",
            "responsible_authority": "nottinghamshire", "child_protection_concern": True,
        }  # fmt: skip
        event = {"specversion": "1.0", "id": f"km-{n}", "source": "/police/KM", "type": "police.missing", "data": data}
        await producer.send(police_notifications(FORCE), orjson.dumps(event), key=str(n).encode())
    await producer.stop()


async def told_on(kafka: str, topic: str) -> list[str]:
    """What stands on a topic about messages that did not arrive, in words."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    found: list[dict[str, Any]] = []
    try:
        await consumer.getmany(timeout_ms=0)
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [orjson.loads(record.value) for record in records]
    finally:
        await consumer.stop()
    return [str(said["detail"]) for said in found if said.get("kind") == "delivery_failed"]


async def deliveries(hub: Running) -> list[Delivery]:
    async with hub.parts.store.reading() as tx:
        return await tx.outbox_after(0, 10_000)


async def comes_to_rest(hub: Running, clock: Clock) -> None:
    """The clock goes on until nothing waits by itself; no longer than a day."""
    for _ in range(200):
        await hub.parts.relay.drain()
        async with hub.parts.store.reading() as tx:
            if not await tx.waiting_counts():
                return
        clock.at += 7 * MINUTE
    raise AssertionError("something waits for ever")


def text(post: Taken) -> str:
    body = message_from_bytes(post.content).get_payload(0)
    return body.get_payload(decode=True).decode()  # type: ignore[union-attr]


@pytest.mark.kafka
async def test_what_is_published_arrives_by_mail_or_somebody_hears_of_it(
    kafka: str, tmp_path: Path, server: MailServer
) -> None:
    server.greylist = 1  # each mailbox is put off at first
    server.answers["RCPT", DUTY] = "550 5.1.1 no such mailbox"
    server.answers["END", OFFICER] = DROP  # each e-mail is taken, and the connection lost before the answer
    clock, url = Clock(), f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    smtp = {"smtp_host": "localhost", "smtp_port": server.port, "smtp_tls": "plain"}
    await publish(kafka)
    async with running(kafka, url, FORCE, now=clock.now, by_smtp=True, **smtp) as hub:
        await hub.has_taken(CHILDREN)
        await comes_to_rest(hub, clock)
        after_the_storm = await deliveries(hub)
        server.answers.clear()
        async with hub.parts.store.transaction() as tx:
            held = [row.position for row in await tx.held_up()]
            assert await tx.release(held) == len(held)
        await comes_to_rest(hub, clock)
        at_last = await deliveries(hub)
    states = {each.row.destination: set[str]() for each in after_the_storm}
    for each in after_the_storm:
        states[each.row.destination].add(each.state)
    assert states["mail/nottinghamshire/cscs"] == {"failed"}
    assert states["mail/nottinghamshire/children_missing_officer"] == {"in_doubt"}
    assert {state for to, found in states.items() if to.startswith("topic/") for state in found} == {"accepted"}
    assert {each.state for each in at_last} == {"accepted"}
    of_duty = [
        said
        for said in await told_on(kafka, "nottinghamshire.escalations.v1")
        if " Children's Social Care Service by e-mail: " in said
    ]
    of_intake = [said for said in await told_on(kafka, "hub.operators.v1") if "Missing Officer by e-mail" in said]
    assert any(f"Refused for good: {CHILDREN} messages" in said and "no such mailbox" in said for said in of_duty)
    assert any("May or may not have arrived (sent again, and says so)" in said for said in of_intake)
    arrived = [each.row.id for each in at_last if each.row.destination.startswith("mail/")]
    assert len(arrived) == len(set(arrived)) > CHILDREN
    by_id: dict[str, list[Taken]] = {}
    for post in server.posts:
        by_id.setdefault(str(message_from_bytes(post.content)["X-Homeward-Message"]), []).append(post)
    for posts in by_id.values():
        assert all(REPEATED in text(again) for again in posts[1:]), "sent again without a word of it"
