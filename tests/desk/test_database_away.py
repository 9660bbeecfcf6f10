"""What somebody sends while the database is away is not lost: the page that says so holds it, to be sent again."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from html import unescape
from typing import Any

from desks import MANAGER, Browser, at_desk, plain
from hub_in_memory import Hub, hub
from test_drafts import CHOICE, TYPED, drafts, strategy_form

from desk.sessions import IDLE
from store import StoreUnavailableError


@contextmanager
def away(running: Hub) -> Iterator[None]:
    """The database does not answer meanwhile."""

    @asynccontextmanager
    async def nothing(*_: object, **__: object) -> AsyncIterator[None]:
        raise StoreUnavailableError("away")
        yield

    running.store.reading = running.store.transaction = nothing  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        del running.store.reading, running.store.transaction  # type: ignore[method-assign]


async def held_by(browser: Browser, path: str) -> dict[str, str]:
    return dict(re.findall(r'name="(csrf|form_id)" value="([^"]+)"', (await browser.get(path)).text))


def to_send_again(html: str) -> dict[str, str]:
    """What the form of the page holds."""
    form = re.search(r'<form method="post">(.*?)</form>', html, re.DOTALL)
    assert form, plain(html)
    return {name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form[1])}


async def test_what_is_sent_while_the_database_is_away_is_sent_again_by_one_button() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser:
        path = await strategy_form(running, browser)
        typed: dict[str, Any] = {**await held_by(browser, path), "decision": CHOICE, "reason": TYPED + ' "<b>"'}
        with away(running):
            lost = await browser.client.post(path, data=typed)
        assert lost.status_code == 503
        assert "It is not lost" in plain(lost.text)
        assert browser.outcomes.taken == []
        again = to_send_again(lost.text)
        assert again == typed
        answer = await browser.client.post(path, data=again)
        assert answer.headers["location"].startswith("/a/")
        assert len(browser.outcomes.taken) == 1


async def test_what_is_sent_after_the_session_has_ended_and_while_the_database_is_away_is_kept_when_it_is_back() -> (
    None
):
    async with hub() as running, at_desk(running, MANAGER) as browser:
        path = await strategy_form(running, browser)
        typed: dict[str, Any] = {**await held_by(browser, path), "decision": CHOICE, "reason": TYPED}
        running.clock.set(running.clock.now() + IDLE)
        with away(running):
            lost = await browser.client.post(path, data=typed)
        assert lost.status_code == 503
        kept = await browser.client.post(path, data=to_send_again(lost.text))
        assert kept.headers["location"] == "/sign-in"
        assert len(await drafts(running)) == 1


async def test_sending_again_while_the_database_is_away_holds_no_session_that_nobody_has() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser:
        path = await strategy_form(running, browser)
        typed: dict[str, Any] = {**await held_by(browser, path), "decision": CHOICE, "reason": TYPED}
        running.clock.set(running.clock.now() + IDLE)
        with away(running):
            for _ in range(3):
                assert (await browser.client.post(path, data=typed)).status_code == 503
        assert not browser.desk.sessions._held


async def test_a_page_that_could_not_be_read_is_asked_for_again() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser:
        with away(running):
            page = await browser.get("/now")
        assert page.status_code == 503
        assert "It is not lost" not in plain(page.text)
        assert '<a class="govuk-link" href="/now">Try again</a>' in page.text
