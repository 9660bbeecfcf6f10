"""A running hub that sends e-mails to a server on loopback that does what it is told. The test moves the hub's clock;
topics stay in memory."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from click.testing import CliRunner

from homeward.commands.deliveries import command
from homeward.hub import Hub
from homeward.library import read_packs
from homeward.settings import Settings
from homeward.torture.mail_server import MailServer
from homeward.wiring import Parts, senders
from intake.records import RawRecord
from producers.fakes import MemoryKafkaSender
from store import Delivery, OutboxRow, Store, Transaction
from tests.shipped import shipped_directories, shipped_packs

BEGINS = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NOTTS = "nottinghamshire"
TOPIC = f"topic/{NOTTS}.escalations.v1"
OFFICER, DUTY, MANAGER = (f"mail/{NOTTS}/{role}" for role in ("children_missing_officer", "cscs", "team_manager"))
OFFICER_BOX = "children.missing.officer@nottinghamshire.example"
DUTY_BOX, MANAGER_BOX = "cscs@nottinghamshire.example", "team.managers@nottinghamshire.example"
PATIENCE = 30.0  # seconds until a test that waits for something gives up


class Watched(Store):
    """A store that says after each transaction that there may be news."""

    news: asyncio.Event

    @asynccontextmanager
    async def transaction(self, **how: bool) -> AsyncIterator[Transaction]:
        async with super().transaction(**how) as tx:
            yield tx
        self.news.set()


@dataclass
class ArrivingHub:
    """What a test has in hand while the hub runs. `now` is the hub's clock."""

    store: Watched
    url: str
    topics: MemoryKafkaSender
    now: datetime = BEGINS
    parts: Parts = field(init=False)
    hub: Hub = field(init=False)
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    def passes(self, span: timedelta) -> None:
        """The clock moves, and whoever waits for it looks again."""
        self.now += span
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        self.parts.relay.wake()
        self.parts.relay._settler.trouble.set()

    async def wait(self, instant: datetime | None, _woken: asyncio.Event) -> None:
        while instant is None or self.now < instant:
            await self._moved.wait()

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Returns when it holds; looks again after each transaction of the hub."""
        async with asyncio.timeout(PATIENCE):
            while True:
                self.store.news.clear()
                if await condition():
                    return
                await self.store.news.wait()

    async def report(self, number: int = 1, **data: Any) -> None:
        """A child is missing about whom there is a concern: e-mails at once to the officer and to the duty team."""
        at = self.now.isoformat()
        told = {
            "incident": f"AR-{number}", "force": "AR", "responsible_authority": NOTTS, "classification": "missing",
            "child": {"identifiers": [{"system": "compact", "value": f"K-{number}"}]}, "reported_at": at,
            "child_protection_concern": True, "risk": "high", **data,
        }  # fmt: skip
        body = {"specversion": "1.0", "id": f"ar-{number}", "source": "/police/AR", "type": "police.missing",
                "time": at, "data": told}  # fmt: skip
        record = RawRecord("police.AR.notifications.v1", 0, number, orjson.dumps(body), self.now)
        await self.parts.intake.process_batch([record])

    async def promise(self, *names: str, to: str = DUTY, urgency: str = "routine", child: str | None = None) -> None:
        """Messages of their own children, unless they are about one, and each of its own cause."""
        bodies = {name: {"authority": NOTTS, "causation": {"source": "/test", "id": name}} for name in names}
        rows = [
            OutboxRow(name, f"m-{name}", "episode", child or name, "notify.missing", orjson.dumps(bodies[name]),
                      self.now, None, ("5.10",), NOTTS, f"ep-{child or name}", to, urgency, None)
            for name in names
        ]  # fmt: skip
        async with self.store.transaction() as tx:
            await tx.append([], rows)
        self.parts.wake()

    async def deliveries(self) -> list[Delivery]:
        async with self.store.reading() as tx:
            return await tx.outbox_after(0, 1000)

    async def states(self) -> dict[str, str]:
        """How far each row has got, by its id."""
        return {each.row.id: each.state for each in await self.deliveries()}

    async def come_to(self, state: str, *rows: str) -> None:
        """Returns when these rows have come to a state."""

        async def have_come() -> bool:
            states = await self.states()
            return {states.get(row) for row in rows} == {state}

        await self.until(have_come)

    async def words(self) -> list[tuple[str, dict[str, Any]]]:
        """What was said about messages that had not arrived: where it went, and what it says."""
        said = [each.row for each in await self.deliveries() if each.row.kind == "delivery_failed"]
        return [(row.destination, orjson.loads(row.payload)) for row in said]

    async def said(self, count: int) -> list[tuple[str, dict[str, Any]]]:
        """The words, as soon as there are so many."""

        async def enough() -> bool:
            return len(await self.words()) >= count

        await self.until(enough)
        return await self.words()

    def readdress(self, role: str, mailbox: str) -> None:
        """What an operator does who corrects the directory."""
        directory = self.parts.directories[NOTTS]
        mailboxes = {**directory.mailboxes, role: mailbox}
        self.parts.directories[NOTTS] = replace(directory, mailboxes=mailboxes)

    async def command(self, *words: str) -> str:
        """What `homeward deliveries` prints, run beside the hub as an operator would."""
        call = [*words, "--database", self.url]
        result = await asyncio.to_thread(CliRunner().invoke, command, call)
        assert result.exit_code == 0, result.output
        return result.output


@asynccontextmanager
async def arriving(
    folder: Path,
    server: MailServer,
    second: Mapping[str, tuple[str, str]] | None = None,
    local: str = "",
    parts: Sequence[str] = ("relay",),
    paused: bool = False,
    **settings: Any,
) -> AsyncIterator[ArrivingHub]:
    """A hub whose relay runs. `second`: role → its second way; `local`: local settings of the authority; `paused`: it
    starts so."""
    url = f"sqlite+aiosqlite:///{folder}/hub.db"
    asked = {"database_url": url, "smtp_host": "localhost", "smtp_port": server.port, "smtp_tls": "plain"}
    asked["kafka_bootstrap"] = "localhost:1"  # there is none: topics are in memory
    used = Settings(**(asked | {"relay_lease": 1_000_000} | settings))
    store = Watched.open(url)
    store.news = asyncio.Event()
    await store.create()
    packs, directories = shipped_packs(), dict(shipped_directories())
    if local:
        (folder / "own" / NOTTS).mkdir(parents=True)
        (folder / "own" / NOTTS / "local.toml").write_text(f'authority = "{NOTTS}"\n{local}')
        packs = read_packs([], folder / "own")
    if second:
        directories[NOTTS] = replace(directories[NOTTS], second=second)
    topics = MemoryKafkaSender()
    world = ArrivingHub(store, url, topics)
    ways = senders(used) | {"topic": topics}
    world.parts = Parts(used, packs, directories, store, ways, now=lambda: world.now, wait=world.wait)
    world.parts.relay._look = 0.05
    world.hub = Hub(world.parts, parts, paused=paused)
    await world.hub.start()
    try:
        yield world
    finally:
        await world.hub.stop()


@contextmanager
def heard_of_the_mailbox() -> Iterator[asyncio.Event]:
    """An event that each line of the log about the mailbox for bounces sets."""
    said = asyncio.Event()

    class Told(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.set()

    log, told = logging.getLogger("homeward.mailbox"), Told()
    log.addHandler(told)
    log.setLevel(logging.INFO)
    try:
        yield said
    finally:
        log.setLevel(logging.NOTSET)
        log.removeHandler(told)
