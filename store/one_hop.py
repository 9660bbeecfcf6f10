"""SQLite with at most one hop to its thread for each statement. aiosqlite takes one to make a cursor, one to run it,
one to read the rows and one to close it, and each waits for its turn in two threads.

A statement that is streamed is read on in further hops: so many rows at a time are in memory. A transaction that has
the writer's lock waits for nobody until it commits; where its statements are short, they need no hop at all
(`at_once`). Nor do those of a database in memory, which has no disk to wait for."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite

_AT_ONCE = 1000  # rows; more are left in the cursor until they are asked for


class Connection(aiosqlite.Connection):
    """One connection in a thread of its own. `at_once`: until the transaction ends, statements are run where they are
    asked."""

    in_memory = False
    at_once = False
    _is_at_rest = False  # what was asked of the thread last has been answered

    @property
    def itself(self) -> sqlite3.Connection:
        """SQLite's own connection, for statements that are run at once."""
        return self._conn

    def cursor(self) -> "Cursor":  # type: ignore[override]
        """Not asked of the thread: it is made with its statement."""
        return Cursor(self)

    async def hop(self, work: Callable[[], None]) -> None:
        """Does it in the thread, or at once. Raises what it raises."""
        if self.at_once:
            work()
        else:
            self._is_at_rest = False
            await self._execute(work)  # type: ignore[no-untyped-call]
            self._is_at_rest = True

    async def commit(self) -> None:
        self.at_once = self.in_memory  # the disk is waited for
        await self.hop(self._conn.commit)

    async def rollback(self) -> None:
        self.at_once = self.in_memory
        # A pool asks for it each time that a connection comes back. Who was called off knows nothing of its thread.
        if self._conn.in_transaction or not self._is_at_rest:
            await self.hop(self._conn.rollback)


class Cursor:
    """One statement and its rows, as SQLAlchemy's adapter asks for them."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._open: sqlite3.Cursor | None = None  # while it has rows that were not read yet
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount, self.lastrowid = -1, 0

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> Self:
        await self._connection.hop(partial(self._run, "execute", operation, parameters))
        return self

    async def executemany(self, operation: str, parameters: Sequence[Sequence[Any]]) -> Self:
        await self._connection.hop(partial(self._run, "executemany", operation, parameters))
        return self

    async def fetchall(self) -> list[Any]:
        return await self._read(None)

    async def fetchmany(self, size: int = _AT_ONCE) -> list[Any]:
        return await self._read(size)

    async def fetchone(self) -> Any:
        return next(iter(await self._read(1)), None)

    async def close(self) -> None:
        if self._open is not None:
            await self._connection.hop(self._end)

    def _run(self, how: str, operation: str, parameters: Sequence[Any]) -> None:
        cursor = self._connection._conn.cursor()
        getattr(cursor, how)(operation, parameters)
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid or 0
        self._open = cursor
        if self.description:
            self._fetch(_AT_ONCE)
            self.rowcount = cursor.rowcount  # known of what returns rows when all are read
        else:
            self._end()

    async def _read(self, most: int | None) -> list[Any]:
        missing = None if most is None else most - len(self._rows)
        if self._open is not None and (missing is None or missing > 0):
            await self._connection.hop(partial(self._fetch, missing))
        rows, self._rows = self._rows[:most], self._rows[most:] if most is not None else []
        return rows

    def _fetch(self, most: int | None) -> None:
        cursor = self._open
        assert cursor is not None
        rows = cursor.fetchall() if most is None else cursor.fetchmany(most)
        self._rows += rows
        if most is None or len(rows) < most:
            self._end()

    def _end(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def connect(database: str, **options: Any) -> Connection:
    """As `aiosqlite.connect`. Its thread ends with the process."""
    made = Connection(partial(sqlite3.connect, database, **options | {"check_same_thread": False}), _AT_ONCE)
    made._thread.daemon = True
    made.at_once = made.in_memory = database == ":memory:"
    return made
