"""Running a hub: its consumers, its relay and its timers, each of which may run in a process of its own."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]
from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from consumers.backlog import read_through
from consumers.progress import Progress
from consumers.subscriber import PATTERN, Subscriber
from homeward.health import Health
from homeward.settings import Settings
from homeward.wiring import HubPart, Parts, chosen_parts, consumer_connection
from intake.worklist import fill_worklist
from store.errors import StoreUnavailableError

log = logging.getLogger(__name__)
_REPLAYS_EVERY = 2.0  # seconds between two looks for replays that somebody asked for
_REPLAYS_AT_ONCE = 100
_NEW_TOPICS_WITHIN = 5_000  # milliseconds until a new topic is subscribed to
_GRACE = 30.0  # seconds that a batch in flight has to end


class Hub:
    """One process. `start` returns when every part runs; `stop` ends them in the order in which work flows."""

    def __init__(self, parts: Parts, only: Collection[str] = (), pattern: str = PATTERN) -> None:
        self.parts, self.settings = parts, parts.settings
        self.running: tuple[HubPart, ...] = chosen_parts(only)
        self._pattern = pattern
        self.subscriber = Subscriber(parts.intake.process_batch)
        self.broker = kafka_broker(self.settings)
        checks = {"consumers": Progress(self._consumers, time.monotonic).is_made} if "consumers" in self.running else {}
        self.health = Health(checks, self._standing, self.settings.health_host, self.settings.health_port)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Raises StoreUnavailableError or KafkaError where database or broker cannot be reached."""
        await fill_worklist(self.parts.store, self.parts.packs)
        for sender in self.parts.senders.values():
            await sender.start()
        if "relay" in self.running:
            self._begin(self.parts.relay.run())
        if "consumers" in self.running:
            self.subscriber.cluster = await cluster_id(self.settings)
            batch = (self.settings.batch_records, self.settings.batch_timeout_ms)
            self.subscriber.attach(self.broker, self.settings.kafka_group, *batch, self._pattern)
            await self.broker.start()
            self._begin(self._replays())
        if "timers" in self.running:
            self._begin(self.parts.timers.run())
        await self.health.start()

    async def run(self, stopped: asyncio.Event, started: Callable[[], None] = lambda: None) -> None:
        """Runs until `stopped` is set or a part ends by itself, which raises what ended it."""
        try:
            await self.start()
            started()
            waiting = asyncio.create_task(stopped.wait())
            done, _ = await asyncio.wait([waiting, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            for task in done - {waiting}:
                task.result()
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Ends taking in first, then the clocks, then delivery: what was promised until then is still sent."""
        await self.health.stop()
        if "consumers" in self.running:
            await self.broker.stop()
        await self.parts.timers.stop()
        await self.parts.relay.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for sender in self.parts.senders.values():
            await sender.stop()
        await self.parts.store.close()

    def _consumers(self) -> list[Any]:
        """Those of the subscriptions that run."""
        subscribed = (getattr(subscriber, "consumer", None) for subscriber in self.broker.subscribers)
        return [consumer for consumer in subscribed if consumer is not None]

    async def _standing(self) -> dict[str, Any]:
        """What stands in the outbox and in quarantine, and how many seconds ago each register sent its newest
        record."""
        async with self.parts.store.reading() as tx:
            counts, feeds = await tx.standing(), await tx.feeds()
        now = self.parts.now()
        ages = {feed.authority: round((now - feed.newest_at).total_seconds()) for feed in feeds}
        return {"deliveries": counts.states, "quarantined": counts.quarantined, "register_age": ages}

    def _begin(self, work: object) -> None:
        assert asyncio.iscoroutine(work)
        self._tasks.append(asyncio.create_task(work))

    async def _replays(self) -> None:
        """Takes in again what somebody asked to be replayed from quarantine."""
        while True:
            try:
                await self.parts.intake.replay(_REPLAYS_AT_ONCE)
            except StoreUnavailableError as error:
                log.warning("Cannot reach the database: replays are on hold, retrying", extra={"cause": str(error)})
            await asyncio.sleep(_REPLAYS_EVERY)


def backlog_of(settings: Settings) -> Callable[[], Awaitable[None]]:
    """What the timers wait for at start: the backlog is read, or the bound of the settings is over."""

    async def ready() -> None:
        await read_through(consumer_connection(settings), settings.kafka_group, settings.timers_gate)

    return ready


async def cluster_id(settings: Settings) -> str:
    """The id that the cluster gave itself; addresses change, it does not."""
    admin = AIOKafkaAdminClient(**consumer_connection(settings))
    try:
        await admin.start()
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()


def kafka_broker(settings: Settings) -> KafkaBroker:
    """A FastStream broker for the settings, not started."""
    return KafkaBroker(
        settings.kafka_bootstrap,
        security=_security(settings),
        metadata_max_age_ms=_NEW_TOPICS_WITHIN,
        graceful_timeout=_GRACE,
        logger=None,
        client_id="homeward",
    )


def _security(settings: Settings) -> BaseSecurity | None:
    if settings.kafka_security == "PLAINTEXT":
        return None
    connection = consumer_connection(settings)
    context = connection["ssl_context"]
    if settings.kafka_security == "SSL":
        return BaseSecurity(ssl_context=context)
    kinds = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
    return kinds[settings.kafka_sasl_mechanism](
        username=connection["sasl_plain_username"],
        password=connection["sasl_plain_password"],
        ssl_context=context,
        use_ssl=context is not None,
    )
