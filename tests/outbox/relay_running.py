"""A relay that runs beside a test, and what a test waits for."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from relay_world import World

from outbox.relay import Relay
from schemas.delivery import Outgoing, Receipt

PATIENCE = 60.0


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(relay.run())
    try:
        yield task
    finally:
        async with asyncio.timeout(PATIENCE):
            await relay.stop()
            await task


class Arrivals:
    """Lets a test wait until so many rows have got through to topics."""

    def __init__(self, world: World) -> None:
        self.world, self.more = world, asyncio.Event()
        world.topics.after = lambda _: self.more.set()

    async def reach(self, count: int, within: float = PATIENCE) -> None:
        async with asyncio.timeout(within):
            while len(self.world.arrived()) < count:
                self.more.clear()
                await self.more.wait()


class Slow:
    """A sender in whose hands a batch stays until it is let go."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.begun, self.let_go = asyncio.Event(), asyncio.Event()

    async def start(self) -> None: ...
    async def stop(self) -> None: ...

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        self.begun.set()
        await self.let_go.wait()
        return await self.world.topics.send(batch)
