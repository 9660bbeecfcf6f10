"""After an outage a hub reads what waits on all topics before it acts: nobody is alarmed about a child who is back,
several batches on, and a child who is still missing is not forgotten. Also where the hub is killed in the middle."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from wire_messages import MONDAY, child, event, later

from homeward.clock import VirtualClock
from schemas.topics import police_notifications, register_children
from tests.hub.hubs import PATIENCE, Running, running

pytestmark = pytest.mark.kafka
ALARMS = {"senior.alert", "meeting.request"}
FILLERS = 12
"""Records that stand before the return in its topic: with one record in a batch, as many batches."""


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    made: Callable[[], str] = request.getfixturevalue("postgres")
    return made()


class Clocks:
    """How the timers of a hub wait: until something was promised. Tells when all that was due has been asked."""

    def __init__(self) -> None:
        self._rests = asyncio.Event()

    async def wait(self, instant: datetime | None, woken: asyncio.Event) -> None:
        self._rests.set()
        await woken.wait()

    async def all_asked(self, hub: Running, now: datetime) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                async with hub.parts.store.reading() as tx:
                    if not await tx.due_timers(now, 1):
                        return
                self._rests.clear()
                await self._rests.wait()


class Course:
    """What two forces tell: each that a child is missing whom the other finds after six hours, and the first that one
    is missing who stays so. Whichever topic is read first, one child's return is read long after its absence."""

    def __init__(self, kafka: str, force: str) -> None:
        self.kafka, self.forces = kafka, (force, f"{force}b")
        self.back, self.gone = [f"{force}-back" for force in self.forces], f"{force}-gone"

    async def tell_register(self) -> None:
        for who in (*self.back, self.gone):
            told = {"authority": "nottinghamshire", "child": child(f"compact:{who}")}
            told |= {"services": [{"service": "cscs", "worker": "sw1", "manager": "tm1"}]}
            told |= {"plan": "looked_after", "legal_status": "care_order"}
            held = event("case.context", later(-99), told, f"c-{who}")
            await self._publish(register_children("nottinghamshire"), held, key=who)

    async def tell_missing(self) -> None:
        for force, who in zip(self.forces, self.back, strict=True):
            await self._publish(police_notifications(force), _missing(force, who))
        await self._publish(police_notifications(self.forces[0]), _missing(self.forces[0], self.gone))

    async def tell_found(self) -> None:
        fillers = [orjson.dumps({"filler": f"{self.gone}-{n}"}) for n in range(FILLERS)]
        for force, who in zip(self.forces, reversed(self.back), strict=True):
            await self._publish(police_notifications(force), *fillers, _found(force, who))

    async def _publish(self, topic: str, *values: bytes, key: str = "one") -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka)
        await producer.start()
        for value in values:
            await producer.send_and_wait(topic, value, key=key.encode())
        await producer.stop()


def _missing(force: str, who: str) -> bytes:
    told = {"child": child(f"compact:{who}"), "responsible_authority": "nottinghamshire"}
    told |= {"classification": "missing", "reported_at": later(0), "incident": who, "force": force}
    return event("police.missing", later(0), told, f"m-{who}", f"/police/{force}")


def _found(force: str, who: str) -> bytes:
    told = {"incident": f"{who}-there", "force": force, "child": child(f"compact:{who}")}
    told |= {"found_at": later(6), "returned_at": later(6)}
    return event("police.found", later(6), told, f"f-{who}", f"/police/{force}")


async def said_of(hub: Running) -> dict[str, set[str]]:
    """Incident → the types of message that were said of it."""
    async with hub.parts.store.reading() as tx:
        rows = [promise.row for promise in await tx.outbox_after(0, 10_000)]
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(str(orjson.loads(row.payload)["incident"]), set()).add(row.type)
    return found


@asynccontextmanager
async def hub_at(
    hours: float, course: Course, database: str, clocks: Clocks, only: Collection[str] = ()
) -> AsyncIterator[Running]:
    now = VirtualClock(MONDAY)
    now.set(later(hours))
    async with running(
        course.kafka, database, course.forces[0], now=now.now, register=True, batch_records=1, also=course.forces[1:],
        clocks=clocks.wait, only=only, timers_gate=4 * PATIENCE,
    ) as hub:  # fmt: skip
        yield hub


async def before_the_outage(course: Course, database: str) -> None:
    """A hub reads what the register holds of the children, and goes down."""
    await course.tell_register()
    async with hub_at(0, course, database, Clocks(), ["consumers"]) as hub:
        for who in (*course.back, course.gone):  # their records stand in several partitions, and come in any order
            await hub.has_read(f"c-{who}")


async def after_the_outage(course: Course, database: str) -> dict[str, set[str]]:
    """What a hub has said when all is read and every clock that is due has been asked."""
    clocks = Clocks()
    async with hub_at(96, course, database, clocks) as hub:
        for who in course.back:
            await hub.has_read(f"f-{who}")
        await clocks.all_asked(hub, later(96))
        return await said_of(hub)


def nobody_is_alarmed_in_vain(course: Course, said: dict[str, set[str]]) -> None:
    for who in course.back:
        assert "episode.found" in said[who]
        assert not said[who] & ALARMS
    assert said[course.gone] >= ALARMS


async def test_a_return_that_waits_batches_behind_on_another_topic_is_read_before_anybody_is_alarmed(
    kafka: str, topic_prefix: str, database: str
) -> None:
    course = Course(kafka, topic_prefix)
    await before_the_outage(course, database)
    await course.tell_missing()
    await course.tell_found()
    nobody_is_alarmed_in_vain(course, await after_the_outage(course, database))


async def test_a_hub_that_is_killed_between_the_two_words_says_the_same(
    kafka: str, topic_prefix: str, database: str
) -> None:
    course = Course(kafka, topic_prefix)
    await before_the_outage(course, database)
    await course.tell_missing()
    async with hub_at(96, course, database, Clocks(), ["consumers"]) as hub:
        for who in (*course.back, course.gone):
            await hub.has_read(f"m-{who}")
        assert not (await said_of(hub))[course.gone] & ALARMS, "it waits for what is in Kafka"
    await course.tell_found()
    nobody_is_alarmed_in_vain(course, await after_the_outage(course, database))
