"""A store in memory for many short runs: one database, emptied between runs instead of made anew, and asked without a
thread, an event loop and a greenlet in between. The runs say what they say with the store of the hub, in half the
time."""

import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

from sqlalchemy import Connection, StaticPool, create_engine, event

from homeward.scenarios.running import Rehearsal, Run
from store import Store
from store.engine import prepare_sqlite

MEMORY = "sqlite+aiosqlite://"
FOR_EVER = 50_000
"""Statements after which a run is taken to have no end."""


class Immediate:
    """As much of an AsyncConnection as a transaction asks for; it answers at once."""

    def __init__(self, connection: Connection) -> None:
        self.sync_connection, self.dialect = connection, connection.dialect

    async def run_sync(self, work: Callable[..., Any], *given: Any) -> Any:
        return work(self.sync_connection, *given)


class EmptiedStore(Store):
    """The store of one run after the other. TimeoutError for a run that asks for ever."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._data = sqlite3.connect(":memory:", isolation_level=None)
        self._sync = create_engine("sqlite://", creator=lambda: self._data, poolclass=StaticPool, hide_parameters=True)
        prepare_sqlite(self._sync)
        event.listen(self._sync, "before_cursor_execute", self._count)
        self._emptying: list[str] = []
        self.asked = 0

    async def make(self) -> None:
        """Make the tables, which are empty when each run begins. What keeps rows from being deleted is left out: they
        could be emptied only by being made anew, and every statement would be prepared anew with them."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "made.db"
            made = Store.open(f"sqlite+aiosqlite:///{file}")
            await made.create()
            await made.close()
            with closing(sqlite3.connect(file)) as source:
                source.backup(self._data)
        named = self._data.execute("SELECT type, name FROM sqlite_master WHERE type IN ('table', 'trigger')").fetchall()
        for kind, name in named:
            if kind == "trigger" and name.endswith("_no_delete"):
                self._data.execute(f"DROP TRIGGER {name}")
        tables = [name for kind, name in named if kind == "table"]
        assert not any(self._data.execute(f"SELECT 1 FROM {name}").fetchone() for name in tables)
        self._emptying = ["PRAGMA defer_foreign_keys = ON", *(f"DELETE FROM {name}" for name in tables)]

    async def create(self) -> None:
        """Empty it, the first time by making its tables."""
        if not self._emptying:
            await self.make()
        self._data.execute("BEGIN")
        for statement in self._emptying:
            self._data.execute(statement)
        self._data.execute("COMMIT")
        self.asked = 0

    def _count(self, *_: Any) -> None:
        self.asked += 1
        if self.asked > FOR_EVER:
            raise TimeoutError

    async def _at_once(self, *_: Any) -> sqlite3.Connection:
        return self._data

    async def close(self) -> None:
        """It stays for the next run."""

    async def end(self) -> None:
        await super().close()
        self._sync.dispose()

    @asynccontextmanager
    async def connection(self, brief: bool = False, autocommit: bool = False) -> AsyncIterator[Any]:
        async with self._alone() as connection:
            yield Immediate(connection)
            connection.commit()

    @asynccontextmanager
    async def reading_connection(self) -> AsyncIterator[Any]:
        async with self._alone() as connection:
            yield Immediate(connection)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[Connection]:
        assert self._writer is not None
        async with self._writer:
            with self._sync.connect() as connection:
                yield connection


class QuickRehearsal:
    """Runs of scenarios, one after the other. TimeoutError for one that goes on for ever."""

    def __init__(self) -> None:
        self._store = EmptiedStore.open(MEMORY)

    async def rehearse(self, rehearsal: Rehearsal, lines: Any, until: Any, local: Any = None) -> Run:
        with self.in_use():
            return await rehearsal.rehearse(lines, until, local)

    async def end(self) -> None:
        await self._store.end()

    @contextmanager
    def in_use(self) -> Iterator[Store]:
        """The store, for one run: to be emptied by `create` first."""
        store = self._store

        class Opened(Store):
            @classmethod
            def open(cls, url: str) -> Self:
                assert url == MEMORY
                return store  # type: ignore[return-value]

        with patch("homeward.simulation.Store", Opened):
            yield store
