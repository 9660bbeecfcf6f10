"""Looking at a database from outside: what its user may do there and what time it is there. Changes nothing."""

from datetime import datetime

from sqlalchemy import DateTime, func, select, text

from store.database import Store
from store.errors import translated
from store.tables import metadata

_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")


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
        "SELECT power, name FROM unnest(CAST(:tables AS text[])) AS name, unnest(CAST(:powers AS text[])) AS power "
        "WHERE to_regclass(name) IS NOT NULL AND NOT has_table_privilege(to_regclass(name), power) ORDER BY name, power"
    )
    async with store.reading_connection() as connection:
        with translated():
            known = {"tables": sorted(metadata.tables), "powers": [*_RIGHTS]}
            rows = (await connection.execute(asked, known)).all()
    return [f"{right} on {table}" for right, table in rows]


async def database_time(store: Store) -> datetime | None:
    """What time it is there; None where the database has no clock of its own."""
    if not store.postgres:
        return None
    async with store.reading_connection() as connection:
        with translated():
            now: datetime = (await connection.execute(select(func.clock_timestamp(type_=DateTime(True))))).scalar_one()
    return now
