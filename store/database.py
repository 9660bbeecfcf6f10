"""The database as the rest of Homeward holds it: opened, created, closed, and entered by transactions."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Self

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from store.creating import create
from store.engine import (
    READING,
    close,
    connected,
    in_memory,
    keys_named,
    make_room,
    opened,
    opened_for_brief,
    run_at_once,
)
from store.errors import StoreUnavailableError, translated
from store.handing import HandedOver, Taker
from store.keys import KeyStore
from store.leased import Settlement
from store.measures import TRANSACTION, WAITING
from store.postgres import WITHIN
from store.rows import LedgerRow
from store.transaction import Transaction
from store.waking import hearing_others

_ANSWER_WITHIN = 5.0  # seconds


class Store:
    """All that Homeward remembers. One object serves any number of tasks of one event loop."""

    def __init__(self, engine: AsyncEngine, brief: AsyncEngine | None = None, keys: KeyStore | None = None) -> None:
        self._engine, self._brief, self.keys = engine, brief or engine, keys
        self.postgres = engine.dialect.name == "postgresql"
        self._single = in_memory(engine.url)
        self._writer: asyncio.Lock | None = None if self.postgres else asyncio.Lock()
        self._taker: Taker | None = None

    @classmethod
    def open(cls, url: str, within: float | None = WITHIN) -> Self:
        """A store at `sqlite+aiosqlite:///path`, `sqlite+aiosqlite://` (in memory) or `postgresql+asyncpg://…`.

        Nothing is connected until it is used. `within`: seconds that a server has for one statement; None for work that
        takes as long as it takes. `keys` in the url names the store of the keys under which contents are kept; without
        it they are kept in the clear. Raises ValueError for another kind of database."""
        keys = keys_named(url)
        return cls(opened(url, within), opened_for_brief(url, within), KeyStore.open(keys) if keys else None)

    def prepare(self) -> None:
        """Make room for a SQLite file that is not there yet, readable by its owner alone: it will hold what is known
        of children."""
        make_room(self._engine.url)

    async def create(self) -> None:
        """Create what is missing of the tables, at their newest form."""
        self.prepare()
        with translated():
            async with self._engine.begin() as connection:
                await create(connection)

    async def close(self) -> None:
        """Close every connection."""
        for engine in {self._engine, self._brief}:
            await close(engine)
        if self.keys:
            await self.keys.close()

    @asynccontextmanager
    async def transaction(self, brief: bool = False, short: bool = False) -> AsyncIterator[Transaction]:
        """All of what is done inside, or nothing: committed at the end, rolled back on any exception. `brief`: a few
        statements and nothing in between, so that a process which hangs inside bars others for seconds only. `short`:
        each statement takes milliseconds, so that SQLite may run it without a hop to its thread.

        Raises StoreUnavailableError where trying again may help and StoreRefusedError where it will not."""
        promised = HandedOver()
        try:
            async with self.connection(brief) as connection:
                at_once = await self._at_once(connection, brief or short)
                tx = Transaction(connection, self._taker, self.keys, at_once)
                promised = tx.promised
                yield tx
                await tx.flush()
        except BaseException:
            if self._taker and promised.terms:
                self._taker.lose()
            raise
        if self._taker:
            self._taker.take(promised)

    async def settle(
        self, owner: str, settlements: Sequence[Settlement], now: datetime, lines: Sequence[LedgerRow]
    ) -> None:
        """Say what became of leased rows, with the ledger's `lines` about it; where none of the rows counts any more,
        nothing is written. Raises StoreUnavailableError."""
        if self.postgres and settlements and lines and not any(line.episode or line.contents for line in lines):
            async with self.connection(brief=True, autocommit=True) as connection:
                await Transaction(connection).settle_and_tell(owner, settlements, now, lines)
            return
        async with self.transaction(brief=True) as tx:
            if await tx.settle(owner, settlements, now):
                await tx.append(lines, ())

    @asynccontextmanager
    async def hearing(self, heard: Callable[[], None]) -> AsyncIterator[asyncio.Event]:
        """While it lasts `heard` is called when another process has promised something that waits, on Postgres. The
        event is set when the line is lost: nothing is heard any more. Raises StoreUnavailableError."""
        if not self.postgres:
            yield asyncio.Event()
            return
        async with hearing_others(self._engine, heard) as lost:
            yield lost

    def hand_to(self, taker: Taker | None) -> None:
        """From now on transactions hand their rows over to this one, or to nobody."""
        self._taker = taker

    @asynccontextmanager
    async def connection(self, brief: bool = False, autocommit: bool = False) -> AsyncIterator[AsyncConnection]:
        """The connection under a transaction, for the parts of this package. `autocommit`: it is a transaction of one
        statement, which Postgres takes in one round trip."""
        wanted = time.monotonic()
        async with AsyncExitStack() as stack:
            if self._writer:
                # SQLite has one writer. Queueing here is fair and wakes at once; its own waiting polls.
                await stack.enter_async_context(self._writer)
            connection = await stack.enter_async_context(connected(self._brief if brief else self._engine))
            with translated():
                if autocommit:
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.begin()
            begun = time.monotonic()
            WAITING.observe(begun - wanted)
            yield connection  # an exception goes past the commit, and closing rolls back
            with translated():
                await connection.commit()
            TRANSACTION.observe(time.monotonic() - begun)

    async def _at_once(self, connection: AsyncConnection, is_short: bool = False) -> sqlite3.Connection | None:
        return None if self.postgres else await run_at_once(connection, is_short)

    async def sweep(self) -> None:
        """Lets what was erased leave the files of SQLite, whose log keeps it until it is written over. Postgres does so
        by its own vacuum."""
        if not self.postgres and not self._single:
            with translated():
                async with self._engine.connect() as connection:
                    await connection.execution_options(**{READING: True})
                    await connection.commit()
                    await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def answers(self) -> bool:
        """Whether the database can be reached and asked at this moment."""
        try:
            async with asyncio.timeout(_ANSWER_WITHIN), self.reading_connection() as connection:
                with translated():
                    await connection.execute(select(1))
        except (StoreUnavailableError, TimeoutError):
            return False
        return True

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """One view of the whole, for reading only: it waits for no writer and holds none up."""
        async with self.reading_connection() as connection:
            yield Transaction(connection, keys=self.keys, at_once=await self._at_once(connection))

    @asynccontextmanager
    async def reading_connection(self) -> AsyncIterator[AsyncConnection]:
        """The connection under a reading, for the parts of this package."""
        async with AsyncExitStack() as stack:
            if self._writer and self._single:
                await stack.enter_async_context(self._writer)
            option = {READING: True} if self._writer else {"isolation_level": "REPEATABLE READ"}
            connection = await stack.enter_async_context(connected(self._engine))
            with translated():
                await connection.execution_options(**option)
            yield connection
