"""The world of a relay, fresh for each test, on either database."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from relay_world import World, a_world


@pytest_asyncio.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def hub(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    url = request.getfixturevalue("postgres")() if request.param == "postgres" else "sqlite+aiosqlite://"
    async with a_world(url) as made:
        yield made
