"""Two hubs that are upgraded one after the other under load: real processes on a Kafka of their own, a mail server that
can be held while e-mails are under way, and what a hub that nobody touched would have said."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiosmtpd.smtp import SMTP, Envelope
from hub_in_memory import Hub
from next_version import STEPS
from wire_messages import child, event

from consumers.clients import open_client
from homeward.settings import environment_of
from homeward.torture.hub_process import HubProcess
from homeward.torture.mail_server import MailServer, Taken
from homeward.torture.promised import all_promised
from intake.records import RawRecord
from schemas.topics import police_notifications
from store import Store

ROOT = Path(__file__).parents[2]
PROGRAMS = {
    "this": ("-c", "from homeward.cli import main; main()"),
    "next": (str(ROOT / "tests" / "support" / "next_version.py"),),
}
AUTHORITY, MARK = "nottinghamshire", timedelta(hours=72)
PATIENCE = 240.0  # seconds, on a machine that does much else
_FALLS_AFTER = timedelta(seconds=8)
Message = tuple[str, str]
"""The id of a message and where it goes."""


@dataclass
class HeldMail(MailServer):
    """Takes e-mails, and while it is held answers none; `knocked`: one is under way; `news`: one has been taken."""

    free: asyncio.Event = field(default_factory=asyncio.Event)
    knocked: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def listening(self) -> "HeldMail":
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(lambda: SMTP(self, hostname="sink.example"), "127.0.0.1", 0)
        self.port = self._listening.sockets[0].getsockname()[1]
        self.free.set()
        return self

    def hold(self) -> None:
        self.free.clear()
        self.knocked.clear()

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd calls it so
        self.knocked.set()
        await self.free.wait()
        assert isinstance(envelope.content, bytes)
        self.posts += [Taken(mailbox, envelope.content) for mailbox in envelope.rcpt_tos]
        self.news.set()
        return "250 taken"

    async def all_accepted(self, store: Store) -> None:
        """Returns when everything that was promised has left; looks after each e-mail, and twice a second, as nobody
        says when what became of the last one is written down."""
        async with asyncio.timeout(PATIENCE):
            while {row.state for row in await all_promised(store)} != {"accepted"}:
                self.news.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.news.wait(), 0.5)


async def ran(version: str, arguments: Sequence[str], steps: Path) -> int:
    """Runs a command of a version; returns its exit code."""
    environment = environment_of({}) | _of_version(steps)
    done = await asyncio.create_subprocess_exec(sys.executable, *PROGRAMS[version], *arguments, env=environment)
    return await done.wait()


def _of_version(steps: Path) -> dict[str, str]:
    return {STEPS: str(steps), "PYTHONPATH": str(ROOT)}


@dataclass
class VersionedHub(HubProcess):
    """A hub of one version after the other."""

    async def become(self, version: str, steps: Path) -> None:
        """Starts, and returns when it runs."""
        environment = environment_of(self.settings) | _of_version(steps)
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *PROGRAMS[version], "run", env=environment, stdout=asyncio.subprocess.PIPE, stderr=log
            )
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            said = await self.process.stdout.readline()
        assert said.startswith(b"Homeward is running"), self.log.read_text()[-2000:]


class Load:
    """Children who go missing, one after the other. The 72 hours of each are over a few seconds after it is told."""

    def __init__(self, bootstrap: str, force: str) -> None:
        self._producer, self.bootstrap = AIOKafkaProducer(bootstrap_servers=bootstrap), bootstrap
        self.force, self.topic = force, police_notifications(force)
        self.told: list[tuple[datetime, bytes]] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Load"]:
        async with open_client(self._producer.start(), self._producer.stop):
            yield self

    async def more(self, children: int) -> None:
        """So many children go missing; each is told of twice."""
        for _ in range(children):
            now, number = datetime.now(UTC), f"{self.force}-{len(self.told)}"
            data = {
                "force": self.force, "incident": number, "child": child(f"compact:{number}"),
                "responsible_authority": AUTHORITY, "classification": "missing", "risk": "high",
                "reported_at": now - MARK + _FALLS_AFTER, "child_protection_concern": True,
            }  # fmt: skip
            value = event("police.missing", now, data, number, f"/police/{self.force}")
            self.told.append((now, value))
            for _ in range(2):
                await self._producer.send_and_wait(self.topic, value, key=number.encode())

    async def expected(self) -> set[Message]:
        """What a hub says of them that nobody touches, until the last of these times has fallen."""
        store = Store.open("sqlite+aiosqlite://")
        await store.create()
        hub = Hub(store, begins=self.told[0][0], gate=timedelta(seconds=60))
        ends = self.told[-1][0] + timedelta(minutes=1)
        for number, (now, value) in enumerate(self.told):
            await hub.fall_until(now)
            hub.clock.set(max(now, hub.clock.now()))
            await hub.intake.process_batch([RawRecord(self.topic, 0, number, value, now)])
        await hub.fall_until(ends)
        said = {(row.message_id, row.destination) for row in await hub.rows()}
        await store.close()
        return said


async def all_heard(bootstrap: str, expected: set[Message]) -> None:
    """Returns when each message that goes to a topic has come there."""
    left = {(id_, to.removeprefix("topic/")) for id_, to in expected if to.startswith("topic/")}
    consumer = AIOKafkaConsumer(
        *{topic for _, topic in left}, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None,
        metadata_max_age_ms=500,
    )  # fmt: skip
    async with open_client(consumer.start(), consumer.stop), asyncio.timeout(PATIENCE):
        async for record in consumer:
            left.discard((dict(record.headers)["ce_id"].decode(), record.topic))
            if not left:
                return
