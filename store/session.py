"""One connection inside one transaction, and how statements are put to it on either database.

The statements themselves live with what they are for. What is written in a row goes to Postgres in one statement, where
each would cost a round trip; SQLite is in this process, and gets each at once."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Delete, Executable, Insert, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from store.errors import translated
from store.handing import HandedOver, Taker
from store.keys import KeyStore
from store.listing import Listing, Parameters, Writing
from store.ready import Rows, execute, ready_form


@dataclass(frozen=True, slots=True)
class _Part:
    """Something that is to be written, and to which table."""

    statement: Insert | Delete
    table: Table
    parameters: Parameters


class Session:
    """What the parts of a transaction share."""

    def __init__(
        self,
        connection: AsyncConnection,
        taker: Taker | None = None,
        keys: KeyStore | None = None,
        at_once: sqlite3.Connection | None = None,
    ) -> None:
        self._connection, self._at_once = connection, at_once
        self._postgres = connection.dialect.name == "postgresql"
        self._taker, self._keys = taker, keys
        self._unwritten: list[_Part] = []
        self.promised = HandedOver()

    async def flush(self) -> None:
        """Puts to the database what is to be written and waits for more. Every other statement does so first."""
        if self._unwritten:
            first, *self._unwritten = self._unwritten
            await self._with_unwritten(first.statement, first.parameters)

    async def _write(self, writing: Writing, rows: Sequence[Sequence[Any]], apart: bool = False) -> None:
        if not rows:
            return
        parameters = writing.parameters(self._postgres, rows)
        if isinstance(parameters, list):
            await self._put(writing.statement(self._postgres), parameters)
        else:
            await self._put_later(writing.statement(self._postgres), writing.table, parameters, apart)

    async def _put_later(
        self, statement: Insert | Delete, table: Table, parameters: Parameters, apart: bool = False
    ) -> None:
        """What returns nothing that is asked for. `apart`: it touches no row that another part touches."""
        if not self._postgres:
            await self._put(statement, parameters)
            return
        if self._names(parameters) or (not apart and self._writes(table)):
            await self.flush()  # parts of one statement do not see what the others do to a table
        self._unwritten.append(_Part(statement, table, parameters))

    async def _put_last(self, statement: Insert, parameters: Parameters, *tables: Table) -> Rows:
        """Puts it to the database together with what is to be written, and before that. `tables`: those that it asks or
        writes."""
        if self._names(parameters) or any(map(self._writes, tables)):
            await self.flush()
        return await self._with_unwritten(statement, parameters)

    async def _with_unwritten(self, statement: Insert | Delete, parameters: Parameters) -> Rows:
        others, self._unwritten = self._unwritten, []
        whole = {**parameters}
        for part in others:
            whole |= part.parameters
        return await self._put(_together(statement, *(part.statement for part in others)), whole)

    def _names(self, parameters: Parameters) -> bool:
        return any(not parameters.keys().isdisjoint(part.parameters) for part in self._unwritten)

    def _writes(self, table: Table) -> bool:
        return any(part.table is table for part in self._unwritten)

    async def _with(
        self, listing: Listing, rows: Iterable[Sequence[Any]], statement: Executable, **parameters: Any
    ) -> Rows:
        return await self._execute(statement, listing.parameters(self._postgres, rows) | parameters)

    async def _ahead(
        self, table: Table, listing: Listing, rows: Iterable[Sequence[Any]], statement: Executable
    ) -> Rows:
        """Asks of one table, of which alone it has to see what is written: the rest waits for more."""
        if self._writes(table):
            await self.flush()
        return await self._put(statement, listing.parameters(self._postgres, rows))

    async def _rows(self, statement: Executable, **parameters: Any) -> Rows:
        return await self._execute(statement, parameters)

    async def _execute(self, statement: Executable, parameters: Parameters | list[Parameters]) -> Rows:
        await self.flush()
        return await self._put(statement, parameters)

    async def _put(self, statement: Executable, parameters: Parameters | list[Parameters]) -> Rows:
        with translated():
            sync, form = self._connection.sync_connection, None
            if (self._postgres or self._at_once is not None) and sync is not None and sync.in_transaction():
                form = ready_form(sync, statement, parameters)
            if form is None or sync is None:
                return await self._connection.run_sync(execute, statement, parameters)
            cursor: Any = None
            try:
                if self._at_once is not None:
                    cursor = self._at_once.cursor()
                    return form.put(sync, cursor, parameters)
                cursor = sync.connection.cursor()
                return await form.put_to_asyncpg(sync, cursor, parameters)
            except BaseException as error:
                return await self._connection.run_sync(form.fails, error, cursor)


@cache
def _together(first: Insert | Delete, *others: Insert | Delete) -> Insert | Delete:
    """One statement that writes to several tables, in this order, which two writers then share: Postgres runs the parts
    of a statement after the statement itself, and from the last to the first. What it returns is what `first` does."""
    parts = [each.cte(f"part_{n}") for n, each in enumerate(others)]
    return first.add_cte(*reversed(parts)) if parts else first
