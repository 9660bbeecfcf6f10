"""Nothing that names a child leaves the hub by a side door.

Canaries, which are names, dates and numbers that stand nowhere else, are told to a whole hub in every way that there
is; then every sink is searched for them. They may stand where they belong: a number in the payload of a message about
the child, anything in the bytes that the ledger and the quarantine keep, and in what is held of the child.
"""

import asyncio
import io
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from click.testing import CliRunner
from traced import traced

from homeward.cli import main
from homeward.logs import configure
from homeward.rights.needs import written_topics
from homeward.settings import Settings
from routing.library import HUB
from schemas.topics import casework_outcomes, police_notifications, register_children
from store import Store
from store.history import LedgerEntry
from tests.hub.hubs import Running, running
from tests.shipped import shipped_directories

FORCE, AUTHORITY = "CANARY", "nottinghamshire"
NAMES = ("Zephyrine", "Quillfeather", "Birdie", "Tamsin", "Rookwood")
PLACES = ("Wagtail Mews", "QX9 7ZZ")
BIRTHDAYS = ("2012-11-27", "2014-03-19")
NHS = "9434765919"
WORDS = ("humming a tune about starlings",)
NEVER = (*NAMES, *PLACES, *BIRTHDAYS, NHS, *WORDS)  # where nothing about a child may stand
NUMBERS_MAY = (*NAMES, *PLACES, *BIRTHDAYS)  # what no payload carries either: messages name a child by numbers
KEYS = ("M-1", "M-2", FORCE)
SPANS = ("take in", "transaction", "outbox", "deliver", "send topic", "send mail")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BY = {"role": "children_missing_officer", "person": "cmo1"}

CHILD = {
    "identifiers": [{"system": "nhs", "value": NHS}],
    "given_name": "Zephyrine", "family_name": "Quillfeather", "known_as": "Birdie", "date_of_birth": "2012-11-27",
    "home_address": {"line": "3 Wagtail Mews", "postcode": "QX9 7ZZ"},
}  # fmt: skip
NUMBERLESS = {name: value for name, value in CHILD.items() if name != "identifiers"}
STRANGER = {"given_name": "Tamsin", "family_name": "Rookwood", "date_of_birth": "2014-03-19"}
TWIN = {**NUMBERLESS, "identifiers": [{"system": "mosaic", "value": "M-2"}]}


def told(n: int, type_: str, **data: Any) -> tuple[str, bytes]:
    """A message on the topic of its owner."""
    police, register = type_.startswith("police."), type_ == "case.context"
    owner = {"force": FORCE} if police else {"authority": AUTHORITY}
    topic = police_notifications(FORCE) if police else casework_outcomes(AUTHORITY)
    at = (NOW + timedelta(minutes=n)).isoformat()
    body = {"specversion": "1.0", "id": f"canary-{n}", "source": "/test/canary", "type": type_, "time": at,
            "data": {**owner, **data}}  # fmt: skip
    return register_children(AUTHORITY) if register else topic, orjson.dumps(body)


def course() -> Iterator[tuple[str, bytes]]:
    """Every way in that a name can take: read, matched for sure and perhaps, unknown, corrected, spoilt, refused."""
    services = [{"service": "cscs", "worker": "sw1", "manager": "tm1"}]
    missing = {"classification": "missing", "responsible_authority": AUTHORITY, "reported_at": NOW.isoformat(),
               "circumstances": "humming a tune about starlings"}  # fmt: skip
    yield told(1, "case.context", child=CHILD, services=services)
    yield told(2, "police.missing", incident="C-1", child=CHILD, **missing)
    yield told(3, "police.missing", incident="C-2", child=NUMBERLESS, **missing)
    yield told(4, "police.missing", incident="C-3", child=STRANGER, **missing)
    yield told(5, "case.context", child=TWIN, services=services)
    yield told(6, "police.missing", incident="C-4", child=NUMBERLESS, **missing)
    yield told(7, "match.decision", incident="C-4", force=FORCE, child=TWIN, by=BY)
    yield told(8, "police.found", incident="C-1", child=CHILD, returned_at=(NOW + timedelta(hours=30)).isoformat())
    yield told(9, "rhi.outcome", incident="C-1", force=FORCE, result="completed", reason="Quillfeather")
    yield told(10, "manager.decision", incident="C-1", force=FORCE, kind="Birdie", decision="Zephyrine", by=BY)
    yield told(11, "police.missing", child=CHILD, classification="Zephyrine", incident=7)
    yield told(12, "police.Quillfeather", child=CHILD)
    yield told(13, "rhi.outcome", child=STRANGER, result="completed")
    yield police_notifications(FORCE), b'{"given_name": "Zephyrine", "nhs": "' + NHS.encode() + b'"'
    yield told(15, "police.missing", incident="C-9", child=CHILD, **{**missing, "responsible_authority": "Rookwood"})


def found_in(sink: str, text: str | bytes, words: tuple[str, ...] = NEVER) -> list[str]:
    plain = text.decode(errors="replace") if isinstance(text, bytes) else text
    return [f"{word} in {sink}" for word in words if word.casefold() in plain.casefold()]


async def published(kafka: str, hub: Running) -> None:
    """All of it: the child's record, three reports, the twin's record, and then the rest topic by topic; each part when
    the one before has been taken in. Each record of the register comes under a key of its own."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    register, police, casework = register_children(AUTHORITY), police_notifications(FORCE), casework_outcomes(AUTHORITY)
    everything = [*course()]
    first, twin, rest = everything[:4], everything[4:5], everything[5:]
    for part, topic, last in (
        (first, register, "canary-1"), (first, police, "canary-4"), (twin, register, "canary-5"),
        (rest, police, "canary-15"), (rest, casework, "canary-13"),
    ):  # fmt: skip
        for _, value in [each for each in part if each[0] == topic]:
            await producer.send_and_wait(topic, value, key=b"M-2" if part is twin else b"M-1")
        await hub.has_read(last)
    await producer.stop()


async def sent(kafka: str, hub: Running) -> list[Any]:
    """The records on every topic that the hub wrote to."""
    async with hub.parts.store.reading() as tx:
        rows = await tx.outbox_after(0, 10_000)
    topics = sorted({p.row.destination.removeprefix("topic/") for p in rows if p.row.destination.startswith("topic/")})
    own = {p.row.message_id.encode() for p in rows}
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=kafka, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    records: list[Any] = []
    try:
        async with asyncio.timeout(60):
            while len({dict(r.headers).get("ce_id") for r in records}) < len(own):
                for polled in (await consumer.getmany(timeout_ms=500)).values():
                    records += [r for r in polled if dict(r.headers).get("ce_id") in own]
    finally:
        await consumer.stop()
    return records


def commands(url: str, episode: str, held: str) -> str:
    """What the commands print about it all."""
    asked = (
        ("quarantine", "list"), ("quarantine", "show", held), ("deliveries", "list"), ("explain", episode),
        ("explain", episode, "--json"), ("register", "status"),
    )  # fmt: skip
    done = [CliRunner().invoke(main, [*each, "--database", url]) for each in asked]
    assert [result.exit_code for result in done] == [0] * len(asked), [result.output for result in done]
    return "\n".join(result.output for result in done)


def file_names(folder: Path) -> str:
    return " ".join(path.name for path in folder.rglob("*"))


def keyless(line: LedgerEntry) -> str:
    """A line of the ledger as it stands, without the bytes that it points to."""
    return orjson.dumps(replace(line, at=str(line.at))).decode()  # type: ignore[arg-type]


@pytest.mark.kafka
async def test_no_sink_holds_what_names_a_child(
    kafka: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, faults = f"sqlite+aiosqlite:///{tmp_path}/hub.db", list[str]()
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    before = [*logging.getLogger().handlers]
    configure("DEBUG", "json")
    try:
        with traced() as spans:
            async with running(kafka, url, FORCE, register=True) as hub:
                await published(kafka, hub)
                health = orjson.dumps(await hub.hub.health.state())
                records = await sent(kafka, hub)
                mails = hub.parts.senders["mail"].posts  # type: ignore[attr-defined]
                async with hub.parts.store.reading() as tx:
                    rows, ledger = await tx.outbox_after(0, 10_000), await tx.ledger_after(0, 10_000)
                    held = await tx.quarantined()
    finally:
        logging.getLogger().handlers[:] = before
    assert {"C-1", "C-2", "C-3", "C-4"} <= {orjson.loads(p.row.payload)["incident"] for p in rows}
    assert {line.kind for line in ledger} >= {"report", "match", "fact", "decision", "timers"}
    assert len(held) >= 4
    assert any(NHS.encode() in record.value for record in records)
    for record in records:
        faults += found_in("a Kafka key", record.key or b"")
        faults += found_in("a Kafka header", b" ".join(name.encode() + value for name, value in record.headers))
        faults += found_in("a payload", record.value, NUMBERS_MAY)
    of_ours = [record for record in records if record.topic in written_topics(shipped_directories()[HUB])]
    assert of_ours
    for record in of_ours:  # nobody but the hub's operator reads it, and no authority lets it go
        faults += found_in("a topic of ours", record.value)
    for promise in rows:
        faults += found_in("an outbox column", " ".join(map(str, (promise.row._replace(payload=b""), promise.detail))))
    for line in ledger:
        faults += found_in(f"the ledger ({line.kind})", keyless(line))
    for each in held:
        faults += found_in("the reason of a quarantine", f"{each.row.id} {each.row.reason} {each.row.detail}")
        faults += found_in("a row that is printed", repr(each.row))
    for mail in mails:
        faults += found_in("an e-mail", str(mail), NUMBERS_MAY)
    episode = next(p.row.subject for p in rows if p.row.subject)
    faults += found_in("a command", await asyncio.to_thread(commands, url, episode, held[0].row.id))
    faults += found_in("health", health)
    faults += found_in("the log", written.getvalue() + caplog.text)
    faults += found_in("a file name", file_names(tmp_path))
    for told in spans.get_finished_spans():
        faults += found_in(f"the span {told.name}", told.to_json(), (*NEVER, *KEYS))
    assert {told.name for told in spans.get_finished_spans()} >= {*SPANS}
    assert faults == []


@pytest.mark.kafka
async def test_the_search_finds_what_is_there(kafka: str, tmp_path: Path) -> None:
    """The canaries do get in: a search that finds nothing anywhere would prove nothing."""
    url = f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    async with running(kafka, url, f"{FORCE}2", register=False) as hub:
        producer = AIOKafkaProducer(bootstrap_servers=kafka)
        await producer.start()
        _, value = told(2, "police.missing", incident="C-1", child=CHILD, classification="missing",
                        responsible_authority=AUTHORITY)  # fmt: skip
        await producer.send_and_wait(police_notifications(f"{FORCE}2"), value.replace(b'"CANARY"', b'"CANARY2"'))
        await producer.stop()
        await hub.has_taken(1)
    store = Store.open(Settings(database_url=url).database)
    async with store.reading() as tx:
        [report] = [line for line in await tx.ledger_after(0, 100) if line.kind == "report"]
        contents = await tx.contents(report.contents_hash or "")
    await store.close()
    assert len(found_in("the contents", contents or b"", (*NAMES[:3], NHS))) == 4
