"""The stage of the demo: a hub on a real Kafka and a SQLite file, and a virtual clock that moves only when both intake
and relay are idle. What is published comes from an ordinary producer; what was said is read back from the topics."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer  # type: ignore[import-untyped]

from consumers.clients import open_client
from homeward.clock import VirtualClock
from homeward.demo.story import AUTHORITY, FORCE, Scene
from homeward.hub import Hub
from homeward.settings import Settings
from homeward.wiring import Parts, library, senders
from producers.kafka_link import TopicShape
from schemas.topics import casework_outcomes, police_notifications, register_children
from store import Store
from store.history import Delivery
from store.migrating import migrate

_TAKEN_WITHIN = 30.0  # seconds for the hub to take a record in
_TOPICS = re.compile(r"^(?!police\.[^.]+\.notifications|casework\.|register\.|__).*\.v1$")


class Stage:
    """A hub to play on."""

    def __init__(self, parts: Parts, clock: VirtualClock, producer: AIOKafkaProducer) -> None:
        self.parts, self.clock, self._producer = parts, clock, producer
        self.hub = Hub(parts, ["consumers"])
        self.hub.subscriber.polled = self._polled
        self._published = self._taken = self._seen = 0
        self._news = asyncio.Event()

    def _polled(self, records: int) -> None:
        self._taken += records
        self._news.set()

    async def play(self, scene: Scene, n: int) -> list[Delivery]:
        """Publishes a record, and returns what the hub promised by it once everything is delivered."""
        topic = register_children(AUTHORITY) if scene.type == "case.context" else police_notifications(FORCE)
        event = {
            "specversion": "1.0",
            "id": f"demo-{n}",
            "source": f"/police/{FORCE}" if topic.startswith("police") else f"/casework/{AUTHORITY}",
            "type": scene.type,
            "time": scene.at,
            "datacontenttype": "application/json",
            "data": scene.data,
        }
        body = scene.raw or orjson.dumps(event, option=orjson.OPT_UTC_Z)
        await self._producer.send_and_wait(topic, body, key=scene.key.encode())
        self._published += 1
        async with asyncio.timeout(_TAKEN_WITHIN):
            while self._taken < self._published:
                self._news.clear()
                await self._news.wait()
        return await self.settled()

    async def advance(self, until: datetime) -> AsyncIterator[list[Delivery]]:
        """Moves the clock to `until`, from timer to timer; yields what each instant led to."""
        while True:
            async with self.parts.store.reading() as tx:
                due = await tx.next_timer()
                timers = await tx.due_timers(due, 500) if due and due <= until else []
            if due is None or due > until:
                break
            self.clock.set(max(due, self.clock.now()))
            await self.parts.intake.fire_timers(timers)
            yield await self.settled()
        self.clock.set(max(until, self.clock.now()))

    async def settled(self) -> list[Delivery]:
        """Delivers everything, and returns the deliveries that are new since the last time."""
        await self.parts.relay.drain()
        async with self.parts.store.reading() as tx:
            found = await tx.outbox_after(self._seen, 10_000)
        self._seen = max((p.position for p in found), default=self._seen)
        return found

    async def heard(self) -> list[tuple[str, str]]:
        """(topic, message id) of every record on the hub's own topics, read by an ordinary consumer."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.parts.settings.kafka_bootstrap, auto_offset_reset="earliest", group_id=None
        )
        async with open_client(consumer.start(), consumer.stop):
            topics = [topic for topic in await consumer.topics() if _TOPICS.match(topic)]
            if not topics:
                return []
            consumer.subscribe(topics)
            await consumer.getmany(timeout_ms=0)
            ends = await consumer.end_offsets(consumer.assignment())
            heard: list[tuple[str, str]] = []
            while any([await consumer.position(tp) < end for tp, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    heard += [(r.topic, dict(r.headers)["ce_id"].decode()) for r in records]
            return heard


@asynccontextmanager
async def stage(settings: Settings, begins: datetime) -> AsyncIterator[Stage]:
    """A hub that is set up and consuming, and a producer for its inbound topics."""
    clock = VirtualClock(begins)
    packs, directories = library(settings)
    await migrate(settings.database)
    store = Store.open(settings.database)
    ways = senders(settings, TopicShape(partitions=3), packs)
    parts = Parts(settings, packs, directories, store, ways, now=clock.now)
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap)
    await producer.start()
    # The topics exist before the hub subscribes, so that it need not look for them.
    for topic in (police_notifications(FORCE), register_children(AUTHORITY), casework_outcomes(AUTHORITY)):
        await producer.partitions_for(topic)
    playing = Stage(parts, clock, producer)
    try:
        await playing.hub.start()
        yield playing
    finally:
        await producer.stop()
        await playing.hub.stop()
