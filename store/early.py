"""Early word: reports that came before what they speak of, as they came, until their incident is placed. What becomes
of one then is decided elsewhere."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Column, Executable, LargeBinary, Table, Text, delete, or_, select

from store.instants import UtcInstant
from store.listing import KEYS, Listing, Writing
from store.quarantine import packed, unpacked
from store.session import Session
from store.tables import metadata

early_word = Table(
    "early_word",
    metadata,
    Column("id", Text, primary_key=True),
    Column("incident", Text, index=True),
    Column("person", Text, index=True),
    Column("authority", Text, nullable=False),
    Column("since", UtcInstant, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("cluster", Text, nullable=False),
    Column("key", LargeBinary),
    Column("headers", Text, nullable=False),
    Column("value", LargeBinary),
    Column("timestamp", UtcInstant, nullable=False),
    Column("claim", Text, nullable=False),
)
_COLUMNS = tuple(column.name for column in early_word.columns)


@dataclass(frozen=True, slots=True)
class EarlyRow:
    """A report that waits: for its incident or, where it names none, for an absence of that person. `authority` is
    whose intake role hears of it (the hub's own where nobody else's); `since` is its receipt; `claim` sets it apart
    from another message that its sender calls by the same name."""

    id: str
    incident: str | None
    person: str | None
    authority: str
    since: datetime
    topic: str
    partition: int
    offset: int
    cluster: str
    key: bytes | None = field(repr=False)
    headers: tuple[tuple[str, bytes | None], ...] = field(repr=False)
    value: bytes | None = field(repr=False)
    timestamp: datetime
    claim: str = ""


_KEEP = Writing(early_word, _COLUMNS, replaces=("person",))
_PEOPLE = Listing("people", key=Text)
_ALL = select(*(early_word.c[name] for name in _COLUMNS))
# What came at one instant stands as it stood in its topic.
_ORDER = tuple(early_word.c[name] for name in ("since", "topic", "partition", "offset", "id"))


@cache
def _waiting(postgres: bool) -> Executable:
    wanted = or_(KEYS.has(postgres, early_word.c.incident), _PEOPLE.has(postgres, early_word.c.person))
    return _ALL.where(wanted).order_by(*_ORDER)


@cache
def _named(postgres: bool) -> Executable:
    return _ALL.where(KEYS.has(postgres, early_word.c.id)).order_by(*_ORDER)


@cache
def _drop(postgres: bool) -> Executable:
    return delete(early_word).where(KEYS.has(postgres, early_word.c.id))


class Early(Session):
    """The part of a transaction that keeps what came too early."""

    async def early_words(self, incidents: Collection[str], people: Collection[str] = ()) -> list[EarlyRow]:
        """What waits for one of these incidents, of whatever force, or for one of these people; the oldest first."""
        if not incidents and not people:
            return []
        named = _PEOPLE.parameters(self._postgres, ((person,) for person in sorted(people)))
        asked = ((incident,) for incident in sorted(incidents))
        return [_read(row) for row in await self._with(KEYS, asked, _waiting(self._postgres), **named)]

    async def early_words_named(self, ids: Collection[str]) -> list[EarlyRow]:
        """Those of them that still wait, the oldest first."""
        if not ids:
            return []
        return [_read(row) for row in await self._with(KEYS, ((key,) for key in sorted(ids)), _named(self._postgres))]

    async def all_early_words(self) -> list[EarlyRow]:
        """All that waits, the oldest first."""
        return [_read(row) for row in await self._rows(_ALL.order_by(*_ORDER))]

    async def keep_early_words(self, rows: Collection[EarlyRow], gone: Collection[str] = ()) -> None:
        """Keep these, and let go of those that wait no longer."""
        if gone:
            await self._with(KEYS, ((key,) for key in sorted(gone)), _drop(self._postgres))
        await self._write(_KEEP, sorted((_values(row) for row in rows), key=lambda values: str(values[0])))


def _values(row: EarlyRow) -> tuple[Any, ...]:
    return tuple(packed(row.headers) if name == "headers" else getattr(row, name) for name in _COLUMNS)


def _read(row: Any) -> EarlyRow:
    told = row._asdict()
    headers = unpacked(told.pop("headers"))
    return EarlyRow(**told, headers=headers)
