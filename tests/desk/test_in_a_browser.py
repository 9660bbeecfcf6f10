"""Journeys in a real Chromium: by keyboard alone at 320 pixels, and without a script."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from desks import NOTTS, Outcomes, desk_over, served, styles, with_a_missing_child
from hub_in_memory import Hub, hub
from playwright.async_api import Browser, Page

from desk.people import DeskUser

EVERYTHING = DeskUser("o.kaur", "O. Kaur", NOTTS.grants, operator=True, local=True)


@asynccontextmanager
async def a_desk() -> AsyncIterator[tuple[Hub, str, Outcomes]]:
    async with hub() as running:
        outcomes = Outcomes()
        desk = desk_over(running, outcomes, styles(), local_user=EVERYTHING, requests=10_000)
        async with served(desk) as address:
            yield running, address, outcomes


async def test_a_task_is_answered_by_keyboard_alone(chromium: Browser) -> None:
    async with a_desk() as (running, address, outcomes):
        await with_a_missing_child(running)
        page = await chromium.new_page(viewport={"width": 320, "height": 700})
        await page.goto(f"{address}/now")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "Skip to main content"
        await _tab_to(page, "XX-0303")
        await _enter(page, "/e/")
        await _tab_to(page, "Process a notification")
        await _enter(page, "/m/")
        await _tab_to(page, "Record that it is done")
        await _enter(page, "/answer/")
        for _ in range(60):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.name") == "outcome":
                break
        await page.keyboard.press("Space")
        await _tab_to(page, "Send answer")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("h1:has-text('Sent')")
        assert len(outcomes.taken) == 1
        await page.close()


async def _enter(page: Page, path: str) -> None:
    """Presses Enter, and waits for the page that it leads to."""
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{path}**")


async def _tab_to(page: Page, text: str) -> None:
    """Presses Tab until what has the focus says so. It must be seen to have it."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        said = await page.evaluate("(document.activeElement.textContent || '').trim()")
        if said.startswith(text):
            return
    raise AssertionError(f"Tab never comes to {text!r} on {page.url}")


async def test_without_a_script_a_task_is_answered_and_lists_are_renewed_by_a_link(chromium: Browser) -> None:
    async with a_desk() as (running, address, outcomes):
        await with_a_missing_child(running)
        context = await chromium.new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{address}/now")
        await page.click("text=Reload")
        await page.click("a:has-text('XX-0303')")
        await page.click("a:has-text('Process a notification')")
        await page.click("text=Record that it is done")
        await page.check("#outcome")
        await page.click("button:has-text('Send answer')")
        assert "Waiting for Homeward" in await page.inner_text("main")
        assert len(outcomes.taken) == 1
        await context.close()


async def test_what_is_typed_is_kept_while_somebody_types_and_is_there_after_a_reload(chromium: Browser) -> None:
    async with a_desk() as (running, address, outcomes):
        episode = await with_a_missing_child(running)
        page = await chromium.new_page()
        await page.goto(f"{address}/e/{episode}/say/clock.override/-")
        await page.check("text=From another time")
        await page.locator("textarea").fill("the carer rang at eight")
        await page.wait_for_selector("text=Kept for you, not sent.")
        await page.reload()
        assert await page.locator("textarea").input_value() == "the carer rang at eight"
        assert await page.locator("input[value=other]").is_checked()
        await page.click("button:has-text('Throw it away')")
        assert await page.locator("textarea").input_value() == ""
        assert outcomes.taken == []
        await page.close()
