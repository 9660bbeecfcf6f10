"""Copying everything from one database into another, SQLite or Postgres: to move, to back up, to restore.

The source is read as it stands at one instant, also while a hub writes to it. The target is written in one transaction:
all of it, or nothing."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Store
from store.tables import metadata

_AT_ONCE = 500  # rows; a statement of Postgres takes 32,767 values


class NotEmptyError(Exception):
    """The target holds something already. `table` is where."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


async def copy_all(source: Store, target: Store, noted: Callable[[str, int], None]) -> Mapping[str, int]:
    """Copies every table, and returns how many rows each has; `noted` hears of each table when it is copied. Both must
    be at the newest form. Raises NotEmptyError, and StoreUnavailableError where either does not answer."""
    counts: dict[str, int] = {}
    async with source.reading_connection() as there, target.connection() as here:
        for table in metadata.sorted_tables:
            if (await here.execute(select(1).select_from(table).limit(1))).first():
                raise NotEmptyError(table.name)
        for table in metadata.sorted_tables:
            counts[table.name] = await _copy(there, here, table)
            noted(table.name, counts[table.name])
        if target.postgres:
            await _draw_on(here)
    return counts


async def _copy(there: AsyncConnection, here: AsyncConnection, table: Table) -> int:
    count = 0
    result = await there.stream(select(table).order_by(*table.primary_key.columns))
    async for rows in result.mappings().partitions(_AT_ONCE):
        values: list[dict[str, Any]] = [dict(row) for row in rows]
        await here.execute(table.insert(), values)
        count += len(values)
    return count


async def _draw_on(here: AsyncConnection) -> None:
    """Postgres draws the next number behind those that were copied."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.identity is None:
                continue
            last: int | None = (await here.execute(select(func.max(column)))).scalar_one()
            if last is not None:
                draw = text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)")
                await here.execute(draw, {"table": table.name, "column": column.name, "last": last})
