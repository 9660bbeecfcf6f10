"""What is measured runs in processes of its own, so that who measures takes none of its time; and how much of the
processors they take.

Such a process says "ready" when it is, and a line of JSON about itself when it is told to end.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil

_END_WITHIN = 60.0  # seconds
_LONGEST_LINE = 2**27


class Running:
    """One process that runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process, self.pid = process, process.pid

    async def ready(self) -> str:
        """Waits until it is ready; returns what else it says with that."""
        first, _, rest = (await self._line()).partition(" ")
        assert first == "ready", f"it says {first!r}"
        return rest.strip()

    async def told(self) -> Any:
        """Waits for what it says next."""
        return json.loads(await self._line())

    async def end(self) -> Any:
        """Tells it to end; returns what it says of itself."""
        assert self._process.stdin
        self._process.stdin.write(b"\n")
        return await self.told()

    def memory(self) -> float:
        """What it holds of the machine's memory (RSS), in MB."""
        return float(psutil.Process(self.pid).memory_info().rss) / 1e6

    async def _line(self) -> str:
        assert self._process.stdout
        line = (await self._process.stdout.readline()).decode()
        assert line, "the process has ended"
        return line.strip()


@asynccontextmanager
async def running(module: str, *words: str, env: Mapping[str, str] | None = None) -> AsyncIterator[Running]:
    """`python -m module words…` from its start until the end of the block, at which it ends too. `env`: beside what
    this process has."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *words), env={**os.environ, **(env or {})},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LONGEST_LINE,
    )  # fmt: skip
    try:
        yield Running(process)
    finally:
        assert process.stdin
        process.stdin.close()
        try:
            async with asyncio.timeout(_END_WITHIN):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


@dataclass(frozen=True, slots=True)
class Busy:
    """Shares of all processors over some time: of whatever ran, and of some by name."""

    whole: float
    of: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        told = "".join(f", {name} {share:.0%}" for name, share in self.of.items())
        return f"processors {self.whole:.0%} busy{told}"


class Stopwatch:
    """Takes the time of processors from when it is made. `named`: processes by name."""

    def __init__(self, named: Mapping[str, Sequence[int]]) -> None:
        self._named, self._before = named, self._now(named)

    def busy(self) -> Busy:
        """Since then. The named processes must still run."""
        before, (idle, whole, of) = self._before, self._now(self._named)
        passed = whole - before[1]
        return Busy(
            1 - (idle - before[0]) / passed, {name: (took - before[2][name]) / passed for name, took in of.items()}
        )

    @staticmethod
    def _now(named: Mapping[str, Sequence[int]]) -> tuple[float, float, dict[str, float]]:
        times = psutil.cpu_times()
        idle = times.idle + getattr(times, "iowait", 0.0)
        return idle, sum(times) - getattr(times, "guest", 0.0), {n: sum(map(_took, pids)) for n, pids in named.items()}


def _took(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def brokers() -> list[int]:
    """The processes of the Kafka that this process has started."""
    return [child.pid for child in psutil.Process().children(recursive=True) if child.name() == "java"]
