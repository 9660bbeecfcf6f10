"""What comes in hundreds, at a whole hub on a real Kafka: it folds, and a good report beside it is answered."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from producers.fakes import MemoryMailSender
from schemas.delivery import Outgoing, Verdict
from schemas.topics import police_notifications, register_children
from tests.hub.hubs import Running, running

pytestmark = pytest.mark.kafka
AUTHORITY, REGISTER = "nottinghamshire", "islington"
"""The second is one whose register no other test reads."""
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def missing(force: str, n: int | str, child: dict[str, Any] | None = None, **more: Any) -> bytes:
    facts = {
        "classification": "missing",
        "reported_at": NOON,
        "responsible_authority": more.pop("authority", AUTHORITY),
    }
    data = {"incident": f"{force}-{n}", "force": force, "child": child or {}, **facts, **more}
    event = {"specversion": "1.0", "id": f"{force}-{n}", "source": "/p", "type": "police.missing", "data": data}
    return orjson.dumps(event)


def on_file(force: str, n: int) -> bytes:
    """A child of the register, one of very many who are said to live at the postcode for "no fixed abode"."""
    child = {
        "identifiers": [{"system": "mosaic", "value": f"{force}-{n}"}],
        "given_name": ("Ada", "Bea", "Cai", "Dov", "Eli", "Fay", "Gus")[n % 7],
        "family_name": "".join("bcdfglmnprst"[int(digit) + 1] + "a" for digit in str(n)).title(),
        "date_of_birth": f"20{10 + n % 8}-{1 + n % 12:02}-{1 + n % 28:02}",
        "home_address": {"postcode": "ZZ99 3VZ"},
    }
    data = {"authority": REGISTER, "child": child, "services": []}
    return orjson.dumps(
        {"specversion": "1.0", "id": f"{force}-{n}", "source": "/r", "type": "case.context", "data": data}
    )


async def publish(kafka: str, topic: str, *values: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    for n, value in enumerate(values):
        await producer.send(topic, value, key=str(n).encode(), partition=0)
    await producer.stop()


async def kinds(hub: Running, kind: str) -> int:
    """How many messages of that kind there are."""
    async with hub.parts.store.reading() as tx:
        rows = [promise.row for promise in await tx.outbox_after(0, 100_000)]
    return len({row.message_id for row in rows if row.kind == kind})


async def opened(hub: Running) -> set[str]:
    async with hub.parts.store.reading() as tx:
        rows = [promise.row for promise in await tx.outbox_after(0, 100_000)]
    return {orjson.loads(row.payload)["incident"] for row in rows if row.type == "episode.open"}


def mail_of(hub: Running) -> MemoryMailSender:
    sender = hub.parts.senders["mail"]
    assert isinstance(sender, MemoryMailSender)
    return sender


async def test_three_hundred_records_that_fail_alike_are_one_e_mail_and_three_hundred_in_quarantine(
    kafka: str, tmp_path: Path
) -> None:
    force = f"MF{os.getpid()}"
    bad = [missing(force, n, classification="absconded") for n in range(300)]
    await publish(kafka, police_notifications(force), *bad[:150], missing(force, "good"), *bad[150:])
    async with running(kafka, f"sqlite+aiosqlite:///{tmp_path}/hub.db", force) as hub:
        await hub.has_taken(301)
        assert await opened(hub) == {f"{force}-good"}
        assert await kinds(hub, "unreadable") == 1
        async with hub.parts.store.reading() as tx:
            assert len(await tx.quarantined()) == 300
        told = [
            post for post in mail_of(hub).posts if b"absconded" in post.content or b"classification" in post.content
        ]
        assert len(told) <= 2


async def test_deliveries_that_fail_alike_are_told_once(kafka: str, tmp_path: Path) -> None:
    force = f"MD{os.getpid()}"
    child = [{"identifiers": [{"system": "compact", "value": f"{force}-{n}"}]} for n in range(15)]
    async with running(kafka, f"sqlite+aiosqlite:///{tmp_path}/hub.db", force) as hub:
        refused = set[str]()

        def refuse(item: Outgoing) -> Verdict | None:
            """The first mailbox that is written to refuses everything from then on."""
            if not refused:
                refused.add(item.address)
            return Verdict.REFUSED if item.address in refused else None

        mail_of(hub).accident = refuse
        await publish(kafka, police_notifications(force), *(missing(force, n, child[n]) for n in range(15)))
        await hub.has_taken(15)
        async with hub.parts.store.reading() as tx:
            standing = await tx.standing()
        assert standing.states["failed"] >= 15
        assert 1 <= await kinds(hub, "delivery_failed") <= 2


async def test_a_thousand_children_at_one_postcode_and_two_hundred_reports_of_one_of_them_hold_nobody_up(
    kafka: str, tmp_path: Path
) -> None:
    force = f"MC{os.getpid()}"
    described = orjson.loads(on_file(force, 7))["data"]["child"]
    one = {key: described[key] for key in ("given_name", "family_name", "date_of_birth", "home_address")}
    await publish(kafka, register_children(REGISTER), *(on_file(force, n) for n in range(1000)))
    async with running(
        kafka, f"sqlite+aiosqlite:///{tmp_path}/hub.db", force, authority=REGISTER, register=True
    ) as hub:
        await hub.has_read(f"{force}-999")
        await publish(
            kafka, police_notifications(force), *(missing(force, n, one, authority=REGISTER) for n in range(200))
        )
        await publish(kafka, police_notifications(force), missing(force, "last", {"given_name": "Somebody"}))
        await hub.has_read(f"{force}-last")
        assert await opened(hub) == {f"{force}-last"}
        async with hub.parts.store.reading() as tx:
            references = {(force, f"{force}-{n}") for n in range(200)}
            found = await tx.find([(REGISTER, "mosaic", f"{force}-7")], references, ())
        # Each was recognised by its description, in the crowd of one postcode.
        assert {row.person for row in found.references} == {row.person for row in found.identifiers}
        assert len(found.references) == 200
