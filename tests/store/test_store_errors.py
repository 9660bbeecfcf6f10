"""What the database says no with, by class: what passes by itself, what somebody must mend, what the rows are to blame
for, and what is a fault of ours. On the databases themselves."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store import (
    Store,
    StoreCrowdedError,
    StoreForbiddenError,
    StoreRefusedError,
    StoreUnavailableError,
    StoreUnpreparedError,
)
from store.errors import StoreRepeatedError, translated

STATES: dict[str, type[Exception]] = {
    "08006": StoreUnavailableError,  # the connection failed
    "40001": StoreUnavailableError,  # serialisation
    "40P01": StoreUnavailableError,  # deadlock
    "53100": StoreUnavailableError,  # the disk is full
    "53300": StoreUnavailableError,  # too many connections
    "55P03": StoreUnavailableError,  # a lock was not to be had
    "57014": StoreUnavailableError,  # cancelled, also by a timeout
    "57P01": StoreUnavailableError,  # shutting down
    "57P03": StoreUnavailableError,  # starting up
    "58030": StoreUnavailableError,  # input or output
    "25006": StoreUnavailableError,  # read-only for now
    "53200": StoreCrowdedError,  # no room for more locks
    "54001": StoreCrowdedError,  # too deep
    "42501": StoreForbiddenError,  # a right is missing
    "28P01": StoreForbiddenError,  # the password is wrong
    "XX001": StoreForbiddenError,  # damaged
    "42P01": StoreUnpreparedError,  # no such table
    "42703": StoreUnpreparedError,  # no such column
    "54000": StoreRefusedError,  # more than an index takes
    "22021": StoreRefusedError,  # a character that it cannot keep
    "22003": StoreRefusedError,  # a number out of range
    "23505": StoreRepeatedError,  # there already
    "42601": DBAPIError,  # a fault of ours
    "P0001": DBAPIError,
}


async def run(store: Store, *statements: str) -> None:
    """The statements in one transaction."""
    async with store.connection() as connection:
        with translated():
            for statement in statements:
                await connection.execute(text(statement))


@pytest.mark.postgres
@pytest.mark.parametrize("state", STATES)
async def test_postgres_is_understood_by_the_class_of_what_it_says(postgres: Callable[[], str], state: str) -> None:
    store = Store.open(postgres())
    with pytest.raises(STATES[state]) as fault:
        await run(store, f"DO $$ BEGIN RAISE EXCEPTION 'Robin Ashdown' USING ERRCODE = '{state}'; END $$")
    assert type(fault.value) is STATES[state] or STATES[state] is DBAPIError
    if state not in ("42501", "28P01", "XX001", "42601", "P0001"):  # where the server's own words name no row
        assert "Ashdown" not in str(fault.value)
    await store.close()


@pytest.mark.postgres
async def test_a_missing_right_is_told_with_the_table_that_it_is_missing_on(postgres: Callable[[], str]) -> None:
    store = Store.open(postgres())
    await run(store, "CREATE TABLE held (id int)", "CREATE ROLE hw_powerless", "GRANT hw_powerless TO CURRENT_USER")
    await run(store, "GRANT USAGE ON SCHEMA public TO hw_powerless")
    with pytest.raises(StoreForbiddenError, match="permission denied for table held"):
        await run(store, "SET LOCAL ROLE hw_powerless", "INSERT INTO held VALUES (1)")
    await run(store, "DROP OWNED BY hw_powerless", "DROP ROLE hw_powerless")
    await store.close()


ROW = "INSERT INTO leases VALUES ('a', 'b', 'c', 1)"
MUCH = "INSERT INTO ledger_contents VALUES ('x', zeroblob(5000000), '2026-01-01')"


async def in_file(file: Path, *statements: str, tables: bool = True) -> None:
    """The statements in a SQLite file, after its tables are made where it is to have any."""
    store = Store.open(f"sqlite+aiosqlite:///{file}")
    try:
        if tables:
            await store.create()
        await run(store, *statements)
    finally:
        await store.close()


async def test_a_full_sqlite_may_have_room_again(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="FULL"):
        await in_file(tmp_path / "hub.db", "PRAGMA max_page_count = 1", MUCH)


async def test_a_damaged_sqlite_waits_for_a_person(tmp_path: Path) -> None:
    (tmp_path / "hub.db").write_bytes(b"this is no database" * 500)
    with pytest.raises(StoreForbiddenError):
        await in_file(tmp_path / "hub.db", ROW, tables=False)


async def test_a_sqlite_without_tables_waits_to_be_migrated(tmp_path: Path) -> None:
    with pytest.raises(StoreUnpreparedError):
        await in_file(tmp_path / "hub.db", ROW, tables=False)


async def test_a_row_that_is_there_already_is_refused_and_a_wrong_statement_is_our_own_fault(tmp_path: Path) -> None:
    with pytest.raises(StoreRepeatedError):
        await in_file(tmp_path / "hub.db", ROW, ROW)
    with pytest.raises(StoreRefusedError) as refusal:
        await in_file(tmp_path / "hub.db", ROW.replace("'a'", "NULL"))
    assert not isinstance(refusal.value, StoreRepeatedError)
    with pytest.raises(DBAPIError):
        await in_file(tmp_path / "hub.db", "SELEKT")


async def test_a_store_says_whether_it_answers(tmp_path: Path) -> None:
    await in_file(tmp_path / "hub.db")
    store, nowhere = (
        Store.open(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"),
        Store.open("postgresql://x@127.0.0.1:1/x"),
    )
    assert await store.answers()
    assert not await nowhere.answers()
    await store.close()
    await nowhere.close()
