"""Pausing from *Held up*: what waits is shown with since when, by whom and why, until somebody resumes it."""

from desks import HERE, OPERATOR, Browser, at_desk, plain, with_a_missing_child
from hub_in_memory import Hub, hub

from desk.clock_words import day_and_hour

DESTINATION = "mail/nottinghamshire/children_missing_officer"
PLACE = "/held-up/pause"


async def pauses(running: Hub) -> list[tuple[str, str]]:
    return [(line.entry["what"], line.entry["name"]) for line in await running.ledger("pause")]


async def test_an_operator_pauses_a_mailbox_and_every_page_of_theirs_says_so_until_it_is_resumed() -> None:
    async with hub() as running, at_desk(running, OPERATOR) as browser:
        await with_a_missing_child(running)
        html = (await browser.get(PLACE)).text
        assert " checked" not in html
        assert f'value="{DESTINATION}"' in html
        assert "All e-mail" in html
        sent = await browser.post(PLACE, PLACE, name=DESTINATION, why="The mailbox is being moved", sent="yes")
        assert sent.headers["location"] == "/held-up"
        text = await browser.text("/held-up")
        assert "Paused: mailbox of children missing officer, nottinghamshire" in text
        now = running.clock.now()
        assert f"Paused by h.ops, {day_and_hour(now, now)}: The mailbox is being moved" in text
        assert "1 waits, oldest 1 day 2 h." in text
        assert "Paused, so nothing leaves: mailbox of children missing officer, nottinghamshire." in await browser.text(
            "/rules"
        )
        assert DESTINATION not in (await browser.get(PLACE)).text
        await browser.post("/held-up/resume", "/held-up", name=DESTINATION)
        assert "Nothing is paused." in await browser.text("/held-up")
        assert "Paused, so" not in await browser.text("/rules")
        assert await pauses(running) == [("paused", DESTINATION), ("resumed", DESTINATION)]


async def test_a_pause_needs_something_to_pause_and_a_reason() -> None:
    async with hub() as running, at_desk(running, OPERATOR) as browser:
        refused = await browser.post(PLACE, PLACE, sent="yes")
        assert refused.status_code == 422
        text = plain(refused.text)
        assert "Select what to pause" in text
        assert "Say why" in text
        unknown = await browser.post(PLACE, PLACE, name="mail/nowhere/king", why="because", sent="yes")
        assert unknown.status_code == 422
        assert await pauses(running) == []


async def test_nobody_but_an_operator_pauses_or_hears_of_a_pause() -> None:
    async with hub() as running, at_desk(running, OPERATOR) as operator, at_desk(running) as officer:
        await operator.post(PLACE, PLACE, name="mail", why="The server is replaced", sent="yes")
        assert "Paused" not in await officer.text("/rules")
        assert await _refused(officer, PLACE)
        assert await _refused(officer, "/held-up/resume")
        assert await pauses(running) == [("paused", "mail")]


async def _refused(browser: Browser, path: str) -> bool:
    assert browser.desk.options.url == HERE
    return (await browser.post(path, name="mail", why="because", sent="yes")).status_code == 404
