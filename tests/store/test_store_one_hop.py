"""That a statement costs SQLite one hop to its thread, and that what is streamed is read on from there."""

from pathlib import Path

import pytest
from sqlalchemy import select, text
from store_examples import NOON

from store import Store
from store.noting import Note
from store.one_hop import Connection
from store.tables import noted

MANY = 2500  # rows, more than are read with the statement


@pytest.fixture
def hops(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What has been asked of the thread so far."""
    seen: list[str] = []
    hop = Connection.hop

    async def counted(self: Connection, work: object) -> None:
        seen.append(str(work))
        await hop(self, work)  # type: ignore[arg-type]

    monkeypatch.setattr(Connection, "hop", counted)
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
