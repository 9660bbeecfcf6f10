"""Messages through a broker under test by an ordinary Kafka client."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0
"""Seconds until a test gives up waiting."""


async def send(bootstrap: str, topic: str, values: Sequence[bytes]) -> None:
    """Returns when the broker has acknowledged them all."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    async with asyncio.timeout(PATIENCE), producer:
        await asyncio.gather(*[await producer.send(topic, value) for value in values])


async def read(bootstrap: str, topic: str, count: int) -> list[bytes]:
    """The first `count` messages of the topic."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    async with asyncio.timeout(PATIENCE), consumer:
        return [(await consumer.getone()).value for _ in range(count)]


HEARS_CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"


@asynccontextmanager
async def command(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`homeward` with these arguments as a process of its own; killed if it is still there at the end. Ctrl-C reaches
    it as in a terminal, although tests that a shell runs in the background hand on that it is ignored."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", f"{HEARS_CTRL_C}; from homeward.cli import main; main()", *arguments,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE):
            yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.communicate()


async def first_line(process: asyncio.subprocess.Process) -> str:
    """What the process says first on its standard output, empty if it ends without a word."""
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()
