"""Making the tables as the code knows them, in a database that is not migrated: in memory, or for tests and benches.

A database with nothing in it is made from statements that are written out once in a process: a rehearsal of a pack
opens hundreds.
"""

from functools import cache
from typing import Any

from sqlalchemy import Connection, create_mock_engine, inspect
from sqlalchemy.ext.asyncio import AsyncConnection

from store.engine import in_memory
from store.tables import metadata


async def create(connection: AsyncConnection) -> None:
    """Create what is missing of the tables, with their indexes and triggers."""
    if await connection.run_sync(_has_tables):
        await connection.run_sync(metadata.create_all)
        return
    statements = _statements(f"{connection.dialect.name}+{connection.dialect.driver}")
    driver: Any = (await connection.get_raw_connection()).driver_connection
    if connection.dialect.name == "postgresql":
        await driver.execute(";\n".join(statements))  # one round trip instead of hundreds, in the transaction under way
    elif in_memory(connection.engine.url):
        # One call to the driver's thread instead of a hundred. It ends the transaction under way: nobody else looks.
        await driver.executescript(";\n".join(statements))
    else:
        for statement in statements:
            await connection.exec_driver_sql(statement)


def _has_tables(connection: Connection) -> bool:
    return bool(inspect(connection).get_table_names())


@cache
def _statements(dialect: str) -> tuple[str, ...]:
    """Everything that `create_all` says to an empty database, in its order, as the driver takes it."""
    written: list[str] = []

    def write(statement: Any, *_: Any, **__: Any) -> None:
        written.append(str(statement.compile(dialect=asked.dialect)))

    asked = create_mock_engine(f"{dialect}://", write)
    metadata.create_all(asked, checkfirst=False)
    return tuple(written)
