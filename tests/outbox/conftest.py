"""The world of a relay, fresh for each test."""

from collections.abc import AsyncIterator

import pytest_asyncio
from relay_world import World, a_world


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[World]:
    async with a_world() as made:
        yield made
