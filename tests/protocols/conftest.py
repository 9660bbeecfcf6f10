"""What the tests of the packs share."""

from collections.abc import AsyncIterator

import pytest_asyncio
import scenario_runs


@pytest_asyncio.fixture(scope="session", autouse=True)
async def runs() -> AsyncIterator[None]:
    """The scenarios' runs, closed at the end."""
    yield
    await scenario_runs.end()
