"""What is measured runs in processes of its own, so that who measures takes none of its time; and how much of the
processors they take.

Such a process says "ready" when it is, and a line of JSON about itself when it is told to end.
"""

import asyncio
import json
import multiprocessing
import os
import runpy
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from multiprocessing.forkserver import ensure_running
from typing import Any

import psutil

_END_WITHIN = 60.0  # seconds
_LONGEST_LINE = 2**27

_context = multiprocessing.get_context("forkserver")
_forks = False


class Running:
    """One process that runs: what it says and what it is told are lines."""

    def __init__(self, pid: int, said: asyncio.StreamReader, told: asyncio.StreamWriter) -> None:
        self.pid, self._said, self._told = pid, said, told

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
        self._told.write(b"\n")
        return await self.told()

    def memory(self) -> float:
        """What it holds of the machine's memory (RSS), in MB."""
        return float(psutil.Process(self.pid).memory_info().rss) / 1e6

    async def _line(self) -> str:
        line = (await self._said.readline()).decode()
        assert line, "the process has ended"
        return line.strip()


def running(module: str, *words: str, env: Mapping[str, str] | None = None) -> AbstractAsyncContextManager[Running]:
    """`python -m module words…` from its start until the end of the block, at which it ends too. `env`: beside what
    this process has."""
    return (_forked if _forks else _anew)(module, words, env or {})


@contextmanager
def forking(*modules: str) -> Iterator[None]:
    """Within the block processes are forked from one that has imported these modules, so that each is there at once."""
    global _forks
    _context.set_forkserver_preload([*modules])
    ensure_running()
    _forks = True
    try:
        yield
    finally:
        _forks = False


@asynccontextmanager
async def _anew(module: str, words: Sequence[str], env: Mapping[str, str]) -> AsyncIterator[Running]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *words), env={**os.environ, **env},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LONGEST_LINE,
    )  # fmt: skip
    assert process.stdout
    assert process.stdin
    try:
        yield Running(process.pid, process.stdout, process.stdin)
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(_END_WITHIN):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


@asynccontextmanager
async def _forked(module: str, words: Sequence[str], env: Mapping[str, str]) -> AsyncIterator[Running]:
    here, there = socket.socketpair()
    process = _context.Process(target=_run, args=(there, module, words, env))
    process.start()
    there.close()
    said, told = await asyncio.open_connection(sock=here, limit=_LONGEST_LINE)
    assert process.pid
    try:
        yield Running(process.pid, said, told)
    finally:
        told.write_eof()
        try:
            async with asyncio.timeout(_END_WITHIN):
                await said.read()
        except TimeoutError:
            process.kill()
        await asyncio.to_thread(process.join)
        told.close()


def _run(there: socket.socket, module: str, words: Sequence[str], env: Mapping[str, str]) -> None:
    """What a forked process does: the same as one that is started anew."""
    os.dup2(there.fileno(), 0)
    os.dup2(there.fileno(), 1)
    there.close()
    sys.stdin, sys.stdout, sys.argv = os.fdopen(0), os.fdopen(1, "w"), [module, *words]
    os.environ.update(env)
    sys.modules.pop(module, None)  # it is run as the main one
    runpy.run_module(module, run_name="__main__", alter_sys=True)


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
