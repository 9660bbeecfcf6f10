"""What is tortured: real hub processes on three nodes of Kafka, with a database and a mail server that misbehaves."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from homeward.embedded import EmbeddedKafka
from homeward.embedded.probe import free_port
from homeward.settings import environment_of
from homeward.torture.mail_server import MailServer
from store import Store
from store.migrating import migrate

GROUP = "homeward-torture"
_LEASE = 5.0  # seconds; the default is for machines that may be slower
_STARTED_WITHIN = 120.0
_STOPPED_WITHIN = 60.0
_ASKED_EVERY = 0.25


@dataclass
class HubProcess:
    """One hub. Started again it is another process with the same settings."""

    name: str
    settings: dict[str, str]
    log: Path
    port: int
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", "from homeward.cli import main; main()", "run",
                env=environment_of(self.settings), stdout=log, stderr=log,
            )  # fmt: skip

    def send(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
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


@dataclass
class Rig:
    """Everything that can be broken. `database` is the url; `owned`: Kafka is ours to break."""

    folder: Path
    database: str
    kafka: EmbeddedKafka | None
    bootstrap: str
    mail: MailServer
    store: Store
    hubs: list[HubProcess] = field(default_factory=list)
    ready: list[tuple[float, bool]] = field(default_factory=list)
    """When readiness of the first hub changed (monotonic seconds), and to what."""

    @property
    def on_postgres(self) -> bool:
        return self.store.postgres

    def another(self) -> HubProcess:
        """One more hub, not started."""
        name = f"hub-{len(self.hubs) + 1}"
        port = free_port(())
        settings = {
            "KAFKA_BOOTSTRAP": self.bootstrap, "DATABASE_URL": self.database,
            "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(self.mail.port),
            "KAFKA_GROUP": GROUP, "SMTP_TLS": "plain", "TRIAL": "true",
            "RELAY_LEASE": str(_LEASE),
            "DATA": str(self.folder / "data"), "HEALTH_PORT": str(port),
        }  # fmt: skip
        hub = HubProcess(name, settings, self.folder / f"{name}.log", port)
        self.hubs.append(hub)
        return hub

    async def until_ready(self, within: float = _STARTED_WITHIN) -> bool:
        """Returns whether the first hub is ready in time."""
        ends = time.monotonic() + within
        async with httpx2.AsyncClient(timeout=2) as client:
            while time.monotonic() < ends:
                if await self.hubs[0].is_ready(client):
                    return True
                await asyncio.sleep(_ASKED_EVERY)
        return False

    async def keep_asking(self) -> None:
        """Notes each change of the first hub's readiness, for ever."""
        async with httpx2.AsyncClient(timeout=2) as client:
            while True:
                is_ready = await self.hubs[0].is_ready(client)
                if not self.ready or self.ready[-1][1] is not is_ready:
                    self.ready.append((time.monotonic(), is_ready))
                await asyncio.sleep(_ASKED_EVERY)


@asynccontextmanager
async def rig(folder: Path, database: str | None, bootstrap: str | None, cache: Path | None) -> AsyncIterator[Rig]:
    """A rig without a hub. `database` and `bootstrap` are those of the user; else a SQLite file and three nodes of our
    own. Raises EmbeddedError."""
    url = database or f"sqlite+aiosqlite:///{folder}/homeward.db"
    (folder / "data").mkdir(parents=True, exist_ok=True)
    await migrate(url)
    mail = await MailServer().listen()
    kafka = None if bootstrap else EmbeddedKafka(folder / "kafka", nodes=3, cache=cache, heap=256)
    try:
        if kafka:
            await asyncio.to_thread(kafka.start)
        made = Rig(folder, url, kafka, bootstrap or (kafka.bootstrap if kafka else ""), mail, Store.open(url))
        try:
            yield made
        finally:
            for hub in made.hubs:
                hub.send(signal.SIGCONT)
                hub.send(signal.SIGTERM)
            for hub in made.hubs:
                await hub.ended()
            await made.store.close()
    finally:
        with contextlib.suppress(OSError):
            await mail.close()
        if kafka:
            await asyncio.to_thread(kafka.stop)
