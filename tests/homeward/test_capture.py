"""Where change data capture writes the topics, nothing is booked as left to it that it would not read, and it is not
set up while something waits that was promised before."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bench.cdc.connect import PREPARED_BY
from homeward.capture import NO_SLOT, CaptureSlot
from homeward.doctor.database_checks import database_findings
from homeward.settings import Settings
from homeward.torture.postgres_server import own_postgres
from producers.captured import LeftToCapture
from schemas.delivery import Verdict
from store import Store
from store.capture import capture_slot
from store.migrating import migrate
from tests.producers.outgoing_examples import mail
from tests.store.store_examples import NOON, Relay, ids, promise, promised

OPERATING = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
AGAIN, UNREAD = (
    re.findall(rf"```sql\n\s*({begins}.*?);\n\s*```", OPERATING, re.DOTALL)[0]
    for begins in (r"UPDATE deliveries\s+SET state = 'prepared'", "SELECT count")
)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """A server whose log can be read, and which keeps little of it for whoever does not."""
    async with own_postgres("wal_level=logical", "max_slot_wal_keep_size=1MB") as server:
        await migrate(server.url)
        yield server.url


async def put(url: str, *statements: str) -> Any:
    """Puts them one after the other; returns the first value that the last of them gives."""
    connection, given = await asyncpg.connect(url.replace("+asyncpg", "")), None
    try:
        for statement in statements:
            given = await connection.fetchval(statement)
    finally:
        await connection.close()
    return given


async def prepare(url: str) -> None:
    """As psql runs the file: one statement after the other."""
    await put(url, *PREPARED_BY)


async def test_what_the_slot_keeps_is_left_to_it_and_what_it_has_lost_is_not(url: str) -> None:
    slot = CaptureSlot(url)
    sender = LeftToCapture(slot)
    try:
        await prepare(url)
        (receipt,) = await sender.send([mail()])
        assert receipt.verdict is Verdict.SENT
        # Nobody reads, and the log grows beyond what is kept.
        await put(url, *["SELECT pg_switch_wal()", "CREATE TABLE more (x int)", "DROP TABLE more"] * 4, "CHECKPOINT")
        (receipt,) = await sender.send([mail()])
        assert (receipt.verdict, receipt.detail) == (Verdict.AWAY, NO_SLOT)
    finally:
        await sender.stop()


async def test_what_waited_for_a_slot_is_not_left_to_one_that_is_made_later(url: str) -> None:
    """The new one does not keep it. So topics are paused, until a person has had it sent by the relay."""
    store, sender = Store.open(url), LeftToCapture(CaptureSlot(url))
    try:
        await promise(store, promised("a"), promised("b", to="mail/nottinghamshire/manager"))
        relay = await Relay(store).own()
        (row,) = await relay.claim()
        (receipt,) = await sender.send([mail()])
        assert receipt.verdict is Verdict.AWAY
        await relay.settle(row.settled("untried"))
        await put(url, PREPARED_BY[-1].partition("WHERE")[0])  # Debezium makes one where it finds none
        assert await relay.claim() == []
        assert ids(await relay.claim(channel="mail")) == ["b"]
        async with store.reading() as tx:
            (held,) = await tx.paused()
        assert held.pause.name == "topic"
        assert "HOMEWARD_TOPICS_BY=relay" in held.pause.why
    finally:
        await sender.stop()
        await store.close()


async def test_a_slot_whose_publication_has_lost_the_outbox_keeps_nothing(url: str) -> None:
    slot = CaptureSlot(url)
    try:
        await prepare(url)
        assert await slot.fault() is None
        await put(url, "ALTER PUBLICATION homeward_topics DROP TABLE outbox")
        assert await slot.fault() == NO_SLOT
    finally:
        await slot.close()


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
        await put(url, PREPARED_BY[-1])  # by something that goes on after an error
        assert await capture_slot(store) is None
        await put(url, "UPDATE deliveries SET state = 'accepted' WHERE channel = 'topic'")
        await prepare(url)
    finally:
        await store.close()


async def test_what_was_lost_with_the_slot_is_sent_again_as_the_docs_say(url: str) -> None:
    store = Store.open(url)
    try:
        await promise(store, promised("a"), promised("b", to="mail/nottinghamshire/manager"))
        relay = await Relay(store).own()
        for channel in ("topic", "mail"):
            (row,) = await relay.claim(channel=channel)
            await relay.settle(row.settled("accepted", "left to change data capture"))
        await put(url, re.sub("'20.*?'", f"'{NOON.isoformat()}'", AGAIN))
        assert ids([*await relay.claim(), *await relay.claim(channel="mail")]) == ["a"]
    finally:
        await store.close()


async def test_the_doctor_says_whether_the_outbox_is_read(url: str) -> None:
    settings, said = Settings(database_url=url, topics_by="capture"), list[str]()
    for step in range(3):
        said += [each.says for each in await database_findings(settings) if each.check == "capture"]
        if step == 0:
            await prepare(url)
        if step == 1:  # nobody reads it, whatever it has to say
            assert "nobody reads" in said[-1]
            assert await put(url, UNREAD) == 0
            store = Store.open(url)
            await promise(store, promised("a"))
            await store.close()
            assert await put(url, UNREAD) > 0
    assert said[0] == NO_SLOT
    assert len(said) == 3
