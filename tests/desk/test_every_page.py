"""Every page of the desk in a real Chromium at 320 pixels: nothing that axe finds, nothing that is wider, no word on
the console. That none is forgotten is held by construction: each route is walked, or says why it shows nothing, and
each template is made."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from desks import NAMED, NOTTS, Outcomes, desk_over, served, styles
from hub_in_memory import Hub, hub
from playwright.async_api import Browser, Page
from test_answers import sent
from test_own_views import after_an_interview
from wire_messages import case, child, missing

import desk as desk_package
from desk.application import PAGES
from desk.links import sign
from desk.news import NEWS_PAGES
from desk.pages import Pages
from desk.people import DeskUser, Grant
from store import Store

SECRET = "a secret of more than thirty-two characters"
WORKER = Grant("nottinghamshire", frozenset({"allocated_social_worker"}))
EVERYTHING = DeskUser(
    "o.kaur", "O. Kaur", NOTTS.grants, operator=True, local=True, asked=(WORKER,), forces=frozenset({"XX"}),
    governs=("nottinghamshire",),
)  # fmt: skip
TEMPLATES = Path(desk_package.__file__).parent / "templates"
PARTS = {"layout.html", "parts.html", "fields.html", "rehearsed.html"}
"""Templates that are no page of their own."""
_STAND_STILL = "for (let timer = setTimeout(() => {}); timer; timer--) clearTimeout(timer)"
"""So that no page renews itself while the walk goes on."""
NO_PAGE = {
    "/": "leads on", "/t/{message}": "leads on", "/stay": "leads on", "/uncover": "leads on", "/sign-out": "leads on",
    "/sign-in/start": "leads to the provider", "/sign-in/done": "leads on from the provider",
    "/figures/download": "a file", "/held-up/resume": "leads on",
    "/held-up/release": "its dry run is that of reading again",
    **{page.path: "a stream of events" for page in NEWS_PAGES},
}  # fmt: skip


class RecordedPages(Pages):
    """Remembers which templates were made."""

    def __init__(self) -> None:
        super().__init__()
        self.made: set[str] = set()

    def html(self, template: str, **values: Any) -> str:
        self.made.add(template)
        return super().html(template, **values)


@dataclass
class Walk:
    """Somebody who goes from page to page. `faults`: what was found; `visited`: the paths that were asked for."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)
    visited: set[str] = field(default_factory=set)

    async def go(self, path: str) -> None:
        """Opens a page and looks at it."""
        await self.page.goto(f"{self.address}{path}")
        self.visited.add(path.partition("?")[0])
        await self.look(path)

    async def press(self, button: str, what: str) -> None:
        """Presses a button of the page, and looks at the page that it leads to."""
        form = self.page.locator(f"form:has(button:has-text('{button}'))").first
        action = await form.evaluate("form => new URL(form.action).pathname")
        async with self.page.expect_navigation():
            await self.page.locator(f"button:has-text('{button}')").first.click()
        self.visited |= {str(action), self.page.url.removeprefix(self.address).partition("?")[0]}
        await self.look(what)

    async def look(self, what: str) -> None:
        await self.page.evaluate(_STAND_STILL)
        found = await Axe().run(self.page, options={"resultTypes": ["violations"]})
        self.faults += [f"{what}: {v['id']}: {v['nodes'][0]['html']}" for v in found.response["violations"]]
        width = await self.page.evaluate("document.documentElement.scrollWidth")
        self.faults += [f"{what}: {width} pixels wide"] if width > 320 else []
        headings = await self.page.locator("h1").count()
        self.faults += [f"{what}: {headings} headings of the first order"] if headings != 1 else []

    async def fill(self, **typed: str) -> None:
        """Types into fields by their names; a radio is chosen by its value."""
        for name, value in typed.items():
            radio = self.page.locator(f"input[type=radio][name={name}][value='{value}']")
            if await radio.count():
                await radio.check()
            else:
                await self.page.locator(f"[name={name}]").first.fill(value)


@asynccontextmanager
async def walking(chromium: Browser) -> AsyncIterator[tuple[Hub, Walk, RecordedPages]]:
    pages = RecordedPages()
    async with hub() as running:
        desk = desk_over(running, Outcomes(), styles(), local_user=EVERYTHING, requests=10_000, secret=SECRET)
        async with served(replace(desk, pages=pages)) as address:
            walk = Walk(await chromium.new_page(viewport={"width": 320, "height": 700}), address)
            walk.page.on("console", lambda said: _heard(walk, said.type, said.text))
            yield running, walk, pages
            await walk.page.close()


def _heard(walk: Walk, kind: str, text: str) -> None:
    if kind == "error" and not re.search(r"status of (403|404|422|503)", text):
        walk.faults.append(f"{walk.page.url}: {text}")


async def test_no_page_has_a_fault_that_axe_finds_or_is_wider_than_a_phone_or_breaks_the_policy(
    chromium: Browser,
) -> None:
    async with walking(chromium) as (running, walk, pages):
        await _empty_pages(walk)
        episode = await with_everything(running)
        await _lists(walk)
        await _an_episode(walk, episode)
        await _answers(running, walk, episode)
        await _other_eyes(running, walk)
        await _operators(running, walk)
        await _coming_and_going(walk)
        async with served(replace(_without_a_database(running), pages=pages)) as address:
            await Walk(walk.page, address, walk.faults).go("/now")
        assert not walk.faults, "\n".join(walk.faults)
        every = {path.name for path in TEMPLATES.glob("*.html")} - PARTS
        assert every - pages.made == set(), "no walk leads to these templates"
        shown = [page.path for page in PAGES if page.path not in NO_PAGE]
        unseen = [path for path in shown if not any(map(_fits(path), walk.visited))]
        assert unseen == [], "no walk leads to these pages; where one shows nothing, say so in NO_PAGE"


def _fits(path: str) -> Callable[[str], bool]:
    pattern = re.compile(re.sub(r"{\w+}", "[^/]+", path))
    return lambda visited: pattern.fullmatch(visited) is not None


async def _empty_pages(walk: Walk) -> None:
    for path in ("/now", "/now/wall", "/now/since", "/todo", "/requests", "/force", "/held-up", "/figures"):
        await walk.go(path)


async def with_everything(running: Hub) -> str:
    """A child missing for three days, one who may be two, one who is back, and a record that cannot be read."""
    await after_an_interview(running)
    await running.take(missing(44, "XX-0304", child=NAMED, risk="high", missing_from="placement"))
    twin = {**child("mosaic:M-2"), "given_name": "Robin", "family_name": "Madeup", "date_of_birth": "2011-09-11"}
    described = {"given_name": "Robin", "family_name": "Madeup", "date_of_birth": "2011-09-01"}
    await running.take(case("case.context", 44, child=twin), missing(44, "XX-0401", child=described))
    await running.take(missing(44, "XX-0501", reported_at="soon"))
    await running.fall(120)
    running.clock.set(max(running.clock.now(), (await sent(running, "task.create", "judge_strategy_meeting")).row.at))
    (episode,) = (await running.episodes())["XX-0304"]
    return episode


async def _lists(walk: Walk) -> None:
    for path in (
        *("/now", "/now?by=risk&risk=high", "/now/wall", "/now/since", "/todo", "/todo?whose=others", "/requests"),
        *("/rules", "/rules/nottinghamshire?words=6.2", "/rules/nottinghamshire?words=nothing+has+this"),
        *("/force", "/force?incident=none", "/no-such-page"),
        "/figures?authority=nottinghamshire&first=2026-05-01&last=2026-06-30",
        "/figures?first=x&last=y",
    ):
        await walk.go(path)
    await walk.go("/access")
    await walk.press("Show", "nobody named")
    await walk.fill(number="XX-0304")
    await walk.press("Show", "who looked at a child")
    await walk.go("/find")
    await walk.press("Find", "find nothing")
    await walk.fill(sought="XX-0304")
    await walk.press("Find", "find a reference")
    await walk.fill(sought="Robin Madeup", born="2011-09-01")
    await walk.press("Find", "find a name")


async def _an_episode(walk: Walk, episode: str) -> None:
    await walk.go(f"/e/{episode}?all=1")
    await walk.press("Show name", "no reason for a name")
    await walk.fill(why="mother on the phone")
    await walk.press("Show name", "a name")
    await walk.go(f"/e/{episode}/print")
    await walk.page.check("#name")
    await walk.fill(why="for the court")
    await walk.press("Show for printing", "print with a name")
    await walk.go(f"/e/{episode}/say")
    ways = await walk.page.eval_on_selector_all("main ul a", "links => links.map(a => a.pathname)")
    for way in {way.split("/")[4]: way for way in ways}.values():  # one of each type
        await walk.go(way)


async def _answers(running: Hub, walk: Walk, episode: str) -> None:
    await walk.go(f"/e/{episode}/say/worker.found_report/-")
    await walk.press("Send report", "found, with nothing chosen")
    await walk.fill(what="located")
    await walk.press("Send report", "located")
    await walk.go(f"/e/{episode}/say/clock.override/-")
    await walk.fill(which="keep", reason="the carer rang at eight")
    await walk.press("Keep for later", "kept for later")
    await walk.go(f"/e/{episode}/say/clock.override/-")
    await walk.press("Continue", "check answers")
    await walk.press("Send answer", "sent")
    task = (await sent(running, "task.create", "judge_strategy_meeting")).row.message_id
    await walk.go(f"/m/{task}")
    await walk.go(await _way(walk.page))
    await walk.fill(decision="convene", reason="still missing")
    await walk.press("Send answer", "an answer sent")
    await walk.go(f"/m/{task}")
    await walk.go(await _way(walk.page))
    doubtful = (await sent(running, "exception.raise", "doubtful_match")).row.message_id
    await walk.go(f"/m/{doubtful}/whose")
    await walk.press("Continue", "whose, with nothing chosen")
    await walk.fill(child="nobody")
    await walk.press("Continue", "whose, checked")


async def _way(page: Page) -> str:
    way = await page.locator("main ul.govuk-list a").first.get_attribute("href")
    assert way
    return way


async def _other_eyes(running: Hub, walk: Walk) -> None:
    """The force and the reader of an e-mail."""
    await walk.go("/force?incident=XX-0303")
    way = await walk.page.locator("a[href^='/force/m/']").first.get_attribute("href")
    assert way
    await walk.go(way)
    mail = next(row for row in await running.rows() if row.type == "senior.alert" and row.destination[:5] == "mail/")
    await walk.go(f"/s/{sign(SECRET, mail.id)}")


async def _operators(running: Hub, walk: Walk) -> None:
    (held,) = await running.held()
    await walk.go("/held-up")
    await walk.press("Dry run: read again", "dry run")
    await walk.go(f"/held-up/quarantine/{held.row.id}")
    await walk.go("/held-up/pause")
    await walk.press("Pause", "pause, with nothing chosen")
    await walk.fill(name="mail", why="the provider moves")
    await walk.press("Pause", "paused")
    await walk.go("/now")


async def _coming_and_going(walk: Walk) -> None:
    await walk.press("Cover screen", "covered")
    await walk.press("Show the page again", "uncovered")
    await walk.press("Sign out", "signed out")


def _without_a_database(running: Hub) -> Any:
    desk = desk_over(running, Outcomes(), styles(), local_user=EVERYTHING)
    return replace(desk, store=Store.open("sqlite+aiosqlite:////no/such/folder/homeward.db"))


async def test_a_page_that_nobody_walks_would_be_noticed() -> None:
    assert set(NO_PAGE) <= {page.path for page in PAGES}, "what is no page any more is no exception any more"
    assert not _fits("/e/{episode}")("/e/one/say")
    assert _fits("/e/{episode}")("/e/one")
