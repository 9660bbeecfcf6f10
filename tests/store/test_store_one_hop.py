"""That a statement costs SQLite one hop to its thread, and that what is streamed is read on from there."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select, text
from store_examples import NOON

from store import Store
from store.errors import StoreRefusedError, StoreUnpreparedError
from store.noting import Note
from store.one_hop import Connection, connect
from store.tables import noted

MANY = 2500  # rows, more than are read with the statement


@pytest.fixture
def hops(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been asked of the thread so far."""
    seen: list[str] = []
    hop = Connection._execute

    async def counted(self: Connection, work: object, *given: object, **named: object) -> object:
        seen.append(str(work))
        return await hop(self, work, *given, **named)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(Connection, "_execute", counted)
    return seen


@pytest.fixture
async def filled(tmp_path: Path) -> Store:
    store = Store.open(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}")
    await store.create()
    async with store.transaction() as tx:
        await tx.note([Note(f"{n:04}", "x", NOON) for n in range(MANY)])
    return store


async def test_a_statement_that_writes_and_one_that_reads_cost_one_hop_each(filled: Store, hops: list[str]) -> None:
    async with filled.transaction() as tx:
        hops.clear()
        await tx.note([Note("a", "x", NOON), Note("b", "x", NOON)])
        assert len(hops) == 1
        assert await tx.noted(["a", "b", "c"]) == {"a", "b"}
        assert len(hops) == 2
    await filled.close()


async def test_all_rows_are_read_however_many_there_are(filled: Store, hops: list[str]) -> None:
    async with filled.reading_connection() as connection:
        hops.clear()
        keys = (await connection.execute(select(noted.c.key).order_by(noted.c.key))).scalars().all()
    assert keys == [f"{n:04}" for n in range(MANY)]
    assert len([hop for hop in hops if "_fetch" in hop]) == 1
    await filled.close()


@pytest.mark.parametrize("size", [1, 700, 1000, 4000])
async def test_what_is_streamed_comes_in_order_and_in_parts(filled: Store, size: int) -> None:
    async with filled.reading_connection() as connection:
        streamed = await connection.stream(select(noted.c.key).order_by(noted.c.key))
        parts = [[row.key for row in part] async for part in streamed.partitions(size)]
    assert [key for part in parts for key in part] == [f"{n:04}" for n in range(MANY)]
    assert {len(part) for part in parts[:-1]} <= {size}
    await filled.close()


async def test_a_stream_that_is_left_half_way_holds_nothing_up(filled: Store) -> None:
    async with filled.reading_connection() as connection:
        streamed = await connection.stream(select(noted.c.key))
        assert await streamed.fetchone()
        await streamed.close()
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1
    async with filled.transaction() as tx:
        await tx.note([Note("new", "x", NOON)])
    await filled.close()


async def test_a_short_transaction_hops_to_begin_and_to_commit_and_not_for_its_statements(
    filled: Store, hops: list[str]
) -> None:
    async def note(name: str, **how: bool) -> int:
        async with filled.transaction(**how) as tx:
            hops.clear()
            await tx.note([Note(name, "x", NOON)])
            assert await tx.noted([name]) == {name}
            return len(hops)

    assert [await note("first"), await note("second", short=True), await note("third", brief=True)] == [2, 0, 0]
    assert await note("last") == 2  # the same connection, and no longer at once
    await filled.close()


async def test_a_connection_that_comes_back_after_its_commit_is_not_rolled_back(filled: Store, hops: list[str]) -> None:
    for _ in range(2):
        hops.clear()
        async with filled.transaction(short=True) as tx:
            await tx.note([Note("a", "x", NOON)])
        assert len(hops) == 2, "to begin and to commit"
    await filled.close()


async def test_what_is_called_off_as_it_begins_is_rolled_back_when_it_has_begun(tmp_path: Path) -> None:
    """Its thread begins when nobody waits for that any more: left so, the writer's lock would never be free."""
    holder = sqlite3.connect(tmp_path / "hub.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    mine = await connect(str(tmp_path / "hub.db"), isolation_level=None, timeout=10)
    beginning = asyncio.create_task(mine.cursor().execute("BEGIN IMMEDIATE"))
    await asyncio.sleep(0.05)  # until its thread waits for the lock
    beginning.cancel()
    rolling_back = asyncio.create_task(mine.rollback())
    await asyncio.sleep(0.05)
    holder.execute("ROLLBACK")
    await rolling_back
    await mine.hop(lambda: None)  # until its thread has nothing left to do
    assert not mine.itself.in_transaction
    holder.close()
    await mine.close()


async def test_what_is_refused_at_once_is_told_as_ever_and_the_next_is_taken(filled: Store) -> None:
    async def note(*names: str) -> None:
        async with filled.transaction(short=True) as tx:
            for name in names:
                await tx.note([Note(name, "x", NOON)])

    with pytest.raises(StoreRefusedError):
        await note("kept", "\ud800")
    async with filled.transaction(short=True) as tx:
        assert await tx.noted(["kept"]) == set()
        await tx.note([Note("kept", "x", NOON)])
    async with filled.reading() as tx:
        assert await tx.noted(["kept"]) == {"kept"}
    await filled.close()


async def test_a_statement_that_fails_in_sqlite_at_once_leaves_a_connection_that_serves(filled: Store) -> None:
    async def rename(table: str, name: str) -> None:
        async with filled.connection() as connection:
            await connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))

    async def note() -> None:
        async with filled.transaction(short=True) as tx:
            await tx.note([Note("a", "x", NOON)])

    await rename("noted", "gone")
    for _ in range(2):
        with pytest.raises(StoreUnpreparedError):
            await note()
    await rename("gone", "noted")
    await note()
    await filled.close()


async def test_who_waits_for_the_writers_lock_holds_nobody_else_up(filled: Store) -> None:
    """Only what has the lock is run at once."""
    other, begun = Store.open(str(filled._engine.url)), asyncio.Event()

    async def write() -> None:
        begun.set()
        async with other.transaction(short=True) as tx:
            await tx.note([Note("later", "x", NOON)])

    async with filled.transaction(short=True) as tx:
        writing = asyncio.create_task(write())
        await begun.wait()
        for _ in range(100):
            await asyncio.sleep(0)
        await tx.note([Note("sooner", "x", NOON)])
        assert not writing.done()
    await writing
    for store in (filled, other):
        await store.close()


async def test_a_database_in_memory_needs_no_hop(hops: list[str]) -> None:
    store = Store.open("sqlite+aiosqlite://")
    await store.create()
    hops.clear()
    async with store.transaction() as tx:
        await tx.note([Note("a", "x", NOON)])
    async with store.reading() as tx:
        assert await tx.noted(["a"]) == {"a"}
    assert hops == []
    await store.close()


async def test_a_reading_at_once_is_of_one_moment_and_so_begins_a_transaction() -> None:
    store = Store.open("sqlite+aiosqlite://")
    await store.create()
    for _ in range(3):  # the statement is made ready by then
        async with store.reading() as tx:
            assert await tx.noted(["a"]) == set()
            sync = tx._connection.sync_connection
            assert sync is not None
            assert sync.in_transaction()
    await store.close()
