"""A whole hub for a test: real Kafka, a real database, mail into memory, and only the topics it is to read."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from consumers.progress import STUCK
from consumers.timer_loop import Wait
from homeward import clock
from homeward.hub import Hub, backlog_of
from homeward.settings import Settings
from homeward.wiring import Parts, library, senders
from producers.fakes import MemoryMailSender
from producers.kafka_link import TopicShape
from schemas.topics import canary_end, canary_start, casework_outcomes, police_notifications, register_children
from store import Store
from store.migrating import migrate

PATIENCE = 120.0  # seconds until a test gives up; a group that rebalances on a busy machine takes half of it


@dataclass
class Running:
    """A hub under way, and what it has taken in so far."""

    hub: Hub
    parts: Parts
    taken: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def polled(self, records: int) -> None:
        self.taken += records
        self._news.set()

    async def has_news(self) -> None:
        """Returns when more has been taken in than when this was last called."""
        await self._news.wait()
        self._news.clear()

    async def has_taken(self, records: int) -> None:
        """Returns when so many records have been taken in and all that followed is delivered."""
        async with asyncio.timeout(PATIENCE):
            while self.taken < records:
                self._news.clear()
                await self._news.wait()
            await self.parts.relay.drain()

    async def has_read(self, message: str) -> None:
        """Returns when that message has been taken in and all that followed is delivered. For topics that tests share,
        where a count of records tells nothing."""
        async with asyncio.timeout(PATIENCE):
            while True:
                before = self.taken
                async with self.parts.store.reading() as tx:
                    lines = await tx.ledger_after(0, 10_000)
                    names = await tx.names_of([line.contents_hash for line in lines if line.contents_hash])
                if message in {name.id for name in names.values()}:
                    break
                await self.has_taken(before + 1)
            await self.parts.relay.drain()


@asynccontextmanager
async def running(
    kafka: str,
    database: str,
    force: str,
    authority: str = "nottinghamshire",
    now: Callable[[], datetime] = clock.now,
    register: bool = False,
    also: Collection[str] = (),
    stuck: float = STUCK,
    clocks: Wait | None = None,
    only: Collection[str] = (),
    by_smtp: bool = False,
    canaries: bool = False,
    **chosen: Any,
) -> AsyncIterator[Running]:
    """A hub that reads what this force and those of `also` publish; `register`: also the register and casework, which
    all tests share. The test drains its relay. `stuck`: seconds after which a partition stands still; `clocks`: how its
    timers wait, where it has any; `by_smtp`: e-mails go to the mail server of the settings and not into memory;
    `canaries`: it reads the topics of its own canaries too, which the test sends out;
    `chosen`: further settings."""
    topics = [police_notifications(each) for each in (force, *also)]
    if register:
        topics += [register_children(authority), casework_outcomes(authority)]
    if canaries:
        topics += [canary_start(), canary_end(authority)]
    settings = Settings(kafka_bootstrap=kafka, kafka_group=f"test-{force}", database_url=database, **chosen)
    await migrate(settings.database)
    packs, directories = library(settings)
    ways = senders(settings, TopicShape(partitions=2))
    ways = {"topic": ways["topic"], "mail": ways["mail"] if by_smtp else MemoryMailSender()}
    pattern = f"^({'|'.join(topics)})$"
    timed: dict[str, Any] = {} if clocks is None else {"wait": clocks, "ready": backlog_of(settings, pattern)}
    parts = Parts(settings, packs, directories, Store.open(settings.database), ways, now=now, **timed)
    hub = Hub(parts, only or ["consumers", *(["timers"] if timed else [])], pattern, stuck)
    under_way = Running(hub, parts)
    hub.subscriber.polled = under_way.polled
    await hub.start()
    try:
        yield under_way
    finally:
        await hub.stop()
