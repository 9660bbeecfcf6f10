"""A mail server on loopback that does what a test tells it, fresh for each test."""

from collections.abc import AsyncIterator

import pytest_asyncio

from homeward.torture.mail_server import MailServer


@pytest_asyncio.fixture
async def server() -> AsyncIterator[MailServer]:
    made = await MailServer().listen()
    yield made
    await made.close()
