"""One hub, or one part of it, as a process of its own."""

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path

import httpx2

from homeward.settings import environment_of

_STOPPED_WITHIN = 60.0


@dataclass
class HubProcess:
    """Started again it is another process with the same settings. `command` is how `homeward` is called, `only` the
    parts that run."""

    command: list[str]
    settings: dict[str, str]
    log: Path
    port: int
    only: tuple[str, ...] = ()
    process: asyncio.subprocess.Process | None = None

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def start(self) -> None:
        parts = [word for part in self.only for word in ("--only", part)]
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                "run",
                *parts,
                env=environment_of(self.settings),
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in a terminal is for us
            )

    def send(self, number: signal.Signals) -> None:
        if self.process is not None and self.runs:
            self.process.send_signal(number)

    async def ended(self) -> None:
        """Returns when the process is gone, however long it hangs."""
        if self.process is None:
            return
        try:
            async with asyncio.timeout(_STOPPED_WITHIN):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()

    async def is_ready(self, client: httpx2.AsyncClient) -> bool:
        try:
            return (await client.get(f"http://127.0.0.1:{self.port}/ready")).status_code == 200
        except httpx2.HTTPError:
            return False
