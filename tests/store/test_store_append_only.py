"""That no way of writing changes or removes a line of the ledger or a promise once made, in a database built by steps
as in one built from the tables."""

import pytest
from sqlalchemy import text
from store_examples import line, promised

from store import Store
from store.migrating import migrate

COPY = "SELECT * FROM {table}"
ANYWHERE = ("UPDATE {table} SET at = at", "DELETE FROM {table}")
OF_SQLITE = (
    "UPDATE OR IGNORE {table} SET position = position + 1",
    "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT (id) DO UPDATE SET at = excluded.at",
)
OF_POSTGRES = (
    "TRUNCATE {table} CASCADE",
    "INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET at = excluded.at",
    "MERGE INTO {table} USING {table} AS other ON {table}.id = other.id WHEN MATCHED THEN DELETE",
)


async def _standing(store: Store, table: str) -> list[str]:
    async with store.connection() as connection:
        return [str(row) for row in await connection.execute(text(COPY.format(table=table)))]


@pytest.mark.parametrize("by_steps", [True, False], ids=["migrated", "created"])
async def test_what_a_message_said_can_be_emptied_and_never_rewritten(url: str, by_steps: bool) -> None:
    store = Store.open(url)
    await (migrate(url) if by_steps else store.create())
    async with store.transaction() as tx:
        await tx.append([], [promised("a")])
    other = "CAST('3' AS BYTEA)" if store.postgres else "CAST('3' AS BLOB)"
    with pytest.raises(Exception, match="only grows"):
        async with store.connection() as connection:
            await connection.execute(text(f"UPDATE outbox SET payload = {other}"))
    async with store.connection() as connection:
        await connection.execute(text(f"UPDATE outbox SET payload = {other.replace('3', '')}"))
    await store.close()


@pytest.mark.parametrize("table", ["ledger", "outbox"])
@pytest.mark.parametrize("by_steps", [True, False], ids=["migrated", "created"])
async def test_no_way_of_writing_gets_past_the_triggers(url: str, table: str, by_steps: bool) -> None:
    store = Store.open(url)
    await (migrate(url) if by_steps else store.create())
    async with store.transaction() as tx:
        await tx.append([line("a"), line("b")], [promised("a"), promised("b")])
    before = await _standing(store, table)
    for statement in (*ANYWHERE, *(OF_POSTGRES if store.postgres else OF_SQLITE)):
        with pytest.raises(Exception, match="only grows"):
            async with store.connection() as connection:
                await connection.execute(text(statement.format(table=table)))
        assert await _standing(store, table) == before
    await store.close()
