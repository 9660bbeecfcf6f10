"""The three databases that every contract test of the store runs against: a SQLite file, SQLite in memory, Postgres."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from store import Store

EACH = ["file", "memory", pytest.param("postgres", marks=pytest.mark.postgres)]
SHARED = ["file", pytest.param("postgres", marks=pytest.mark.postgres)]


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
