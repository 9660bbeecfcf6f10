"""Waking the relays of other processes: Postgres tells them when something has been promised that waits in the table.
On SQLite, and where a line is lost, a relay looks by itself after a moment."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from store.engine import connected
from store.errors import StoreUnavailableError, translated

_CHANNEL = "homeward_promised"
PROCESS = uuid4().hex
"""This process among those that hear one another."""
TELL_OTHERS = select(func.pg_notify(_CHANNEL, bindparam("process", type_=Text)))
"""Said in the transaction that promises; heard when it is kept."""


@asynccontextmanager
async def hearing_others(engine: AsyncEngine, heard: Callable[[], None]) -> AsyncIterator[asyncio.Event]:
    """Calls `heard` whenever another process has promised something. The event is set when the line is lost. Raises
    StoreUnavailableError where there is none to be had."""
    import asyncpg  # type: ignore[import-untyped]  # not paid for by those who have no Postgres

    lost = asyncio.Event()

    def told(_connection: Any, _process: int, _channel: str, said: str) -> None:
        if said != PROCESS:
            heard()

    def ended(_connection: Any) -> None:
        lost.set()

    async with connected(engine) as connection:
        with translated():
            driver: Any = (await connection.get_raw_connection()).driver_connection
        try:
            driver.add_termination_listener(ended)
            await driver.add_listener(_CHANNEL, told)
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:  # nothing is between the driver and us here
            await connection.invalidate()
            raise StoreUnavailableError(type(error).__name__) from None
        try:
            yield lost
        finally:
            driver.remove_termination_listener(ended)
            if lost.is_set():
                await connection.invalidate()
            else:
                with contextlib.suppress(Exception):  # a line that dies as it is closed
                    await driver.remove_listener(_CHANNEL, told)
