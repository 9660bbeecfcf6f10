"""Faults that come again and again from one cause: since when, how many, how many were told. What a cause is, and when
somebody hears of it, is decided elsewhere."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, Executable, Integer, Table, Text, delete, select

from store.instants import UtcInstant
from store.listing import KEYS, Writing
from store.session import Session
from store.tables import metadata

floods = Table(
    "floods",
    metadata,
    Column("cause", Text, primary_key=True),
    Column("authority", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("began_at", UtcInstant, nullable=False),
    Column("last_at", UtcInstant, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("told", BigInteger, nullable=False),
    Column("words", Integer, nullable=False),
    Column("next_at", UtcInstant),
    Column("incidents", Text, nullable=False, server_default="[]"),
)
_COLUMNS = (
    *("cause", "authority", "kind", "detail", "began_at", "last_at", "count", "told", "words", "next_at", "incidents"),
)
_SAVE = Writing(floods, _COLUMNS, replaces=_COLUMNS[1:])


@dataclass(frozen=True, slots=True)
class FloodRow:
    """One cause. `count` of its faults since it began, of which `told` stood in a word to somebody; `words`: how many
    such words there were; `next_at`: when the next is due; `incidents`: those that stood in no word yet. `detail` holds
    no personal data."""

    cause: str
    authority: str
    kind: str
    detail: str
    began_at: datetime
    last_at: datetime
    count: int
    told: int
    words: int
    next_at: datetime | None
    incidents: tuple[str, ...] = ()


@cache
def _of(postgres: bool) -> Executable:
    asked = KEYS.of(postgres)
    columns = (floods.c[name] for name in _COLUMNS)
    return select(*columns).select_from(asked.join(floods, floods.c.cause == asked.c.key))


@cache
def _end(postgres: bool) -> Executable:
    asked = KEYS.of(postgres)
    return delete(floods).where(floods.c.cause.in_(select(asked.c.key)))


class Floods(Session):
    """The part of a transaction that knows which faults come again and again."""

    async def floods(self, causes: Collection[str]) -> dict[str, FloodRow]:
        """What is known of these causes."""
        if not causes:
            return {}
        rows = await self._with(KEYS, ((cause,) for cause in sorted(causes)), _of(self._postgres))
        return {row.cause: replace(FloodRow(*row), incidents=tuple(orjson.loads(row.incidents))) for row in rows}

    async def save_floods(self, rows: Collection[FloodRow]) -> None:
        """Write these as they stand now. No cause may be given twice."""
        values: list[tuple[Any, ...]] = [
            (*(getattr(row, name) for name in _COLUMNS[:-1]), orjson.dumps(row.incidents).decode()) for row in rows
        ]
        await self._write(_SAVE, sorted(values, key=lambda each: str(each[0])))

    async def end_floods(self, causes: Collection[str]) -> None:
        """These are over: what comes next begins anew."""
        if causes:
            await self._with(KEYS, ((cause,) for cause in sorted(causes)), _end(self._postgres))
