"""Every page in a real Chromium: nothing that axe finds, nothing wider than 320 pixels, no word on the console; and
journeys by keyboard alone, and without a script."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from axe_playwright_python.async_playwright import Axe
from desks import NOTTS, Outcomes, desk_over, served, styles, with_a_missing_child
from hub_in_memory import Hub, hub
from playwright.async_api import Browser, Page
from wire_messages import case, child, missing

from desk.people import DeskUser

EVERYTHING = DeskUser("o.kaur", "O. Kaur", NOTTS.grants, operator=True, local=True)


@asynccontextmanager
async def a_desk() -> AsyncIterator[tuple[Hub, str, Outcomes]]:
    async with hub() as running:
        outcomes = Outcomes()
        desk = desk_over(running, outcomes, styles(), local_user=EVERYTHING, requests=10_000)
        async with served(desk) as address:
            yield running, address, outcomes


async def pages_of(running: Hub, address: str) -> list[str]:
    """An address of each kind of page, with something on it."""
    episode = await with_a_missing_child(running, 73)
    twin = {**child("mosaic:M-2"), "given_name": "Robin", "family_name": "Madeup", "date_of_birth": "2011-09-11"}
    described = {"given_name": "Robin", "family_name": "Madeup", "date_of_birth": "2011-09-01"}
    await running.take(case("case.context", 73, child=twin), missing(73, "XX-0401", child=described))
    await running.take(missing(73, "XX-0501", reported_at="soon"))
    said = await running.said()
    task = next(m["id"] for m in said if m["kind"] == "judge_strategy_meeting")
    doubtful = next(m["id"] for m in said if m["kind"] == "doubtful_match")
    (held,) = await running.held()
    answer = next(a for m in said if m["id"] == task for a in m["answers"])
    way = f"{answer['type']}/{answer.get('kind') or '-'}"
    of_episode = ("?all=1", "/print", "/say", "/say/rhi.outcome/-", "/say/clock.override/-")
    paths = [
        *("/now", "/now/wall", "/now/since", "/todo", "/todo?whose=others", "/find", "/sign-in", "/no-such-page"),
        *(f"/e/{episode}{part}" for part in of_episode),
        *(f"/m/{task}", f"/m/{task}/answer/{way}", f"/m/{doubtful}/whose"),
        *("/held-up", f"/held-up/quarantine/{held.row.id}", "/rules", "/rules/nottinghamshire?words=6.2"),
        "/figures?authority=nottinghamshire&first=2026-05-01&last=2026-06-30",
    ]
    return [f"{address}{path}" for path in paths]


async def test_no_page_has_a_fault_that_axe_finds_or_is_wider_than_a_phone_or_breaks_the_policy(
    chromium: Browser,
) -> None:
    async with a_desk() as (running, address, _):
        page = await chromium.new_page(viewport={"width": 320, "height": 700})
        faults: list[str] = []
        page.on("console", lambda said: faults.append(f"{page.url}: {said.text}") if said.type == "error" else None)
        for url in await pages_of(running, address):
            await page.goto(url)
            found = await Axe().run(page, options={"resultTypes": ["violations"]})
            faults += [f"{url}: {v['id']}: {v['nodes'][0]['html']}" for v in found.response["violations"]]
            width = await page.evaluate("document.documentElement.scrollWidth")
            faults += [f"{url}: {width} pixels wide"] if width > 320 else []
            assert await page.locator("h1").count() == 1, url
        await page.close()
        faults = [fault for fault in faults if "404" not in fault]
        assert not faults, "\n".join(faults)


async def test_a_task_is_answered_by_keyboard_alone(chromium: Browser) -> None:
    async with a_desk() as (running, address, outcomes):
        await with_a_missing_child(running)
        page = await chromium.new_page()
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
