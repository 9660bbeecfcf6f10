"""A relay that hangs keeps nobody out: another has its shards when the lease is over, whatever the first one holds."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from relay_world import WORKER, a_world, row
from test_relay_running import Arrivals, running

from homeward.torture.line import line_to

pytestmark = pytest.mark.postgres
LEASE = timedelta(seconds=5)
HERE = Path(__file__).parent
AFTER = 30.0  # seconds that another has to take over: processes start slowly on a busy machine


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def hung(url: str, where: str) -> AsyncIterator[None]:
    """A relay process that has stopped itself there."""
    paths = os.pathsep.join((str(HERE), str(HERE.parents[1])))
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / "hanging.py"), url, str(LEASE.total_seconds()), where,
        stdout=asyncio.subprocess.PIPE, env=os.environ | {"PYTHONPATH": paths},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            assert (await process.stdout.readline()).decode().strip() == where
        yield
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("where", ["sending", "claiming"])
async def test_another_takes_over_from_a_relay_that_hangs(postgres: Callable[[], str], where: str) -> None:
    url = postgres()
    async with a_world(url) as world:
        await world.promise(row("a", to=WORKER))
        sent = asyncio.Event()
        world.mails.after = lambda _: sent.set()
        async with hung(url, where):
            relay = world.relay("two", now=now, lease=LEASE, look=0.1, pause=0.1)
            async with asyncio.timeout(LEASE.total_seconds() + AFTER), running(relay):
                await sent.wait()


async def test_a_relay_behind_a_line_that_is_cut_keeps_nobody_out(postgres: Callable[[], str]) -> None:
    url = postgres()
    async with AsyncExitStack() as last, line_to(url) as line, a_world(url) as world:
        # Closed only once the line is: it would wait for an answer over it.
        cut_off = await last.enter_async_context(a_world(line.url))
        first = cut_off.relay("one", now=now, lease=LEASE)
        await first.drain()
        line.cut()
        await world.promise(row("a"))
        arrivals, relay = Arrivals(world), world.relay("two", now=now, lease=LEASE, look=0.1, pause=0.1)
        async with running(relay):
            await arrivals.reach(1, within=LEASE.total_seconds() + AFTER)
