"""A hub that has served for years beside one that begins: what is over must not slow down what comes next.

A thousand notifications go through a hub, and the database copies what it wrote down of them, under ids of their own.
The copies prove nothing (their hashes are those of the first), share the keys of their first and are never opened:
copies that are come from `bench.cloning`, one by one. None has a description, so that looking for a child by one is
measured elsewhere (`bench.matching`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench import measures
from bench.comparing import Comparison
from bench.turns import Ground, in_turns, next_mark
from store import Store
from store.contents_table import sealed_contents
from store.custody_tables import ledger_heads
from store.delivery_table import deliveries
from store.tables import (
    blocking,
    episode_references,
    episodes,
    identifiers,
    inbox,
    ledger,
    outbox,
    people,
    timers,
    worklist,
)

SEEDS, QUICK_SEEDS = 1000, 50
"""Notifications that are copied. Of 1000 come a million messages in the inbox, a hundred thousand children and ten
thousand episodes that are open."""

TIMES: Mapping[Table, tuple[int, tuple[str, ...]]] = MappingProxyType(
    {
        inbox: (1000, ("key", "message")),
        people: (100, ("id",)),
        blocking: (100, ("key", "person")),
        identifiers: (100, ("value", "person")),
        episodes: (100, ("id", "person")),
        episode_references: (100, ("incident", "person", "episode")),
        timers: (10, ("id", "person", "episode")),
        worklist: (10, ("id", "case_id", "episode", "message")),
        ledger: (200, ("id", "episode", "causation", "contents_hash")),
        ledger_heads: (200, ("episode",)),
        sealed_contents: (100, ("hash", "person", "line", "episode")),
        outbox: (100, ("id", "message_id", "aggregateid", "subject")),
        deliveries: (100, ("lane",)),
    }
)
"""How many of each row there are in the end, and the columns that tell the copies apart. Each comes after those that it
refers to. There is twice as much of the ledger: it keeps what has been purged elsewhere."""
_SETTLED = {"state": "'accepted'", "next_attempt_at": "NULL", "lease_owner": "NULL", "lease_until": "NULL"}
_OPEN = 10
"""So many of each episode are open, and all others have ended."""


async def grow(ground: Ground) -> list[Comparison]:
    """Intake and relay together. The large database is the same in all runs: what one adds is little to it."""
    count, seeds = (200, QUICK_SEEDS) if ground.quick else (3000, SEEDS)
    large = ground.fresh()
    await fill(ground.kafka, large, seeds)
    what = f"grown by {seeds * TIMES[inbox][0]:,} messages, end to end"
    made = [ground.compare(what, "notifications/s", "an empty database", "more", 0.77)]
    await in_turns(
        ground.few_rounds,
        lambda: measures.end_to_end("whole", ground.kafka, next_mark(), ground.fresh(), count),
        (lambda: measures.end_to_end("whole", ground.kafka, next_mark(), large, count), made),
    )
    return made


async def fill(kafka: str, database: str, seeds: int) -> None:
    """Takes in so many notifications, and copies what the hub wrote."""
    await measures.end_to_end("whole", kafka, next_mark(), database, seeds)
    store = Store.open(database, within=None)
    try:
        async with store.connection() as connection:
            await multiply(connection)
        if store.postgres:  # as autovacuum has done by then
            async with store.connection(autocommit=True) as connection:
                await connection.exec_driver_sql("VACUUM ANALYZE")
    finally:
        await store.close()


async def multiply(connection: AsyncConnection) -> None:
    """Copies the rows of every table as often as `TIMES` says."""
    span = await connection.scalar(text("SELECT max(position) FROM outbox"))
    for table, (times, ids) in TIMES.items():
        await connection.execute(text(_copy(table, ids)), {"times": times, "span": span, "open": _OPEN})
    if connection.dialect.name == "postgresql":
        moved = "SELECT setval(pg_get_serial_sequence('outbox', 'position'), max(position)) FROM outbox"
        await connection.execute(text(moved))


def _copy(table: Table, ids: tuple[str, ...]) -> str:
    names = [column.name for column in table.columns if not (table is ledger and column.name == "position")]
    values = [_value(table, name, ids) for name in names]
    numbers = "WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < :times - 1)"
    written = ", ".join(f'"{name}"' for name in names)
    return (
        f"INSERT INTO {table.name} ({written}) {numbers} SELECT {', '.join(values)} FROM copies, {table.name} AS held"
    )


def _value(table: Table, name: str, ids: tuple[str, ...]) -> str:
    held = f'held."{name}"'
    if name in ids:
        # Turned round, so that the ids of one row's copies lie as far apart as those of different rows.
        return f"substr({held}, copies.n % 36 + 1) || substr({held}, 1, copies.n % 36) || '-' || copies.n"
    if name == "position":
        return "held.position + copies.n * :span"
    if table is episodes and name == "state":
        return "CASE WHEN copies.n < :open THEN held.state ELSE 'ended' END"
    if table is deliveries and name in _SETTLED:
        return _SETTLED[name]
    return held
