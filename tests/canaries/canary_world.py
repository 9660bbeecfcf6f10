"""A whole hub whose canaries walk: what leaves for Kafka is read again by hand, and each part can be dead."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from wire_messages import MONDAY

from homeward.canaries import CanaryWalks
from homeward.clock import VirtualClock
from homeward.settings import Settings
from homeward.wiring import Parts
from intake.records import RawRecord
from producers.fakes import MemoryKafkaSender, MemoryMailSender
from schemas.delivery import Outgoing, Verdict
from store import Store
from store.canaries import CanaryRow
from store.rows import CANARY
from tests.shipped import shipped_directories, shipped_packs

EVERY = timedelta(minutes=15)
PROBE = "probe@hub.example"
WHOSE = ("islington", "nottinghamshire")


class World:
    """Dead parts by name: `kafka`, `consumers`, `relay`, `mail`."""

    def __init__(self, store: Store, whose: Sequence[str] = WHOSE, **chosen: Any) -> None:
        self.store, self.clock, self.dead = store, VirtualClock(MONDAY), set[str]()
        self.topics, self.mail = MemoryKafkaSender(self._away), MemoryMailSender(self._away)
        ways = {"topic": self.topics, "mail": self.mail}
        settings = Settings(trial=True, authorities=whose, **{"canary_to": PROBE, **chosen})
        packs = shipped_packs().serving(whose)
        self.parts = Parts(settings, packs, shipped_directories(), store, ways, now=self.clock.now)
        assert self.parts.canaries
        self.canaries: CanaryWalks = self.parts.canaries
        self._read = 0

    def _away(self, item: Outgoing) -> Verdict | None:
        way = "mail" if "@" in item.address else "kafka"
        return Verdict.AWAY if way in self.dead else None

    async def turn(self, minutes: float = 0) -> None:
        """Time passes, and everything that lives has its turn."""
        self.clock.set(self.clock.now() + timedelta(minutes=minutes))
        await self.canaries.look()
        await self.read()
        await self.deliver()
        await self.read()
        await self.canaries.look()

    async def read(self, records: list[RawRecord] | None = None) -> None:
        """What has been written to topics of canaries since, or these, is taken in."""
        if "consumers" in self.dead:
            return
        fresh, self._read = self.topics.records[self._read :], len(self.topics.records)
        at = self.clock.now()
        mine = [r for r in fresh if dict(r.headers)["ce_type"] == CANARY.encode()]
        found = [RawRecord(r.topic, 0, n, r.value, at, r.key, r.headers) for n, r in enumerate(mine)]
        await self.parts.intake.process_batch(found if records is None else records)

    async def deliver(self) -> None:
        if "relay" not in self.dead:
            await self.parts.relay.drain()

    async def rows(self) -> dict[str, CanaryRow]:
        async with self.store.reading() as tx:
            return {row.authority: row for row in await tx.canaries()}

    async def waits_for(self) -> set[str | None]:
        """The stages that the canaries wait for."""
        return {row.waits_for for row in (await self.rows()).values()}

    async def table(self, name: str, without: tuple[str, ...] = ()) -> list[tuple[object, ...]]:
        """Every row of a table as it stands, in order, less these columns."""
        async with self.store.reading_connection() as connection:
            found = await connection.execute(text(f"SELECT * FROM {name}"))
            kept = [n for n, column in enumerate(found.keys()) if column not in without]
            return sorted((tuple(row[n] for n in kept) for row in found), key=repr)


@asynccontextmanager
async def world(url: str = "sqlite+aiosqlite://", **chosen: Any) -> AsyncIterator[World]:
    """With its tables, empty."""
    store = Store.open(url)
    await store.create()
    yield World(store, **chosen)
    await store.close()
