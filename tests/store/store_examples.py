"""Rows for the tests of the store, with every detail filled in that a test does not speak of."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url

from store import (
    SHARDS,
    Claim,
    LeasedRow,
    LedgerRow,
    OutboxRow,
    Ownership,
    QuarantineRow,
    Settlement,
    Store,
    TimerRow,
    shard_name,
)

NOON = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LEASE = 30 * SECOND
ALL_SHARDS = [shard_name(shard) for shard in range(SHARDS)]


def claim(key: str) -> Claim:
    return Claim(key, "/police/XX", f"message {key}", "police.missing", "police.XX.notifications.v1", 0, 7, NOON)


def promised(
    row: str, *, child: str = "child", to: str = "topic/care.v1", type: str = "notify.missing", at: datetime = NOON
) -> OutboxRow:
    clauses = ("5.10", "HUB")
    told = (f"message of {row}", "episode", child, type, b'{"a":1}', at, None, clauses, "nottinghamshire", "episode-1")
    return OutboxRow(row, *told, to, "immediate", None)


def line(row: str, *, entry: dict[str, object] | None = None, contents: bytes | None = None) -> LedgerRow:
    return LedgerRow(row, NOON, "report", "nottinghamshire", "episode-1", "cause", entry or {}, contents)


def with_keys(url: str, file: Path) -> str:
    """The url of a database whose keys are in that file."""
    named = make_url(url).update_query_dict({"keys": f"sqlite+aiosqlite:///{file}"})
    return named.render_as_string(hide_password=False)


def timer(row: str, due: datetime = NOON, *, person: str = "p1", episode: str | None = "e1") -> TimerRow:
    return TimerRow(row, "nottinghamshire", person, episode, "ladder.24h", due)


def unreadable(row: str, *, offset: int = 0, value: bytes | None = b"{", at: datetime = NOON) -> QuarantineRow:
    headers = (("ce_type", b"police.missing"),)
    return QuarantineRow(row, "police.XX.notifications.v1", 3, offset, b"k", headers, value, NOON, "bad_json", "", at)


async def promise(store: Store, *rows: OutboxRow) -> None:
    async with store.transaction() as tx:
        await tx.append([], rows)


class Relay:
    """One relay that owns every shard it can get, driven by hand."""

    def __init__(self, store: Store, owner: str = "one") -> None:
        self.store, self.ownership = store, Ownership(store, owner)
        self.fences: dict[int, int] = {}

    async def own(self, now: datetime = NOON) -> "Relay":
        held = await self.ownership.acquire(ALL_SHARDS, now, LEASE)
        self.fences = {int(name.removeprefix("relay/")): fence for name, fence in held.items()}
        return self

    async def claim(
        self, now: datetime = NOON, limit: int = 100, overtaking: tuple[str, ...] = (), channel: str = "topic"
    ) -> list[LeasedRow]:
        async with self.store.transaction() as tx:
            await tx.free_lapsed(self.fences, now, LEASE)
            return await tx.claim_deliveries(self.ownership.owner, self.fences, now, LEASE, limit, channel, overtaking)

    async def settle(self, *settlements: Settlement, now: datetime = NOON) -> int:
        async with self.store.transaction() as tx:
            return await tx.settle(self.ownership.owner, settlements, now)


def ids(rows: list[LeasedRow]) -> list[str]:
    return [row.row.id for row in rows]
