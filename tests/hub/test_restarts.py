"""A hub that is killed and started again says the same as one that was not; what waits in the backlog is read before an
overdue clock is asked."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from consumers.backlog import Backlog
from consumers.parsing import parse_record
from consumers.timer_loop import TimerLoop
from homeward.clock import VirtualClock
from homeward.wiring import consumer_connection
from intake.intake import Intake
from intake.records import RawRecord
from schemas.topics import police_notifications
from store import Store
from tests.hub.hubs import running
from tests.shipped import shipped_directories, shipped_packs

BEGINS = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)
Said = list[tuple[str, str, str]]


def record(n: int, type_: str, at: datetime, force: str, **data: object) -> RawRecord:
    body = {
        "specversion": "1.0", "id": f"r-{n}", "source": "/police/RE", "type": type_, "time": at.isoformat(),
        "data": {"incident": "RE-1", "force": force, **data},
    }  # fmt: skip
    return RawRecord(police_notifications(force), 0, n, orjson.dumps(body), at)


def missing(force: str) -> RawRecord:
    child = {"identifiers": [{"system": "compact", "value": "K-re"}]}
    return record(1, "police.missing", BEGINS, force, child=child, responsible_authority="nottinghamshire",
                  classification="missing", reported_at=BEGINS.isoformat(), child_protection_concern=True)  # fmt: skip


async def said(store: Store) -> Said:
    """What was said, in order, without the instant of saying it."""
    async with store.reading() as tx:
        rows = await tx.outbox_after(0, 1000)
    return [(p.row.message_id, p.row.type, p.row.destination) for p in rows]


async def walk(folder: Path, killed_at_every_boundary: bool, late: timedelta = timedelta()) -> Said:
    """One missing child and five weeks of clocks; the hub is made anew at each boundary where it is killed."""
    url = f"sqlite+aiosqlite:///{folder}/hub.db"
    clock = VirtualClock(BEGINS)
    store = Store.open(url)
    await store.create()
    intake = Intake(store, shipped_packs(), shipped_directories(), parse_record, clock.now)
    await intake.process_batch([missing("RE")])
    while True:
        if killed_at_every_boundary:
            await store.close()
            store = Store.open(url)
            intake = Intake(store, shipped_packs(), shipped_directories(), parse_record, clock.now)
        async with store.reading() as tx:
            due = await tx.next_timer()
            timers = [t for t in await tx.due_timers(due, 100) if t.due_at == due] if due else []
        if due is None or due > BEGINS + timedelta(days=29):
            break
        clock.set(max(due + late, clock.now()))
        await intake.fire_timers(timers)
    heard = await said(store)
    await store.close()
    return heard


async def test_killing_the_hub_at_every_boundary_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert await walk(tmp_path / "a", False) == await walk(tmp_path / "b", True)


async def test_a_hub_that_was_down_for_a_weekend_catches_up_in_order(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    in_time, late = await walk(tmp_path / "a", False), await walk(tmp_path / "b", False, timedelta(hours=60))
    assert [row[:2] for row in late] == [row[:2] for row in in_time]
    assert {"referral.create", "meeting.request"} <= {type_ for _, type_, _ in late}


@pytest.mark.kafka
async def test_a_found_that_waits_is_read_before_an_overdue_alert_goes_out(
    kafka: str, postgres: Callable[[], str]
) -> None:
    force, database = "RESTART", postgres()
    clock = VirtualClock(BEGINS)
    async with running(kafka, database, force, now=clock.now) as hub:
        await publish(kafka, missing(force))
        await hub.has_taken(1)
    # The hub is down; the child comes back; 72 hours pass.
    back = BEGINS + timedelta(hours=10)
    await publish(kafka, record(2, "police.found", back, force, returned_at=back.isoformat()))
    clock.set(BEGINS + timedelta(hours=80))
    async with running(kafka, database, force, now=clock.now) as hub:
        connection, settings = consumer_connection(hub.parts.settings), hub.parts.settings
        asked = asyncio.Event()

        async def wait(instant: datetime | None, woken: asyncio.Event) -> None:
            asked.set()  # everything that was due has been asked
            await woken.wait()

        async def ready() -> None:
            assert await Backlog(connection, settings.kafka_group, 30, police_notifications(force)).read_through()

        timers = TimerLoop(
            hub.parts.store, hub.parts.intake.fire_timers, now=clock.now, wait=wait, ready=ready, owner="t"
        )
        task = asyncio.create_task(timers.run())
        async with asyncio.timeout(40):
            await asked.wait()
        await timers.stop()
        await task
        heard = {type_ for _, type_, _ in await said(hub.parts.store)}
    assert "episode.found" in heard
    assert not heard & {"meeting.request", "senior.alert"}, "an overdue clock was asked before the backlog was read"


async def publish(kafka: str, raw: RawRecord) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    await producer.send_and_wait(raw.topic, raw.value, key=b"re")
    await producer.stop()
