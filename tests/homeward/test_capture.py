"""Where change data capture writes the topics, nothing is booked as left to it that it would not read, and it is not
set up while something waits that was promised before."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from homeward.capture import NO_SLOT, CaptureSlot
from homeward.doctor.database_checks import database_findings
from homeward.settings import Settings
from homeward.torture.postgres_server import own_postgres
from producers.captured import LeftToCapture
from schemas.delivery import Verdict
from store import Store
from store.migrating import migrate
from tests.producers.outgoing_examples import mail
from tests.store.store_examples import NOON, Relay, ids, promise, promised

HOME = Path(__file__).parents[2]
PREPARE, OPERATING = HOME / "deploy" / "debezium" / "prepare.sql", HOME / "docs" / "operating.md"


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """A server whose log can be read, and which keeps little of it for whoever does not."""
    async with own_postgres("wal_level=logical", "max_slot_wal_keep_size=1MB") as server:
        await migrate(server.url)
        yield server.url


async def put(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def prepare(url: str) -> None:
    """As psql runs the file: one statement after the other."""
    await put(url, *filter(str.strip, re.sub("--.*", "", PREPARE.read_text()).split(";\n\n")))


async def test_what_the_slot_would_not_keep_waits(url: str) -> None:
    slot = CaptureSlot(url)
    sender = LeftToCapture(slot)
    try:
        (receipt,) = await sender.send([mail()])
        assert (receipt.verdict, receipt.detail) == (Verdict.AWAY, NO_SLOT)
        await prepare(url)
        (receipt,) = await sender.send([mail()])
        assert receipt.verdict is Verdict.SENT
        # Nobody reads, and the log grows beyond what is kept.
        await put(url, *["SELECT pg_switch_wal()", "CREATE TABLE more (x int)", "DROP TABLE more"] * 4, "CHECKPOINT")
        assert await slot.fault() == NO_SLOT
    finally:
        await sender.stop()


async def test_a_database_that_cannot_be_asked_is_no_reason_to_book_anything() -> None:
    slot = CaptureSlot("postgresql+asyncpg://hub@127.0.0.1:1/homeward")
    fault = await slot.fault()
    assert fault is not None
    assert fault.startswith("Cannot tell whether change data capture reads the outbox: ")
    await slot.close()


async def test_it_is_not_set_up_while_something_waits_for_a_topic(url: str) -> None:
    store = Store.open(url)
    try:
        await promise(store, promised("a"), promised("b", to="mail/nottinghamshire/manager"))
        with pytest.raises(asyncpg.RaiseError, match="Messages for topics have not left yet"):
            await prepare(url)
        await put(url, "UPDATE deliveries SET state = 'accepted' WHERE channel = 'topic'")
        await prepare(url)
    finally:
        await store.close()


async def test_what_was_lost_with_the_slot_is_sent_again_as_the_docs_say(url: str) -> None:
    store = Store.open(url)
    (statement,) = re.findall(r"```sql\n(UPDATE deliveries.*?);\n```", OPERATING.read_text(), re.DOTALL)
    try:
        await promise(store, promised("a"), promised("b", to="mail/nottinghamshire/manager"))
        relay = await Relay(store).own()
        for channel in ("topic", "mail"):
            (row,) = await relay.claim(channel=channel)
            await relay.settle(row.settled("accepted", "left to change data capture"))
        await put(url, re.sub("'20.*?'", f"'{NOON.isoformat()}'", statement))
        assert ids([*await relay.claim(), *await relay.claim(channel="mail")]) == ["a"]
    finally:
        await store.close()


async def test_the_doctor_says_whether_the_outbox_is_read(url: str) -> None:
    settings = Settings(database_url=url, topics_by="capture")
    severities = []
    for _ in range(2):
        severities += [each.severity for each in await database_findings(settings) if each.check == "capture"]
        if len(severities) == 1:
            await prepare(url)
    assert severities == ["fault", "ok"]
