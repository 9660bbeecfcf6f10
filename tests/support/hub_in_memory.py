"""Intake over a database in memory, with a clock that a test sets, and what was promised by it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from wire_messages import MONDAY, later

from consumers.parsing import parse_record
from homeward.clock import VirtualClock
from homeward.library import read_directories, read_packs
from intake.intake import Intake
from intake.records import RawRecord
from routing.library import Packs
from store import OutboxRow, Quarantined, Store
from store.history import LedgerEntry
from tests.shipped import shipped_directories, shipped_packs

POLICE = "police.XX.notifications.v1"
CASEWORK = "casework.nottinghamshire.outcomes.v1"
REGISTER = "register.nottinghamshire.children.v1"


class Hub:
    """What arrives, and what it led to so far. `gate`: how long what waits in Kafka is read before it is acted on."""

    def __init__(
        self,
        store: Store,
        packs: Packs | None = None,
        folders: Sequence[Path] = (),
        begins: datetime = MONDAY,
        gate: timedelta | None = None,
    ) -> None:
        self.store, self.clock, self.woken = store, VirtualClock(begins), 0
        self.packs = packs or (read_packs(folders) if folders else shipped_packs())
        directories = read_directories(folders) if folders else shipped_directories()
        self.intake = Intake(store, self.packs, directories, parse_record, self.clock.now, self._wake, gate=gate)
        self._offset = 0

    def _wake(self) -> None:
        self.woken += 1

    def raw(self, value: bytes | None, topic: str | None = None) -> RawRecord:
        """A record at the next offset of its topic; the topic is that of the message's type unless given. It comes when
        it was sent, or now where that is past."""
        self._offset += 1
        self.clock.set(max(self.clock.now(), _sent(value)))
        return RawRecord(topic or _topic(value), 0, self._offset, value, self.clock.now())

    async def take(self, *values: bytes) -> None:
        """One batch."""
        await self.intake.process_batch([self.raw(value) for value in values])

    async def fall(self, hours: float) -> None:
        """Everything that is due until then, in order, while the clock moves on."""
        await self.fall_until(later(hours))

    async def fall_until(self, until: datetime) -> None:
        """The same up to and including an instant."""
        while True:
            async with self.store.reading() as tx:
                due = await tx.next_timer()
                timers = [t for t in await tx.due_timers(due, 500) if t.due_at == due] if due else []
            if due is None or due > until:
                return
            self.clock.set(max(due, self.clock.now()))
            await self.intake.fire_timers(timers)

    async def rows(self) -> list[OutboxRow]:
        async with self.store.reading() as tx:
            return [promise.row for promise in await tx.outbox_after(0, 10_000)]

    async def said(self) -> list[dict[str, Any]]:
        """Each message once: its type, and its data."""
        rows = {row.message_id: row for row in await self.rows()}
        return [{"type": row.type, "id": row.message_id, **orjson.loads(row.payload)} for row in rows.values()]

    async def kinds(self, type_: str = "exception.raise") -> list[str]:
        return [message["kind"] for message in await self.said() if message["type"] == type_]

    async def held(self) -> list[Quarantined]:
        async with self.store.reading() as tx:
            return await tx.quarantined()

    async def ledger(self, kind: str) -> list[LedgerEntry]:
        async with self.store.reading() as tx:
            return [line for line in await tx.ledger_after(0, 10_000) if line.kind == kind]

    async def episodes(self) -> dict[str, set[str]]:
        """The episodes that messages speak of: incident → ids."""
        found: dict[str, set[str]] = {}
        for message in await self.said():
            if message["episode"]:
                found.setdefault(message["incident"], set()).add(message["episode"])
        return found


def _sent(value: bytes | None) -> datetime:
    try:
        return datetime.fromisoformat(orjson.loads(value or b"")["time"])
    except (ValueError, LookupError, TypeError):
        return MONDAY


def _topic(value: bytes | None) -> str:
    type_ = str(orjson.loads(value or b"{}").get("type", ""))
    return POLICE if type_.startswith("police.") else REGISTER if type_ == "case.context" else CASEWORK


@asynccontextmanager
async def hub(
    packs: Packs | None = None, folders: Sequence[Path] = (), begins: datetime = MONDAY
) -> AsyncIterator[Hub]:
    store = Store.open("sqlite+aiosqlite://")
    await store.create()
    try:
        yield Hub(store, packs, folders, begins)
    finally:
        await store.close()
