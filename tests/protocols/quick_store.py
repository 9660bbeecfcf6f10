"""A store in memory for many short runs: one database, emptied between runs instead of made anew, and asked without a
thread of its own. The runs say what they say with the store of the hub, in half the time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self
from unittest.mock import patch

import aiosqlite
from aiosqlite.core import Connection

from homeward.scenarios.running import Rehearsal, Run
from store import Store

MEMORY = "sqlite+aiosqlite://"
FOR_EVER = 50_000
"""Calls of the database after which a run is taken to have no end."""


class EmptiedStore(Store):
    """The store of one run after the other."""

    _empty: Connection | None = None

    async def create(self) -> None:
        """Empty it, the first time by making its tables."""
        first = self._empty is None
        if self._empty is None:
            await super().create()
            opening = aiosqlite.connect(":memory:")
            opening._thread.daemon = True  # a process that ends does not wait for it
            self._empty = await opening
        async with self._engine.connect() as connection:
            held: Any = (await connection.get_raw_connection()).driver_connection
            await connection.rollback()
            await (held.backup(self._empty) if first else self._empty.backup(held))

    async def close(self) -> None:
        """It stays for the next run."""

    async def end(self) -> None:
        await super().close()
        if self._empty is not None:
            await self._empty.close()


async def _connected(connection: Connection) -> Connection:
    connection._connection = connection._connection or connection._connector()
    return connection


class QuickRehearsal:
    """Runs of scenarios, one after the other. TimeoutError for one that goes on for ever."""

    def __init__(self) -> None:
        self._store = EmptiedStore.open(MEMORY)
        self._asked = 0

    async def rehearse(self, rehearsal: Rehearsal, lines: Any, until: Any, local: Any = None) -> Run:
        with self.in_use():
            return await rehearsal.rehearse(lines, until, local)

    async def end(self) -> None:
        with self.in_use():
            await self._store.end()

    @contextmanager
    def in_use(self) -> Iterator[Store]:
        """The store, for one run: to be emptied by `create` first."""
        store, self._asked = self._store, 0

        async def at_once(_: Connection, function: Callable[..., Any], *given: Any, **named: Any) -> Any:
            self._asked += 1
            if self._asked > FOR_EVER:
                raise TimeoutError
            return function(*given, **named)

        class Opened(Store):
            @classmethod
            def open(cls, url: str) -> Self:
                assert url == MEMORY
                return store  # type: ignore[return-value]

        with (
            patch("homeward.simulation.Store", Opened),
            patch.object(Connection, "_execute", at_once),
            patch.object(Connection, "_connect", _connected),
        ):
            yield store
