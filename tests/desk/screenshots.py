"""Takes a picture of every page of the desk with made-up children, into docs/screenshots: `make screenshots`. Three of
them stand in the README."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Page, async_playwright

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "desk"), str(ROOT / "tests" / "support")]

from desks import Outcomes, desk_over, served, styles  # noqa: E402
from hub_in_memory import Hub  # noqa: E402

from desk.people import DeskUser, Grant  # noqa: E402
from homeward import clock  # noqa: E402
from homeward.demo.story import FORCE  # noqa: E402
from homeward.desk.sample import fill_sample  # noqa: E402
from homeward.settings import Settings  # noqa: E402
from homeward.wiring import library  # noqa: E402
from producers.fakes import MemoryKafkaSender, MemoryMailSender  # noqa: E402
from store import Store  # noqa: E402
from tests.services.chromium import executable  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
INTERVIEWER = Grant("nottinghamshire", frozenset({"targeted_support_business_support"}))
OFFICER = DeskUser(
    "d.officer", "D. Officer", (Grant("nottinghamshire"),), operator=True, local=True, asked=(INTERVIEWER,),
    forces=frozenset({FORCE}),
)  # fmt: skip
_WIDE, _PHONE = 1000, 320


async def take() -> None:
    """Every page, as a fortnight's end leaves it."""
    settings = Settings(trial=True)
    packs, directories = library(settings)
    store = Store.open("sqlite+aiosqlite://")
    await store.create()
    ways = {"topic": MemoryKafkaSender(), "mail": MemoryMailSender()}
    await fill_sample(settings, packs, directories, store, ways, clock.now())
    hub = Hub(store, packs)
    hub.clock.set(clock.now())
    desk = desk_over(hub, Outcomes(), styles(), local_user=OFFICER)
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with served(desk) as address, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable(playwright.chromium.executable_path), args=["--no-sandbox", "--lang=en-GB"]
        )
        page = await browser.new_page(viewport={"width": _WIDE, "height": 900}, locale="en-GB")
        await _walk(page, address)
        phone = await browser.new_page(viewport={"width": _PHONE, "height": 640}, locale="en-GB")
        await phone.goto(f"{address}/now")
        await _keep(phone, "now-phone")
        await browser.close()
    await store.close()


async def _walk(page: Page, address: str) -> None:
    for path, name in (
        ("/now", "now"), ("/now/wall", "wall"), ("/now/since", "handover"), ("/todo", "todo"), ("/find", "find"),
        ("/held-up", "held-up"), ("/held-up/pause", "pause"), ("/force", "own-force"), ("/requests", "own-requests"),
        ("/rules", "rules"), ("/rules/nottinghamshire?words=6.2", "rules-of"),
        ("/figures", "figures"),
    ):  # fmt: skip
        await page.goto(f"{address}{path}")
        await _keep(page, name)
    await page.goto(f"{address}/now")
    await page.click("a:has-text('XX-0311')")
    await _keep(page, "episode")
    episode = page.url
    for path, name in (("/print", "print"), ("/say", "say"), ("/say/rhi.outcome/-", "interview")):
        await page.goto(f"{episode}{path}")
        await _keep(page, name)
    await page.goto(f"{episode}/say/clock.override/-")
    await page.check("text=From another time")
    await page.fill("input[type=datetime-local]", f"{clock.now() - timedelta(hours=40):%Y-%m-%dT%H:%M}")
    await page.locator("textarea").fill("the carer rang at eight")
    await page.click("button:has-text('Continue')")
    await _keep(page, "check")
    await page.goto(f"{address}/todo?wanted=decision")
    await _keep(page, "todo-decisions")
    await page.click("tbody a:has-text('vulnerable')")
    await _keep(page, "question")
    await page.locator("main ul.govuk-list a").first.click()
    await _keep(page, "answer")


async def _keep(page: Page, name: str) -> None:
    await page.wait_for_load_state()
    await page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
    print(f"docs/screenshots/{name}.png")


if __name__ == "__main__":
    asyncio.run(take())
