"""A hub says that it is ready only while its work gets on, and makes a consumer anew that does not."""

import asyncio
import math
import os
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from homeward import watching
from homeward.clock import VirtualClock
from homeward.health.checks import Health
from homeward.hub import Hub
from homeward.settings import Settings
from homeward.watching import overdue, relay_fault, telling_fault
from homeward.wiring import Parts, library
from intake.records import RawRecord
from producers.fakes import MemoryMailSender
from schemas.topics import police_notifications
from store import Store
from store.errors import StoreUnavailableError
from store.migrating import migrate
from tests.hub.hubs import PATIENCE, Running, running

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def missing(force: str, n: int) -> bytes:
    data = {
        "incident": f"{force}-{n}", "force": force, "classification": "missing", "reported_at": NOON.isoformat(),
        "child": {"identifiers": [{"system": "compact", "value": str(n)}]}, "responsible_authority": "nottinghamshire",
    }  # fmt: skip
    event = {"specversion": "1.0", "id": str(n), "source": "/p", "type": "police.missing", "data": data}
    return orjson.dumps(event)


async def publish(kafka: str, force: str, *numbers: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    for n in numbers:
        await producer.send_and_wait(police_notifications(force), missing(force, n), key=b"one")
    await producer.stop()


async def fault_of(hub: Running, name: str, wanted: bool) -> str | None:
    """What the hub says is wrong with a part, once it says so (or once it says nothing any more)."""
    async with asyncio.timeout(PATIENCE):
        while True:
            await hub.hub.watch.turn()
            state = await hub.hub.health.state()
            if (name in state["faults"]) is wanted:
                assert state["checks"][name] is not wanted
                return state["faults"].get(name)


@pytest.mark.kafka
async def test_a_consumer_that_stands_still_while_records_wait_is_made_anew_and_reads_on(
    kafka: str, tmp_path: Path
) -> None:
    force = f"RB{os.getpid()}"
    await publish(kafka, force, 1)
    async with running(kafka, f"sqlite+aiosqlite:///{tmp_path}/hub.db", force, stuck=1.0) as hub:
        await hub.has_taken(1)
        (former,) = hub.hub.watch._consuming.consumers()
        former.pause(*former.assignment())  # as deaf as a client that has lost its way
        await publish(kafka, force, 2, 3)
        await hub.has_taken(3)
        (consumer,) = hub.hub.watch._consuming.consumers()
        assert consumer is not former
        assert await fault_of(hub, "consumers", wanted=False) is None


@pytest.mark.kafka
@pytest.mark.parametrize("name", [None, "hub-1"])
async def test_a_topic_that_nobody_of_the_group_reads_makes_the_consumers_anew(
    kafka: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    monkeypatch.setattr(watching, "RIGHTS_EVERY", 0.0)
    force, url = f"RN{os.getpid()}{name or ''}".upper(), f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    await publish(kafka, force, 1)
    async with running(kafka, url, force, stuck=1.0, kafka_member=name) as hub:
        await hub.has_taken(1)
        (former,) = hub.hub.watch._consuming.consumers()
        hub.hub.watch._next_attempt = math.inf  # until the fault has been seen
        former.subscribe(pattern="^nothing[.]of[.]this[.]name$")  # as if Kafka had hidden the topic
        assert await fault_of(hub, "consumers", wanted=True) is not None
        hub.hub.watch._next_attempt = 0.0
        await publish(kafka, force, 2)
        await hub.has_taken(2)
        assert hub.hub.watch._consuming.consumers() != [former]
        assert await fault_of(hub, "consumers", wanted=False) is None


@pytest.mark.kafka
async def test_two_looks_at_once_make_one_consumer(kafka: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, made = f"sqlite+aiosqlite:///{tmp_path}/hub.db", list[Collection[str]]()
    async with running(kafka, url, f"RT{os.getpid()}") as hub:
        watch, consuming = hub.hub.watch, hub.hub.watch._consuming
        start = consuming.start

        async def counted(without: Collection[str] = ()) -> None:
            made.append(without)
            await start(without)

        monkeypatch.setattr(consuming, "start", counted)
        watch._next_attempt = 0.0
        consuming.without = frozenset({"one.that.may.be.read.now"})
        await asyncio.gather(watch.turn(), watch.turn())
    assert made == [()]


@pytest.mark.kafka
async def test_a_partition_that_stands_still_is_not_ready_while_the_database_is_waited_for_and_is_left_alone(
    kafka: str, tmp_path: Path
) -> None:
    force = f"RW{os.getpid()}"
    async with running(kafka, f"sqlite+aiosqlite:///{tmp_path}/hub.db", force, stuck=0.2) as hub:
        await publish(kafka, force, 1)
        await hub.has_taken(1)
        (consumer,) = hub.hub.watch._consuming.consumers()
        hub.hub.subscriber.trouble.begins("the database keeps batches from being taken in: away")
        consumer.pause(*consumer.assignment())
        await publish(kafka, force, 2)
        said = await fault_of(hub, "consumers", wanted=True)
        assert said == "the database keeps batches from being taken in: away"
        await hub.hub.watch.turn()
        assert hub.hub.watch._consuming.consumers() == [consumer]
        hub.hub.subscriber.trouble.ends()
        await hub.has_taken(2)


@pytest.mark.kafka
async def test_a_batch_that_could_not_be_taken_in_is_no_trouble_of_a_hub_that_reads_its_partition_no_more(
    kafka: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    force, url = f"RL{os.getpid()}", f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    async with running(kafka, url, force) as first:
        watch = first.hub.watch
        watch._next_attempt = math.inf  # it stays the member that it is
        failed = asyncio.Event()

        async def away(_batch: object) -> None:
            failed.set()
            raise StoreUnavailableError("away")

        monkeypatch.setattr(first.hub.subscriber, "_take", away)
        await publish(kafka, force, 1)
        await asyncio.wait_for(failed.wait(), PATIENCE)
        assert "Cannot reach the database" in (await fault_of(first, "consumers", wanted=True) or "")
        (consumer,) = watch._consuming.consumers()
        consumer.subscribe(pattern="^nothing[.]of[.]this[.]name$")  # the group gives its partitions to another
        async with running(kafka, url, force) as second:
            await second.has_taken(1)
            assert await fault_of(first, "consumers", wanted=False) is None
        assert watch._consuming.consumers() == [consumer]


@pytest.mark.kafka
async def test_kafka_may_be_named_by_several_addresses(kafka: str, tmp_path: Path) -> None:
    force = f"AD{os.getpid()}"
    await publish(kafka, force, 1)
    async with running(f"127.0.0.1:1, {kafka},{kafka}", f"sqlite+aiosqlite:///{tmp_path}/hub.db", force) as hub:
        await hub.has_taken(1)


def test_a_clock_is_overdue_after_a_minute() -> None:
    assert overdue(None, NOON) is None
    assert overdue(NOON, NOON + timedelta(seconds=60)) is None
    assert overdue(NOON, NOON + timedelta(seconds=130)) == "the oldest timer is 130 s overdue"


def test_a_relay_is_late_after_a_minute_and_alone_it_must_hold_a_shard() -> None:
    assert relay_fault(None, 16, True, NOON) is None
    assert relay_fault(NOON, 16, False, NOON + timedelta(seconds=60)) is None
    said = "a message has been due for 130 s and has not been sent"
    assert relay_fault(NOON, 16, False, NOON + timedelta(seconds=130)) == said
    assert relay_fault(None, 0, True, NOON) == "it holds no shard"
    assert relay_fault(None, 0, False, NOON) is None


def test_telling_that_has_failed_for_a_minute_is_a_fault() -> None:
    assert telling_fault(None, NOON) is None
    assert telling_fault(NOON, NOON + timedelta(seconds=60)) is None
    said = "for 130 s people could not be told of all that has not arrived: see the log"
    assert telling_fault(NOON, NOON + timedelta(seconds=130)) == said


async def test_a_hub_that_relays_and_cannot_tell_of_what_has_not_arrived_is_unready_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, settings = VirtualClock(NOON), Settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/hub.db")
    await migrate(settings.database)
    store = Store.open(settings.database)
    parts = Parts(settings, *library(settings), store, {"mail": MemoryMailSender()}, now=clock.now)
    begun = asyncio.Event()

    async def fails(*_: object) -> int:
        begun.set()
        raise RuntimeError("a fault of the telling")

    monkeypatch.setattr(parts.relay, "_tell", fails)
    running = asyncio.create_task(parts.relay.run())
    async with asyncio.timeout(PATIENCE):
        parts.relay._settler.trouble.set()
        await begun.wait()
    clock.set(NOON + timedelta(seconds=70))
    assert "telling" in (await Health({}, Hub(parts, ["relay"])._standing).state())["faults"]
    assert "telling" not in (await Health({}, Hub(parts, ["timers"])._standing).state())["checks"]
    await parts.relay.stop()
    await running
    await store.close()


async def test_overdue_clocks_make_a_hub_that_keeps_them_unready_and_no_other(tmp_path: Path) -> None:
    clock, settings = VirtualClock(NOON), Settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/hub.db")
    await migrate(settings.database)
    packs, directories = library(settings)
    store = Store.open(settings.database)
    parts = Parts(settings, packs, directories, store, {"mail": MemoryMailSender()}, now=clock.now)
    await parts.intake.process_batch([RawRecord(police_notifications("XX"), 0, 0, missing("XX", 1), NOON)])
    keeper = Health({}, Hub(parts, ["timers"])._standing)
    other = Health({}, Hub(parts, ["consumers"])._standing)
    assert (await keeper.state())["ready"]
    clock.set(NOON + timedelta(days=4))
    state = await keeper.state()
    assert not state["ready"]
    assert "s overdue" in state["faults"]["timers"]
    assert (await other.state())["ready"]
    await store.close()


async def test_a_database_that_does_not_answer_is_a_fault_that_names_no_more_than_its_kind() -> None:
    async def standing() -> tuple[dict[str, object], dict[str, str | None]]:
        raise OSError("password=secret")

    state = await Health({"consumers": lambda: None}, standing, now=lambda: NOON).state()
    assert state == {
        "ready": False,
        "checks": {"database": False, "consumers": True},
        "faults": {"database": "it does not answer (OSError)"},
        "since": dict.fromkeys(("database", "consumers"), NOON.isoformat()),
    }


async def test_each_check_says_since_when_it_stands_as_it_does() -> None:
    clock, faults = VirtualClock(NOON), dict[str, str]()

    async def standing() -> tuple[dict[str, object], dict[str, str | None]]:
        return {}, {}

    health = Health({"consumers": lambda: faults.get("consumers")}, standing, now=clock.now)
    await health.state()
    clock.set(NOON + timedelta(minutes=1))
    faults["consumers"] = "none runs"
    await health.state()
    clock.set(NOON + timedelta(minutes=2))
    faults["consumers"] = "no progress"  # worse or better words, the same trouble
    since = (await health.state())["since"]
    assert since == {"database": NOON.isoformat(), "consumers": (NOON + timedelta(minutes=1)).isoformat()}


async def test_a_database_that_hangs_is_a_fault_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    async def standing() -> tuple[dict[str, object], dict[str, str | None]]:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr("homeward.health.checks._ANSWER_WITHIN", 0.01)
    async with asyncio.timeout(60):
        state = await Health({}, standing).state()
    assert state["faults"] == {"database": "it does not answer (TimeoutError)"}
