"""Whatever stands in a topic, good records before and after it are taken in, and it ends as taken in or in quarantine
with a person told. Every poison here once stopped a hub, on a real Kafka."""

import os
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from homeward.torture.poisons import ASIDE, TAKEN, poisons, sound_report
from homeward.torture.poisons import made_event as event
from homeward.torture.raw_batches import CODECS, Written, batch, publish
from schemas.topics import casework_outcomes, police_notifications, register_children
from store import Store
from tests.hub.hubs import running

pytestmark = pytest.mark.kafka


async def make(kafka: str, *topics: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1) for topic in topics])
    await admin.close()


def database(kind: str, tmp_path: Path, postgres: Callable[[], str]) -> str:
    return postgres() if kind == "postgres" else f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"


async def ends(store: Store) -> tuple[set[str], dict[int, str], int]:
    """The incidents that were taken in, what is in quarantine by its offset, and how many alerts tell of that."""
    async with store.reading() as tx:
        promised = [p.row for p in await tx.outbox_after(0, 100_000)]
        held = await tx.quarantined()
    opened = {orjson.loads(row.payload)["incident"] for row in promised if row.type == "episode.open"}
    alerts = {row.message_id for row in promised if row.kind == "unreadable"}
    return opened, {h.row.offset: h.row.reason for h in held}, len(alerts)


@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_no_poison_of_the_list_stops_the_good_records_around_it(
    kafka: str, postgres: Callable[[], str], tmp_path: Path, kind: str
) -> None:
    force = f"NP{kind[:1]}{os.getpid()}".upper()
    topic, bad = police_notifications(force), poisons(force)
    await make(kafka, topic)
    batches = []
    for n, (_, record, how, _) in enumerate(bad):
        batches += [batch([Written(sound_report(force, f"g{n}"))]), batch([record], how)]
    batches.append(batch([Written(sound_report(force, "last"))]))
    await publish(kafka, topic, *batches)
    async with running(kafka, database(kind, tmp_path, postgres), force) as hub:
        await hub.has_taken(len(batches))
        opened, held, alerts = await ends(hub.parts.store)
    assert {f"{force}-g{n}" for n in range(len(bad))} | {f"{force}-last"} <= opened, "a good record was not taken in"
    expected = {2 * n + 1: what for n, (what, _, _, ending) in enumerate(bad) if ending is ASIDE}
    assert {offset: bad[offset // 2][0] for offset in held} == expected
    assert len(opened) == len(bad) + 1 + sum(ending is TAKEN for *_, ending in bad)
    assert 0 < alerts <= len(expected)


@pytest.mark.parametrize("how", CODECS)
async def test_every_codec_is_read(kafka: str, tmp_path: Path, how: str) -> None:
    force = f"CO{CODECS[how][0]}{len(how)}{os.getpid()}"
    topic = police_notifications(force)
    await make(kafka, topic)
    await publish(kafka, topic, batch([Written(sound_report(force, n)) for n in range(40)], how))
    async with running(kafka, f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", force) as hub:
        await hub.has_taken(40)
        opened, held, _ = await ends(hub.parts.store)
    assert (len(opened), held) == (40, {})


@pytest.mark.parametrize("how", ["gzip", "zstd", "lz4"])
async def test_each_record_of_a_batch_that_is_too_large_for_memory_ends_by_itself(
    kafka: str, tmp_path: Path, how: str
) -> None:
    force = f"LB{how[0]}{os.getpid()}".upper()
    topic = police_notifications(force)
    large = {f"more{n}": "x" * 49_000 for n in range(18)}  # together 0.9 MB, which is allowed
    records = [Written(sound_report(force, n, **large)) for n in range(40)]
    records[7] = Written(sound_report(force, 7, **large, circumstances="x" * 200_000))
    records[31] = Written(b"not json" + bytes(900_000))
    await make(kafka, topic)
    await publish(kafka, topic, batch(records, how), batch([Written(sound_report(force, "last"))]))
    async with running(kafka, f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", force) as hub:
        await hub.has_taken(41)
        opened, held, _ = await ends(hub.parts.store)
    assert opened == {f"{force}-{n}" for n in (*range(40), "last")} - {f"{force}-7", f"{force}-31"}
    assert held == {7: "too_large", 31: "bad_json"}


async def test_what_a_transaction_takes_back_never_acts(kafka: str, tmp_path: Path) -> None:
    force = f"TX{os.getpid()}"
    topic = police_notifications(force)
    await make(kafka, topic)
    async with AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=f"test-{force}") as sender:
        await sender.begin_transaction()
        await sender.send_and_wait(topic, sound_report(force, "taken-back"))
        await sender.abort_transaction()
        async with sender.transaction():
            await sender.send_and_wait(topic, sound_report(force, "said"))
    async with running(kafka, f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", force) as hub:
        await hub.has_taken(1)
        opened, held, _ = await ends(hub.parts.store)
    assert (opened, held) == ({f"{force}-said"}, {})


@pytest.mark.postgres
async def test_neither_a_long_register_key_nor_a_field_that_is_not_declared_stops_the_registers_and_casework(
    kafka: str, postgres: Callable[[], str]
) -> None:
    force = f"RK{os.getpid()}"
    register, casework = register_children(force), casework_outcomes(force)
    await make(kafka, register, casework)
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    child = {"identifiers": [{"system": "mosaic", "value": f"{force}-1"}]}
    context = event("case.context", f"{force}-1", "/register", authority=force, child=child)
    between = [{"role": "social_worker"}]
    resolved = event("disagreement.resolved", f"{force}-2", "/cases", authority=force, child=child, between=between)
    for key in (os.urandom(3000), b"\0" * 2700, "é".encode() * 2000):
        await producer.send_and_wait(register, context, key=key)
        await producer.send_and_wait(register, None, key=key)
    await producer.send_and_wait(casework, resolved)
    await producer.send_and_wait(register, event("case.context", "last", "/register", authority=force, child=child))
    await producer.stop()
    async with running(kafka, postgres(), "NOBODY", authority=force.lower(), register=True) as hub:
        await hub.has_taken(8)
        _, held, _ = await ends(hub.parts.store)
    assert held == {}
