"""One connection inside one transaction, and how statements are put to it on either database.

The statements themselves live with what they are for. What is written in a row goes to Postgres in one statement, where
each would cost a round trip; SQLite is in this process, and gets each at once."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import CursorResult, Executable, Insert
from sqlalchemy.ext.asyncio import AsyncConnection

from store.errors import translated
from store.handing import HandedOver, Taker
from store.keys import KeyStore
from store.listing import Listing, Parameters, Writing

Result = CursorResult[*tuple[Any, ...]]


class Session:
    """What the parts of a transaction share."""

    def __init__(self, connection: AsyncConnection, taker: Taker | None = None, keys: KeyStore | None = None) -> None:
        self._connection = connection
        self._postgres = connection.dialect.name == "postgresql"
        self._taker, self._keys = taker, keys
        self._unwritten: list[tuple[Writing, Parameters]] = []
        self.promised = HandedOver()

    async def flush(self) -> None:
        """Puts to the database what is to be written and waits for more. Every other statement does so first."""
        if self._unwritten:
            writings, parameters = zip(*self._unwritten, strict=True)
            self._unwritten = []
            await self._put(_together(writings), {name: rows for given in parameters for name, rows in given.items()})

    async def _write(self, writing: Writing, rows: Sequence[Sequence[Any]]) -> None:
        if not rows:
            return
        parameters = writing.parameters(self._postgres, rows)
        if isinstance(parameters, list):
            await self._put(writing.statement(self._postgres), parameters)
            return
        if any(each.table is writing.table for each, _ in self._unwritten):
            await self.flush()  # parts of one statement do not see what the others do to a table
        self._unwritten.append((writing, parameters))

    async def _with(
        self, listing: Listing, rows: Iterable[Sequence[Any]], statement: Executable, **parameters: Any
    ) -> Result:
        return await self._execute(statement, listing.parameters(self._postgres, rows) | parameters)

    async def _rows(self, statement: Executable, **parameters: Any) -> Result:
        return await self._execute(statement, parameters)

    async def _execute(self, statement: Executable, parameters: Parameters | list[Parameters]) -> Result:
        await self.flush()
        return await self._put(statement, parameters)

    async def _put(self, statement: Executable, parameters: Parameters | list[Parameters]) -> Result:
        with translated():
            return await self._connection.execute(statement, parameters)


@cache
def _together(writings: tuple[Writing, ...]) -> Insert:
    """One statement that writes to several tables, in this order, which two writers then share: Postgres runs the parts
    of a statement after the statement itself, and from the last to the first."""
    first, *others = (writing.statement(True) for writing in writings)
    parts = [insert.cte(f"part_{n}") for n, insert in enumerate(others)]
    return first.add_cte(*reversed(parts))
