"""A hub over a database that others can open too: a SQLite file, and a real Postgres."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from reporting_hub import Hub

from store import Store


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.postgres)])
async def hub(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub that has heard of nothing yet."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    if request.param == "postgres":
        fresh: Callable[[], str] = request.getfixturevalue("postgres")
        url = fresh()
    store = Store.open(url)
    await store.create()
    yield Hub(url, store)
    await store.close()
