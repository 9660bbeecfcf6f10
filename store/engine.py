"""Opening a database so that a commit survives a loss of power. What is kept in it is told elsewhere."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, event, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from store import one_hop
from store.errors import StoreUnavailableError, translated
from store.postgres import close_postgres, of_postgres

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
READING = "homeward_reading"
"""Execution option of a transaction that writes nothing, and so need not wait for the writer of SQLite."""

KEYS_IN_URL = "keys"
"""The part of an url that names where the keys of the database are."""

# A writer waits this long for another process; within this process writers queue before they get here.
_BUSY_MS = 15_000
_PREPARED = 512  # statements that a connection keeps; to prepare one takes ten times as long as to run it
# Without recursive triggers, INSERT OR REPLACE would remove a row past the trigger that forbids it.
_PRAGMAS = (
    *("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "recursive_triggers = ON"),
    "secure_delete = ON",  # what is erased stands in no page that is free
    f"busy_timeout = {_BUSY_MS}",
)


def parsed(url: str) -> URL:
    """The url with the driver that Homeward uses. Raises ValueError for a database it does not know."""
    given = make_url(url).difference_update_query((KEYS_IN_URL,))
    name = given.get_backend_name()
    if name not in DRIVERS:
        raise ValueError(f"{name} is not a database that Homeward knows: use sqlite or postgresql")
    return given.set(drivername=DRIVERS[name])


def keys_named(url: str) -> str | None:
    """The url of the keys that an url names."""
    named = make_url(url).query.get(KEYS_IN_URL)
    return named if isinstance(named, str) else None


def keys_beside(url: str) -> str | None:
    """Where the keys of a SQLite file are unless somebody says otherwise; None for any other database."""
    given = parsed(url)
    if given.get_backend_name() != "sqlite" or in_memory(given):
        return None
    file = Path(str(given.database).removeprefix("file:"))
    return f"sqlite+aiosqlite:///{file.with_suffix('.keys.db')}"


def shown(url: str) -> str:
    """The url as it may be printed: without passwords, and without the keys' own url, which may hold one."""
    return make_url(url).difference_update_query((KEYS_IN_URL,)).render_as_string(hide_password=True)


def in_memory(url: URL) -> bool:
    """Whether the database is gone when its one connection is closed."""
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def absent(url: URL) -> bool:
    """Whether this is a SQLite database whose file is not there yet. To look inside would create it."""
    return url.get_backend_name() == "sqlite" and not in_memory(url) and not Path(str(url.database)).exists()


def make_room(url: URL) -> None:
    """Create the file of a SQLite database and its folder, where they are missing, for their owner alone."""
    if url.get_backend_name() != "sqlite" or in_memory(url):
        return
    path = Path(str(url.database))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)


def opened(given: str, within: float | None = None) -> AsyncEngine:
    """An engine for the url. Nothing is connected yet. `within`: seconds that a server has for one statement."""
    url = parsed(given)
    if url.get_backend_name() == "postgresql":
        return of_postgres(url, within)
    return _opened_in_memory() if in_memory(url) else _of_sqlite(url, pool_size=4)


def opened_for_brief(given: str, within: float | None = None) -> AsyncEngine | None:
    """A second one for transactions of a few statements, where the server is to end those that hang; None: the same
    serves."""
    url = parsed(given)
    return of_postgres(url, within, brief=True) if url.get_backend_name() == "postgresql" else None


async def close(engine: AsyncEngine) -> None:
    """Closes every connection, within seconds also where a server does not answer."""
    await (close_postgres(engine) if engine.dialect.name == "postgresql" else engine.dispose())


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection until the end of the block, which rolls back what is not committed. Raises StoreUnavailableError
    where there is none to be had, and where it dies as it is given back; but whoever is called off ends."""
    opening = engine.connect()
    with translated():
        connection = await opening.__aenter__()
    try:
        yield connection
    except BaseException as error:
        try:
            with translated():
                await opening.__aexit__(type(error), error, error.__traceback__)
        except StoreUnavailableError:
            if isinstance(error, Exception):
                raise
        raise
    with translated():
        await opening.__aexit__(None, None, None)


async def run_at_once(connection: AsyncConnection, is_short: bool) -> sqlite3.Connection | None:
    """SQLite itself, where the statements of this transaction may be put to it without a hop to its thread: those of a
    database in memory, and of a transaction that has the writer's lock and is short. None for any other."""
    driver = (await connection.get_raw_connection()).driver_connection
    if not isinstance(driver, one_hop.Connection):
        return None
    driver.at_once = driver.at_once or is_short
    return driver.itself if driver.at_once else None


def _of_sqlite(url: URL, **pool: Any) -> AsyncEngine:
    # The driver is told to leave transactions alone: BEGIN is ours to say.
    given = {"isolation_level": None, "async_creator_fn": one_hop.connect, "cached_statements": _PREPARED}
    engine = create_async_engine(url, connect_args=given, hide_parameters=True, **pool)
    prepare_sqlite(engine.sync_engine)
    return engine


def prepare_sqlite(engine: Engine) -> None:
    """Every connection of this engine of SQLite is as Homeward needs it, and begins as it says."""
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)


@cache
def _model() -> Engine:
    """Never connected. It lends its dialect to every database in memory, so that they share what is compiled."""
    return _of_sqlite(make_url("sqlite+aiosqlite://"), poolclass=StaticPool).sync_engine


_COMPILED: dict[Any, Any] = {}
"""The statements as SQLite takes them. A rehearsal of a pack opens hundreds of databases; each statement is written out
once for all of them."""


def _opened_in_memory() -> AsyncEngine:
    """A database in memory is a world of its own: it has its one connection to itself."""
    model = _model()
    own = Engine(model.pool.recreate(), model.dialect, model.url, hide_parameters=True)
    event.listen(own, "begin", _begin)
    return AsyncEngine(own.execution_options(compiled_cache=_COMPILED))


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that begins by reading and then writes fails at once when another has written in between; one
    # that says from the start that it will write waits its turn.
    reading = connection.get_execution_options().get(READING)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
