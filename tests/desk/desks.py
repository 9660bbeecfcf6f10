"""A desk for a test: over a hub in memory, asked as a browser asks, answering to no network."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

import httpx2 as httpx
from hub_in_memory import Hub
from wire_messages import case, child, later, missing

from desk.application import application
from desk.desk import Desk
from desk.options import DeskOptions
from desk.people import DeskUser, Grant
from desk.ports import NotPublishedError, Publisher
from homeward.desk.assets import frontend_assets
from homeward.desk.downloads import PeriodFiles
from homeward.desk.letters import MailLetters
from homeward.desk.rehearsal import IntakeRehearsal
from homeward.desk.wiring import police_roles, serve
from homeward.settings import load_settings
from homeward.wordings import PackWordings
from schemas.topics import casework_outcomes
from store import AnswerRow
from tests.shipped import shipped_directories

HERE = "http://127.0.0.1"
NOTTS = DeskUser("o.kaur", "O. Kaur", (Grant("nottinghamshire"),))
BUCKS = DeskUser("p.lund", "P. Lund", (Grant("buckinghamshire"),))
OPERATOR = DeskUser("h.ops", "H. Ops", operator=True)

MANAGER = DeskUser("tm1", "T. Manager", (Grant("nottinghamshire", frozenset({"team_manager"})),))
NAMED = {
    **child("mosaic:M-1", "compact:K-1"),
    "given_name": "Robin",
    "family_name": "Madeup",
    "date_of_birth": "2011-09-01",
}


async def with_a_missing_child(running: Hub, hours: float = 26) -> str:
    """A looked-after child, missing for so long; returns the episode."""
    services = [{"service": "cscs", "worker": "sw1", "manager": "tm1"}]
    await running.take(case("case.context", -48, plan="looked_after", child=NAMED, services=services))
    await running.take(missing(0, "XX-0303", risk="high", missing_from="placement"))
    await running.fall(hours)
    running.clock.set(later(hours))
    (episode,) = (await running.episodes())["XX-0303"]
    return episode


@dataclass
class Outcomes:
    """Takes what is published, or refuses it while `away`, or as `faults` say for its topic or value. `came`: once
    something was taken."""

    away: bool = False
    faults: dict[str | bytes, Exception] = field(default_factory=dict)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def publish(self, topic: str, key: bytes, headers: Sequence[tuple[str, bytes]], value: bytes) -> None:
        if self.away:
            raise NotPublishedError("Kafka cannot be reached")
        if fault := self.faults.get(topic) or self.faults.get(value):
            raise fault
        self.taken.append((topic, {name: told.decode() for name, told in headers}, value))
        self.came.set()

    @property
    def values(self) -> list[str]:
        return [value.decode() for _, _, value in self.taken]


def answer(id: str, now: datetime, episode: str | None = None, where: str = "nottinghamshire") -> AnswerRow:
    """Something that O. Kaur answered, whose event is its id."""
    topic = casework_outcomes(where)
    return AnswerRow(id, where, "o.kaur", "task.completed", episode, None, "done", topic, now, event=id.encode())


async def keep(hub: Hub, *rows: AnswerRow) -> None:
    """As the desk does with what it is to send."""
    async with hub.store.transaction() as tx:
        for row in rows:
            await tx.keep_answer(row)


@dataclass
class Browser:
    """Somebody at a desk. Keeps cookies, and sends with a form what its page holds."""

    desk: Desk
    client: httpx.AsyncClient
    outcomes: Outcomes
    user: DeskUser | None = None

    async def get(self, path: str, follow: bool = False) -> httpx.Response:
        self.stay()
        return await self.client.get(path, follow_redirects=follow)

    def stay(self) -> None:
        """Signs in again where the clock of the test has gone past the end of the session."""
        now, token = self.desk.now(), self.client.cookies.get("homeward_desk")
        if self.user and self.desk.sessions.of(token, now) is None:
            self.client.cookies.clear()
            session = self.desk.sessions.begin(now, self.user)
            self.client.cookies.set("homeward_desk", session.token, domain="127.0.0.1")

    async def text(self, path: str, status: int = 200) -> str:
        """What the page says, without tags."""
        response = await self.get(path, follow=True)
        assert response.status_code == status, response.text
        return plain(response.text)

    async def post(self, path: str, page: str = "/rules", **form: Any) -> httpx.Response:
        """Sends a form as it stands on `page`."""
        held = await self.get(page)
        found = re.search(r'name="csrf" value="([^"]+)"', held.text)
        assert found, f"there is no form on {page}"
        return await self.client.post(path, data={"csrf": found[1], **form})


def plain(html: str) -> str:
    """A page's words on one line."""
    body = re.sub(r"<(script|style|title)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def desk_over(hub: Hub, outcomes: Publisher, assets: Mapping[str, bytes] | None = None, **options: Any) -> Desk:
    """The desk of a hub, by the hub's own clock. `assets`: the real styles, where a real browser looks."""
    return Desk(
        DeskOptions(**{"url": HERE, **options}),
        hub.store,
        hub.packs,
        MailLetters(PackWordings(hub.packs, HERE)),
        outcomes,
        PeriodFiles(hub.packs),
        IntakeRehearsal(hub.intake),
        hub.clock.now,
        assets or {},
        police_roles(shipped_directories()),
    )


@asynccontextmanager
async def at_desk(hub: Hub, user: DeskUser | None = NOTTS, **options: Any) -> AsyncIterator[Browser]:
    """Somebody who is signed in; with None, somebody who is not."""
    outcomes = Outcomes()
    desk = desk_over(hub, outcomes, **options)
    transport = httpx.ASGITransport(application(desk))
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
        browser = Browser(desk, client, outcomes, user)
        browser.stay()
        yield browser


@asynccontextmanager
async def served(desk: Desk) -> AsyncIterator[str]:
    """The desk on a port of this machine, for a real browser; yields its address."""
    stopped, at = asyncio.Event(), socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(serve(desk, at, stopped))
    try:
        yield f"http://127.0.0.1:{at.getsockname()[1]}"
    finally:
        stopped.set()
        await serving


def styles() -> dict[str, bytes]:
    """The real styles and script of the pages."""
    settings = load_settings()
    return frontend_assets(settings.cache or Path.home() / ".cache" / "homeward", print)
