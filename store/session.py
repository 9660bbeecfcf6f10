"""One connection inside one transaction, and how statements are put to it on either database.

The statements themselves live with what they are for."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable
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
        self.promised = HandedOver()

    async def _write(self, writing: Writing, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            await self._execute(writing.statement(self._postgres), writing.parameters(self._postgres, rows))

    async def _with(
        self, listing: Listing, rows: Iterable[Sequence[Any]], statement: Executable, **parameters: Any
    ) -> Result:
        return await self._execute(statement, listing.parameters(self._postgres, rows) | parameters)

    async def _rows(self, statement: Executable, **parameters: Any) -> Result:
        return await self._execute(statement, parameters)

    async def _execute(self, statement: Executable, parameters: Parameters | list[Parameters]) -> Result:
        with translated():
            return await self._connection.execute(statement, parameters)
