"""Looking at a database from outside: what its user may do there and what time it is there. Changes nothing."""

from datetime import datetime

from sqlalchemy import DateTime, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Store
from store.errors import translated
from store.granting import runtime_powers
from store.tables import metadata

_TIMES = 3  # transactions by which a pooler is found out


async def missing_rights(store: Store) -> list[str]:
    """The rights on its tables that the hub lacks, such as `INSERT on outbox`; a table that is not there is passed
    over. A SQLite file that may not be written raises StoreForbiddenError. Raises StoreUnavailableError where the
    database cannot be reached."""
    if not store.postgres:
        async with store.connection() as connection:  # begins to write, and writes nothing
            with translated():
                await connection.execute(text("SELECT 1"))
        return []
    asked = text(
        "SELECT power, name FROM unnest(CAST(:tables AS text[]), CAST(:powers AS text[])) AS asked (name, power) "
        "WHERE to_regclass(name) IS NOT NULL AND NOT has_table_privilege(to_regclass(name), power) ORDER BY name, power"
    )
    async with store.reading_connection() as connection:
        with translated():
            needed = [(table, power) for table in sorted(metadata.tables) for power in runtime_powers(table)]
            tables, powers = zip(*needed, strict=True)
            rows = (await connection.execute(asked, {"tables": [*tables], "powers": [*powers]})).all()
    return [f"{right} on {table}" for right, table in rows]


async def shares_sessions(store: Store) -> bool:
    """Whether two connections that are open at once may be one session of the server, as behind a pooler that hands out
    sessions for a transaction each. Nothing is left behind."""
    if not store.postgres:
        return False
    async with store.reading_connection() as one, store.reading_connection() as other:
        return await _session_of(one) & await _session_of(other) != set()


async def _session_of(connection: AsyncConnection) -> set[int]:
    """The sessions in which it has done its last few transactions."""
    seen = set[int]()
    for _ in range(_TIMES):
        with translated():
            seen.add((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())
            await connection.rollback()
    return seen


async def database_time(store: Store) -> datetime | None:
    """What time it is there; None where the database has no clock of its own."""
    if not store.postgres:
        return None
    async with store.reading_connection() as connection:
        with translated():
            now: datetime = (await connection.execute(select(func.clock_timestamp(type_=DateTime(True))))).scalar_one()
    return now
