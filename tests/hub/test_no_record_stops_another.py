"""Whatever stands in a topic, good records before and after it are taken in, and it ends as taken in or in quarantine
with a person told. Every poison here once stopped a hub, on a real Kafka."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from raw_batches import CODECS, Headers, Written, batch, publish

from schemas.topics import casework_outcomes, police_notifications, register_children
from store import Store
from tests.hub.hubs import running

pytestmark = pytest.mark.kafka
AUTHORITY = "nottinghamshire"
TAKEN, ASIDE = "taken in", "set aside"


def event(type_: str, id_: str, source: str, **data: Any) -> bytes:
    whole = {"specversion": "1.0", "id": id_, "source": source, "type": type_, "time": "2026-03-02T10:00:00Z"}
    return orjson.dumps({**whole, "datacontenttype": "application/json", "data": data})


def missing(force: str, n: int | str, **more: Any) -> bytes:
    child = {"identifiers": [{"system": "compact", "value": f"{force}-{n}"}], **more.pop("child", {})}
    facts = {"classification": "missing", "reported_at": "2026-03-02T09:00:00Z", "child": child}
    whole = {"incident": f"{force}-{n}", "force": force, "responsible_authority": AUTHORITY, **facts, **more}
    return event("police.missing", f"{force}-{n}", f"/police/{force}", **whole)


def binary(force: str, id_: bytes) -> Headers:
    told = {b"ce_specversion": b"1.0", b"ce_type": b"police.missing", b"ce_source": b"/x", b"ce_id": id_}
    return [*told.items(), (b"content-type", b"application/json")]


def data_of(whole: bytes) -> bytes:
    return orjson.dumps(orjson.loads(whole)["data"])


def poisons(force: str) -> list[tuple[str, Written, str, str]]:
    """What, the record, and how it ends; each with the codec of its batch."""
    many, more = (
        {"identifiers": [{"system": "compact", "value": str(n)} for n in range(count)]} for count in (16_000, 20_000)
    )
    deep = missing(force, "deep", circumstances="@").replace(b'"@"', b"[" * 5000 + b"]" * 5000)
    number = missing(force, "num").replace(b'"force"', b'"n":1e999999,"force"')
    surrogate = missing(force, "sur", circumstances="@").replace(b'"@"', b'"\\ud800"')
    return [
        ("a null header", Written(b"not json", headers=((b"x", None),)), "none", ASIDE),
        ("a null header on a good record", Written(missing(force, "null"), headers=((b"x", None),)), "none", TAKEN),
        ("a header name of 0xFF", Written(missing(force, "ff"), headers=((b"\xff", b"1"),)), "none", TAKEN),
        ("a header name of 0xFF, compressed", Written(missing(force, "fz"), headers=((b"\xff", b"1"),)), "zstd", TAKEN),
        ("a header that is not UTF-8", Written(b"{}", headers=((b"ce_id", b"\xff"),)), "none", ASIDE),
        ("a timestamp of 2^62", Written(missing(force, "2-62"), timestamp=2**62), "none", TAKEN),
        ("a timestamp before the calendar", Written(missing(force, "neg"), timestamp=-(2**40)), "none", TAKEN),
        ("a gzip bomb", Written(bytes(100_000_000)), "gzip", ASIDE),
        ("a zstd bomb", Written(bytes(60_000_000)), "zstd", ASIDE),
        ("a body above the limit", Written(missing(force, "big", circumstances="x" * 1_100_000)), "lz4", ASIDE),
        ("a text above the limit", Written(missing(force, "text", circumstances="x" * 60_000)), "snappy", ASIDE),
        ("16,000 identifiers", Written(missing(force, "many", child=many)), "gzip", ASIDE),
        ("20,000 identifiers", Written(missing(force, "more", child=more)), "none", ASIDE),
        ("a deep nest", Written(deep), "none", ASIDE),
        ("an id of 512 characters", Written(data_of(missing(force, "id")), headers=binary(force, "é".encode() * 512)),
         "none", TAKEN),
        ("an id of 2 kB", Written(data_of(missing(force, "id2")), headers=binary(force, "😀".encode() * 512)), "none",
         ASIDE),
        ("a lone surrogate", Written(surrogate), "none", ASIDE),
        ("a NUL", Written(missing(force, "nul", officer="a\0b")), "none", ASIDE),
        ("a huge key", Written(missing(force, "key"), key=b"k\0\xff" * 3000), "none", TAKEN),
        ("no value", Written(None), "none", ASIDE),
        ("a number beyond any", Written(number), "none", ASIDE),
        ("bytes", Written(os.urandom(5000), headers=((os.urandom(9), os.urandom(9)),)), "lz4", ASIDE),
    ]  # fmt: skip


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
        batches += [batch([Written(missing(force, f"g{n}"))]), batch([record], how)]
    batches.append(batch([Written(missing(force, "last"))]))
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
    await publish(kafka, topic, batch([Written(missing(force, n)) for n in range(40)], how))
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
    records = [Written(missing(force, n, **large)) for n in range(40)]
    records[7] = Written(missing(force, 7, **large, circumstances="x" * 200_000))
    records[31] = Written(b"not json" + bytes(900_000))
    await make(kafka, topic)
    await publish(kafka, topic, batch(records, how), batch([Written(missing(force, "last"))]))
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
        await sender.send_and_wait(topic, missing(force, "taken-back"))
        await sender.abort_transaction()
        async with sender.transaction():
            await sender.send_and_wait(topic, missing(force, "said"))
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
