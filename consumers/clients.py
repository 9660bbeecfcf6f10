"""Clients of Kafka that are open for a while, and closed whatever happens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

Starting = Coroutine[Any, Any, object]
_STARTED_WITHIN = 5.0  # seconds that a start which nobody wants any more may still take


async def await_start(start: Starting) -> None:
    """Awaits the start of a client; raises what it raises. Where this is cancelled the start is first carried to its
    end: aiokafka, cut off while it asks who the brokers are, leaves that connection open."""
    starting = asyncio.ensure_future(start)
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting], timeout=_STARTED_WITHIN)
        starting.cancel()
        await asyncio.wait([starting])
        raise


@asynccontextmanager
async def open_client(start: Starting, close: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Within it the client has started; afterwards, also where the start fails, it is closed. Raises its errors."""
    try:
        await await_start(start)
        yield
    finally:
        await close()
