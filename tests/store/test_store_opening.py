"""Opening a database: what survives a loss of power, who may read it, what a fault is called, what is imported."""

import stat
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from sqlalchemy import text
from store_examples import claim, promise, promised

from store import PersonRow, Store, StoreRefusedError, StoreUnavailableError, StoreUnpreparedError


async def test_a_commit_on_sqlite_survives_a_loss_of_power(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    await store.create()
    async with store.connection() as connection:
        kept = [(await connection.execute(text(f"PRAGMA {name}"))).scalar_one() for name in _PROMISED]
    assert dict(zip(_PROMISED, kept, strict=True)) == _PROMISED
    await store.close()


_PROMISED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15_000}


async def test_a_new_file_and_its_folder_are_for_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "store.db"
    store = Store.open(f"sqlite+aiosqlite:///{file}")
    await store.create()
    await store.create()
    await store.close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_what_was_kept_is_there_after_opening_again(url: str) -> None:
    store = Store.open(url)
    await store.create()
    async with store.transaction() as tx:
        await tx.claim([claim("a")])
    await store.close()
    again = Store.open(url)
    async with again.transaction() as tx:
        assert await tx.claim([claim("a"), claim("b")]) == {"b"}
    await again.close()


async def test_each_store_in_memory_is_a_world_of_its_own() -> None:
    one, other = Store.open("sqlite+aiosqlite://"), Store.open("sqlite+aiosqlite://")
    for store in (one, other):
        await store.create()
    async with one.transaction() as tx:
        await tx.save([PersonRow("p1", "a", b"", 1)], [], [], [])
    async with other.reading() as tx:
        assert await tx.load(["p1"]) == ({}, [])
    await one.close()
    await other.close()


async def test_creating_what_is_there_leaves_it_as_it_is(store: Store) -> None:
    await promise(store, promised("o1"))
    await store.create()
    async with store.reading() as tx:
        assert (await tx.standing()).states == {"prepared": 1}


async def test_what_is_missing_of_the_tables_is_created(store: Store) -> None:
    async with store.connection() as connection:
        await connection.execute(text("DROP TABLE timers"))
    await store.create()
    async with store.reading() as tx:
        assert await tx.next_timer() is None


async def test_a_database_without_tables_says_what_to_do(url: str) -> None:
    store = Store.open(url)
    with pytest.raises(StoreUnpreparedError, match="homeward migrate"):
        async with store.transaction() as tx:
            await tx.next_timer()
    await store.close()


@pytest.mark.parametrize("address", ["postgresql://nobody:secret@127.0.0.1:1/none", "sqlite:////no/such/folder/x.db"])
async def test_a_database_that_cannot_be_reached_is_unavailable_and_no_password_is_told(address: str) -> None:
    store = Store.open(address)
    with pytest.raises(StoreUnavailableError) as fault:
        async with store.transaction() as tx:
            await tx.next_timer()
    assert "secret" not in str(fault.value)
    await store.close()


def test_only_the_two_kinds_of_database_are_known() -> None:
    with pytest.raises(ValueError, match="mysql"):
        Store.open("mysql://localhost/x")


async def test_a_fault_of_the_caller_comes_out_as_it_is(store: Store) -> None:
    for fault in (OSError("a file of the caller's"), ValueError("a bad value")):
        with pytest.raises(type(fault)) as raised:  # noqa: PT012 - it is to come out of the transaction
            async with store.transaction() as tx:
                await tx.claim([claim("a")])
                raise fault
        assert raised.value is fault


@pytest.mark.parametrize("unfit", ["a child's name", "a child's name \ud800"])
async def test_a_fault_of_the_database_tells_no_value(store: Store, unfit: str) -> None:
    with pytest.raises(StoreRefusedError) as fault:
        await promise(store, promised(unfit), promised(unfit))
    assert "a child's name" not in "".join(traceback.format_exception(fault.value))


def test_on_sqlite_neither_postgres_nor_migrations_are_imported(tmp_path: Path) -> None:
    used = (
        "import asyncio, sys\n"
        "from store import Store\n"
        "async def use(store):\n"
        "    await store.create()\n"
        "    async with store.transaction() as tx:\n"
        "        await tx.claim([])\n"
        "    await store.close()\n"
        "asyncio.run(use(Store.open('sqlite+aiosqlite://')))\n"
        "print(sorted({'asyncpg', 'alembic', 'pydantic', 'faststream'} & sys.modules.keys()))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", used], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
