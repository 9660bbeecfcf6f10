"""A relay with all that surrounds it: a store that can be away, senders that can fail or die, a clock that the test
moves. Synthetic rows; no child was ever called so."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from outbox.addressing import DirectoryBook
from outbox.directory import Directory
from outbox.dispatch import Manner
from outbox.relay import Relay
from outbox.retry import Retry
from producers.fakes import MemoryKafkaSender, MemoryMailSender
from schemas.delivery import Outgoing, Receipt, Sender, Verdict
from store import Delivery, LedgerEntry, OutboxRow, Store, StoreUnavailableError

NOON = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LEASE = 30 * SECOND
CARE, POLICE = "topic/nottinghamshire.social-care.v1", "topic/police.XX.intelligence.v1"
WORKER = "mail/nottinghamshire/allocated_social_worker/sw1"
BOOK = DirectoryBook(
    {"nottinghamshire": Directory("nottinghamshire", {}, {}, {"sw1": "sw1@children.example"})}, {}, lambda: NOON
)


class Died(BaseException):
    """What a process does that is killed: nothing after it is done any more."""


class FrailStore(Store):
    """A store that is away when told: each connection takes the next of `faults`: "away" fails before anything is
    done, "answer" loses the answer to a commit that was kept, "" works."""

    faults: list[str]
    spent: asyncio.Event
    """Set when the last of the faults has struck."""

    def fail(self, *faults: str) -> None:
        self.faults = [*faults]
        self.spent = asyncio.Event()

    @asynccontextmanager
    async def connection(self, brief: bool = False, autocommit: bool = False) -> AsyncIterator[AsyncConnection]:
        fault = self.faults.pop(0) if self.faults else ""
        try:
            if fault == "away":
                raise StoreUnavailableError("away")
            async with super().connection(brief, autocommit) as connection:
                yield connection
            if fault == "answer":
                raise StoreUnavailableError("answer lost")
        finally:
            if fault and not self.faults:
                self.spent.set()


@dataclass
class Watched:
    """A sender that notes what got through, and does before and after a batch what it is told."""

    inner: Sender
    delivered: list[Outgoing] = field(default_factory=list)
    before: Callable[[Sequence[Outgoing]], None] = lambda _: None
    after: Callable[[Sequence[Outgoing]], None] = lambda _: None

    async def start(self) -> None:
        await self.inner.start()

    async def stop(self) -> None:
        await self.inner.stop()

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        self.before(batch)
        receipts = await self.inner.send(batch)
        # A fake delivers what is in doubt, too.
        arrived = (Verdict.SENT, Verdict.IN_DOUBT)
        self.delivered += [item for item, got in zip(batch, receipts, strict=True) if got.verdict in arrived]
        self.after(batch)
        return receipts


@dataclass
class World:
    """`fates`: what befalls a row (by id) whenever it is sent."""

    store: FrailStore
    now: datetime = NOON
    fates: dict[str, Verdict | Receipt | None] = field(default_factory=dict)
    topics: Watched = field(init=False)
    mails: Watched = field(init=False)

    def __post_init__(self) -> None:
        self.topics = Watched(MemoryKafkaSender(lambda item: self.fates.get(item.row)))
        self.mails = Watched(MemoryMailSender(lambda item: self.fates.get(item.row)))

    def relay(self, owner: str = "one", **changes: Any) -> Relay:
        retry = changes.pop("retry", Retry(first=MINUTE, longest=MINUTE, attempts=3, spread=0))
        senders = {"topic": self.topics, "mail": self.mails} | changes.pop("senders", {})
        addresses = changes.pop("addresses", BOOK)
        given: dict[str, Any] = {
            "manners": {"topic": Manner(retry), "mail": Manner(retry, most=100, hands=4)},
            "now": lambda: self.now,
            "lease": LEASE,
            "look": 60,
            "pause": 0.001,
        }
        return Relay(self.store, senders, addresses, owner=owner, **(given | changes))

    async def promise(self, *rows: OutboxRow) -> None:
        async with self.store.transaction() as tx:
            await tx.append([], rows)

    def arrived(self) -> list[str]:
        """Rows that got through to topics, in order."""
        return [item.row for item in self.topics.delivered]

    async def promises(self) -> dict[str, Delivery]:
        async with self.store.reading() as tx:
            return {promise.row.id: promise for promise in await tx.outbox_after(0, 1000)}

    async def states(self) -> dict[str, str]:
        return {row: promise.state for row, promise in (await self.promises()).items()}

    async def ledger(self) -> list[LedgerEntry]:
        async with self.store.reading() as tx:
            return await tx.ledger_after(0, 1000)

    async def release(self) -> int:
        """What an operator does who has mended the cause."""
        async with self.store.transaction() as tx:
            return await tx.release([held.position for held in await tx.held_up()])


def row(
    id: str, child: str = "k1", to: str = CARE, type: str = "notify.missing", cause: str | None = None
) -> OutboxRow:
    """A promised row with every detail filled in that a test does not speak of. Without `cause` it has its own."""
    body = orjson.dumps({"authority": "nottinghamshire", "causation": {"source": "/test", "id": cause or id}})
    told = (f"m-{id}", "episode", child, type, body, NOON, None, ("5.10",), "nottinghamshire", f"ep-{child}")
    return OutboxRow(id, *told, to, "routine", None)


@asynccontextmanager
async def a_world(url: str = "sqlite+aiosqlite://") -> AsyncIterator[World]:
    store = FrailStore.open(url)
    store.fail()
    await store.create()
    try:
        yield World(store)
    finally:
        await store.close()
