"""The keys under which contents are kept, one for each child, and the journal of what was erased. Both live outside the
database that they are for: whoever throws a key away erases what it sealed in every backup too, and a backup that is
restored finds out in the journal what must go again.

Keys are read for each batch and held no longer, so that none outlives its erasure in the memory of another process."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Self
from uuid import uuid4

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Executable,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    delete,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from store.engine import READING, absent, close, make_room, opened, run_at_once
from store.errors import StoreUnavailableError, translated
from store.instants import UtcInstant
from store.listing import KEYS, Listing, Writing
from store.ready import execute

_NONCE = 12  # bytes, as AES-GCM has them
_metadata = MetaData()
keys = Table(
    "keys",
    _metadata,
    Column("name", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("key", LargeBinary, nullable=False),
    Column("made_at", UtcInstant, nullable=False),
)
erasures = Table(
    "erasures",
    _metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("at", UtcInstant, nullable=False),
    Column("what", Text, nullable=False),
    sqlite_autoincrement=True,
)
_MAKE = Writing(keys, ("id", "name", "key", "made_at"), replaces=())
_NOTE = Writing(erasures, ("id", "at", "what"))
DAY = "day/"
"""How the name of a key begins that is no child's; it ends with the day."""
_OF_DAYS = select(keys.c.name).where(keys.c.name.startswith(DAY))
_NAMES = Listing("names", key=Text)
_ERASURES = select(erasures.c.id, erasures.c.at, erasures.c.what).order_by(erasures.c.position)


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A key under its id, which what it sealed names. A key that was thrown away never comes back under its id."""

    id: str
    secret: bytes = field(repr=False)

    def seal(self, plain: bytes, name: str) -> bytes:
        """The bytes, unreadable and unchangeable without the key, for the place that `name` tells."""
        nonce = os.urandom(_NONCE)
        sealed: bytes = _cipher(self.secret).encrypt(nonce, plain, name.encode())
        return nonce + sealed

    def unsealed(self, sealed: bytes, name: str) -> bytes | None:
        """What was sealed there; None where that has been changed since."""
        from cryptography.exceptions import InvalidTag

        try:
            plain: bytes = _cipher(self.secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode())
        except (InvalidTag, ValueError):
            return None
        return plain


def _cipher(secret: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # not paid for by those who keep nothing

    return AESGCM(secret)


@dataclass(frozen=True, slots=True)
class Erasure:
    """One line of the journal. `what` names children and episodes by their ids, and instants; nothing else."""

    id: str
    at: datetime
    what: Mapping[str, Any]


@cache
def _named(postgres: bool) -> Select[Any]:
    return select(keys.c.name, keys.c.id, keys.c.key).where(_NAMES.has(postgres, keys.c.name))


@cache
def _make_or_find() -> Executable:
    """Both at once on Postgres, in a transaction of its own; what is not there was made by another at this moment."""
    made = _MAKE.statement(True).returning(keys.c.name, keys.c.id, keys.c.key).cte("made")
    return union_all(select(made), _named(True))


@cache
def _known(postgres: bool) -> Executable:
    return select(keys.c.id, keys.c.key).where(KEYS.has(postgres, keys.c.id))


@cache
def _throw_away(postgres: bool) -> Executable:
    return delete(keys).where(or_(KEYS.has(postgres, keys.c.id), _NAMES.has(postgres, keys.c.name)))


@contextmanager
def _translated() -> Iterator[None]:
    """The errors of any database, which say that it is that of the keys."""
    try:
        with translated():
            yield
    except StoreUnavailableError as error:
        raise type(error)(f"HOMEWARD_KEYS_URL, the keys: {error}") from None


class KeyStore:
    """Keys and journal in a database of their own. Whatever it does is committed when it returns. Its functions raise
    StoreUnavailableError."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._postgres = engine.dialect.name == "postgresql"
        self._made = False

    @classmethod
    def open(cls, url: str) -> Self:
        """A key store at an url as `Store.open` takes it. It makes its tables where they are missing."""
        return cls(opened(url, within=20.0))

    async def close(self) -> None:
        """Close every connection."""
        await close(self._engine)

    async def named(self, names: Collection[str], now: datetime) -> dict[str, SealingKey]:
        """The keys with these names. One that is not there is made, and kept before it is handed out."""
        await self._prepare()
        found = dict[str, SealingKey]()
        while missing := sorted({*names} - found.keys()):  # more than once where another process was first just now
            offered = [(str(uuid4()), name, os.urandom(32), now) for name in missing]
            found |= {row.name: SealingKey(row.id, row.key) for row in await self._made_or_found(missing, offered)}
        return found

    async def known(self, ids: Collection[str]) -> dict[str, SealingKey]:
        """Those of the keys that have not been thrown away, by id."""
        if absent(self._engine.url):
            return {}  # beside a backup there are none, and none are made by looking
        rows = await self._ask(_known(self._postgres), KEYS.parameters(self._postgres, [(id_,) for id_ in ids]))
        return {row.id: SealingKey(row.id, row.key) for row in rows}

    async def throw_away(self, ids: Collection[str] = (), names: Collection[str] = ()) -> None:
        """Nobody reads what these keys have sealed, from now on and in any backup."""
        await self._prepare()
        parameters = KEYS.parameters(self._postgres, [(id_,) for id_ in ids])
        parameters |= _NAMES.parameters(self._postgres, [(name,) for name in names])
        with _translated():
            async with self._engine.begin() as connection:
                await connection.execute(_throw_away(self._postgres), parameters)

    async def throw_away_days(self, before: date) -> None:
        """The same with the hub's keys of days before this one."""
        names = [row.name for row in await self._ask(_OF_DAYS, {})]
        past = [name for name in names if date.fromisoformat(name.rpartition("/")[2]) < before]
        if past:
            await self.throw_away(names=past)

    async def note(self, erasure: Erasure) -> None:
        """Add a line to the journal: to be called before what it names is erased."""
        await self._write(_NOTE, [(erasure.id, erasure.at, orjson.dumps(dict(erasure.what)).decode())])

    async def erasures(self) -> list[Erasure]:
        """The journal, oldest first."""
        rows = [] if absent(self._engine.url) else await self._ask(_ERASURES, {})
        return [Erasure(row.id, row.at, orjson.loads(row.what)) for row in rows]

    async def _made_or_found(self, names: Sequence[str], offered: Sequence[tuple[Any, ...]]) -> list[Any]:
        asked = _NAMES.parameters(self._postgres, [(name,) for name in names])
        made = _MAKE.parameters(self._postgres, offered)
        with _translated():
            async with self._engine.connect() as connection:
                if not isinstance(made, list):
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                    return [*await connection.run_sync(execute, _make_or_find(), asked | made)]
                async with connection.begin():  # the lock is waited for in the thread, and then needs no hop to it
                    await run_at_once(connection, is_short=True)
                    await connection.run_sync(execute, _MAKE.statement(False), made)
                    return [*await connection.run_sync(execute, _named(False), asked)]

    async def _ask(self, statement: Executable, parameters: dict[str, Any]) -> list[Any]:
        await self._prepare()
        with _translated():
            async with self._engine.connect() as connection:
                await connection.execution_options(**({} if self._postgres else {READING: True}))
                return [*await connection.run_sync(execute, statement, parameters)]

    async def _write(self, writing: Writing, rows: list[tuple[Any, ...]]) -> None:
        await self._prepare()
        parameters = writing.parameters(self._postgres, rows)
        with _translated():
            async with self._engine.begin() as connection:
                await connection.execute(writing.statement(self._postgres), parameters)

    async def _prepare(self) -> None:
        if self._made:
            return
        make_room(self._engine.url)
        with _translated():
            async with self._engine.begin() as connection:
                await connection.run_sync(_metadata.create_all)
        self._made = True
