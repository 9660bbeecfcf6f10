"""Clients of Kafka that are open for a while, and closed whatever happens.

aiokafka takes a cancellation that comes while it closes a client for that of a task of its own, and goes on: whoever
called it off would wait for ever. So nothing here is cut off in the middle, and who calls a task off asks again. And it
lets a cancellation of its own out, as if somebody had called off whoever closes: here that is an error."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiokafka.errors import KafkaConnectionError  # type: ignore[import-untyped]

log = logging.getLogger(__name__)

Result = TypeVar("Result")
_Work = Coroutine[Any, Any, Result]
_ENDED_WITHIN = 5.0  # seconds that what nobody wants any more may still take
_ASKED_AGAIN = 10.0  # seconds until a task that was called off and goes on is called off again


async def uninterrupted(work: _Work[Result]) -> Result:
    """Awaits it; returns and raises what it does. Where this is cancelled, once or again, it is first carried to its
    end, for seconds: aiokafka, cut off while it asks who the brokers are, leaves that connection open. Raises
    KafkaConnectionError where it calls itself off."""
    task, cancelled = asyncio.ensure_future(work), None
    while not task.done():
        try:
            await asyncio.wait([task], timeout=_ENDED_WITHIN if cancelled else None)
            if not task.done():
                task.cancel()
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled:
        _ = task.cancelled() or task.exception()  # or it would be logged that nobody asked for it
        raise cancelled
    if task.cancelled():
        raise KafkaConnectionError("the client broke off by itself")
    return task.result()


async def call_off(*tasks: asyncio.Future[Any]) -> None:
    """Cancels them until all have ended, and raises nothing of what ended them."""
    left = {*tasks}
    while left:
        for task in left:
            task.cancel()
        ended, left = await asyncio.wait(left, timeout=_ASKED_AGAIN)
        for task in ended:
            _ = task.cancelled() or task.exception()
        if left:
            log.warning("Tasks go on although they were called off, asking again", extra={"tasks": len(left)})


@asynccontextmanager
async def open_client(start: _Work[object], close: Callable[[], _Work[object]]) -> AsyncIterator[None]:
    """Within it the client has started; afterwards, also where the start fails, it is closed. Raises its errors."""
    try:
        await uninterrupted(start)
        yield
    finally:
        await uninterrupted(close())
