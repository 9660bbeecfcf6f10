"""What is tortured: real hub processes on three nodes of Kafka, with a database and a mail server that misbehaves."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from homeward.embedded import EmbeddedKafka
from homeward.embedded.probe import free_port
from homeward.torture.administering import Administrator
from homeward.torture.hub_process import HubProcess
from homeward.torture.line import CutLine, line_to
from homeward.torture.listening import Overheard
from homeward.torture.mail_server import MailServer
from homeward.torture.postgres_server import PostgresServer, own_postgres
from homeward.torture.promised import Promised
from homeward.torture.shifted_clock import ShiftedClock
from homeward.torture.small_disk import SmallDisk, small_disk
from store import Store
from store.migrating import migrate

GROUP = "homeward-torture"
_STARTED_WITHIN = 120.0
_ASKED_EVERY = 0.25
_IN_FLIGHT = 0.5  # seconds within which Kafka has dealt with what a hub had sent when it was frozen
_KAFKA = {
    # Everything is allowed unless a right says otherwise, so that one can be taken away. Among themselves the
    # controllers have a name: they need each other before there are rights.
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "true",
    "super.users": "User:controller",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
    "sasl.mechanism.controller.protocol": "PLAIN",
    "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
    "listener.name.controller.plain.sasl.jaas.config": (
        "org.apache.kafka.common.security.plain.PlainLoginModule required "
        'username="controller" password="made-up" user_controller="made-up";'
    ),
}


@dataclass(frozen=True, slots=True)
class Servers:
    """Whose servers are tortured: the `database` (url) and the `kafka` (addresses) of the user; else three nodes of our
    own, and a SQLite file or, with `postgres`, a Postgres of our own."""

    database: str | None = None
    kafka: str | None = None
    postgres: bool = False


@dataclass
class Rig:
    """Everything that can be broken; what is None is not ours to break, or cannot be had. `store` leads to the database
    past every fault of the `line`. `kept`: what stood in topics that were deleted. `earlier`: what was promised by
    databases that a copy has replaced. `released`: the positions of what a server had refused, and the kit let go."""

    folder: Path
    bootstrap: str
    mail: MailServer
    store: Store
    clock: ShiftedClock
    administrator: Administrator
    hub_database: str
    kafka: EmbeddedKafka | None = None
    postgres: PostgresServer | None = None
    line: CutLine | None = None
    disk_of_database: SmallDisk | None = None
    disk_of_kafka: SmallDisk | None = None
    hubs: list[HubProcess] = field(default_factory=list)
    ready: list[tuple[float, bool]] = field(default_factory=list)
    """When readiness of the first hub changed (monotonic seconds), and to what."""
    kept: Overheard = field(default_factory=dict)
    earlier: list[Promised] = field(default_factory=list)
    released: set[int] = field(default_factory=set)

    @property
    def on_postgres(self) -> bool:
        return self.store.postgres

    def another(self, *only: str) -> HubProcess:
        """One more hub, or parts of one, not started."""
        port, name = free_port(()), f"hub-{len(self.hubs) + 1}"
        settings = {
            "KAFKA_BOOTSTRAP": self.bootstrap, "DATABASE_URL": self.hub_database,
            "SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(self.mail.port),
            "KAFKA_GROUP": GROUP, "KAFKA_MEMBER": name, "SMTP_TLS": "plain", "TRIAL": "true",
            "DATA": str(self.folder / "data"), "HEALTH_PORT": str(port),
            "CANARY_EVERY": "0",  # what stands in the topics is compared with what was promised of children
        }  # fmt: skip
        hub = HubProcess(self.clock.command(), settings, self.folder / f"{name}.log", port, only)
        self.hubs.append(hub)
        return hub

    @asynccontextmanager
    async def frozen_hubs(self) -> AsyncIterator[None]:
        """Every hub holds its breath until the end of the block, and what it had sent has arrived."""
        for hub in self.hubs:
            hub.send(signal.SIGSTOP)
        await asyncio.sleep(_IN_FLIGHT)
        try:
            yield
        finally:
            for hub in self.hubs:
                hub.send(signal.SIGCONT)

    @asynccontextmanager
    async def without_hubs(self) -> AsyncIterator[None]:
        """Every hub is stopped, and those that ran are started again at the end of the block."""
        ran = [hub for hub in self.hubs if hub.runs]
        for hub in ran:
            hub.send(signal.SIGTERM)
        for hub in ran:
            await hub.ended()
        yield
        for hub in ran:
            await hub.start()

    async def until_ready(
        self, within: float = _STARTED_WITHIN, *, wanted: bool = True, of: HubProcess | None = None
    ) -> bool:
        """Returns whether the hub (else the first one) is ready in time, or is not, where that is wanted."""
        hub, ends = of or self.hubs[0], time.monotonic() + within
        async with httpx2.AsyncClient(timeout=2) as client:
            while time.monotonic() < ends:
                if await hub.is_ready(client) is wanted:
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
async def rig(folder: Path, servers: Servers, cache: Path | None) -> AsyncIterator[Rig]:
    """A rig without a hub. Raises EmbeddedError and PostgresError."""
    async with AsyncExitStack() as stack:
        disk = await stack.enter_async_context(small_disk(folder / "data"))
        server = await stack.enter_async_context(own_postgres()) if servers.postgres else None
        url = servers.database or (server.url if server else f"sqlite+aiosqlite:///{folder}/data/homeward.db")
        await migrate(url)
        store = Store.open(url)
        stack.push_async_callback(store.close)
        line = await stack.enter_async_context(line_to(url)) if store.postgres else None
        mail = await MailServer().listen()
        stack.push_async_callback(mail.close)
        kafka, disk_of_kafka = None, None
        if servers.kafka is None:
            disk_of_kafka = await stack.enter_async_context(small_disk(folder / "kafka" / "node-3"))
            kafka = EmbeddedKafka(
                folder / "kafka", nodes=3, cache=cache, heap=256, auto_create_topics=False, settings=_KAFKA
            )
            await asyncio.to_thread(kafka.start)
            stack.push_async_callback(asyncio.to_thread, kafka.stop)
        reached = kafka.bootstrap if kafka else servers.kafka or ""
        made = Rig(
            folder, reached, mail, store, ShiftedClock(folder / "clock"), Administrator(reached, 3 if kafka else -1),
            line.url if line else url, kafka, server, line, None if store.postgres else disk, disk_of_kafka,
        )  # fmt: skip
        stack.push_async_callback(_all_ended, made)
        yield made


async def _all_ended(rig: Rig) -> None:
    for number in (signal.SIGCONT, signal.SIGTERM):
        for hub in rig.hubs:
            hub.send(number)
    with suppress(OSError):
        for hub in rig.hubs:
            await hub.ended()
