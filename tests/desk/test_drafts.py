"""A half-filled answer outlives the session of the person who typed it: for them alone, for a day, until it is sent."""

import re
from datetime import timedelta
from typing import Any

from desks import MANAGER, NOTTS, Browser, at_desk, plain, with_a_missing_child
from hub_in_memory import Hub, hub
from sqlalchemy import text
from test_answers import fill_in, sent

from desk.drafts import LASTS
from desk.sessions import IDLE

CHOICE = "convene"
TYPED = "Robin was seen at the station"


async def process_form(running: Hub) -> str:
    await with_a_missing_child(running)
    message = (await sent(running, "task.create", "process_notification")).row.message_id
    return f"/m/{message}/answer/task.completed/process_notification"


async def strategy_form(running: Hub, browser: Browser) -> str:
    """A form with a choice and a reason."""
    await with_a_missing_child(running, 73)
    message = (await sent(running, "task.create", "judge_strategy_meeting")).row.message_id
    way = re.search(rf"/m/{message}/answer/manager[^\"]+", (await browser.get(f"/m/{message}")).text)
    assert way
    return way[0]


async def half_filled(browser: Browser, path: str, keep: str, **more: Any) -> Any:
    return await fill_in(browser, path, decision=CHOICE, reason=TYPED, keep=keep, **more)


async def drafts(running: Hub) -> list[bytes]:
    async with running.store.connection() as connection:
        return [row.content for row in await connection.execute(text("SELECT content FROM desk_drafts"))]


async def test_what_was_typed_is_there_again_after_the_session_has_ended() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser:
        path = await strategy_form(running, browser)
        kept = await half_filled(browser, path, "quiet")
        assert kept.status_code == 204
        assert browser.outcomes.taken == []
        running.clock.set(running.clock.now() + IDLE)
        html = (await browser.get(path)).text
        assert TYPED in html
        assert "What you typed is kept for you alone" in plain(html)
        assert re.search(rf'value="{CHOICE}"[^>]* checked', html)


async def test_what_is_sent_after_the_session_has_ended_is_kept_and_not_sent() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser:
        path = await strategy_form(running, browser)
        held = dict(re.findall(r'name="(csrf|form_id)" value="([^"]+)"', (await browser.get(path)).text))
        running.clock.set(running.clock.now() + IDLE)
        late = await browser.client.post(path, data={**held, "decision": CHOICE, "reason": TYPED})
        assert late.headers["location"] == "/sign-in"
        assert "What you typed was not sent, and is kept for you" in plain((await browser.client.get("/sign-in")).text)
        browser.client.cookies.clear()  # signs in again
        assert TYPED in (await browser.get(path)).text
        assert browser.outcomes.taken == []


async def test_a_form_of_a_stranger_is_not_kept() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser:
        path = await strategy_form(running, browser)
        running.clock.set(running.clock.now() + IDLE)
        await browser.client.post(path, data={"csrf": "guessed", "reason": TYPED})
        assert await drafts(running) == []


async def test_nobody_else_sees_it_and_the_database_holds_no_word_of_it() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser, at_desk(running, NOTTS) as other:
        path = await strategy_form(running, browser)
        await half_filled(browser, path, "yes")
        object.__setattr__(other.desk, "_own_secret", browser.desk.sealing)
        assert TYPED not in (await other.get(path)).text
        (sealed,) = await drafts(running)
        assert b"Robin" not in sealed


async def test_it_is_gone_once_the_answer_is_sent_or_it_is_thrown_away() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser:
        path = await strategy_form(running, browser)
        kept = await half_filled(browser, path, "yes")
        assert "Kept for you until" in await browser.text(kept.headers["location"])
        await half_filled(browser, path, "drop")
        assert await drafts(running) == []
        await half_filled(browser, path, "yes")
        assert (await fill_in(browser, path, decision=CHOICE, reason=TYPED)).status_code == 303
        assert len(browser.outcomes.taken) == 1
        assert await drafts(running) == []


async def test_what_is_sent_from_a_draft_has_the_id_of_the_form_it_was_begun_in() -> None:
    async with hub() as running, at_desk(running) as browser:
        path = await process_form(running)
        await fill_in(browser, path, keep="quiet", form_id="begun")
        assert 'name="form_id" value="begun"' in (await browser.get(path)).text


async def test_a_form_with_a_fault_is_kept_as_well() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser:
        path = await strategy_form(running, browser)
        assert (await fill_in(browser, path, reason=TYPED)).status_code == 422
        assert TYPED in (await browser.get(path)).text


async def test_it_is_kept_for_a_day_and_then_forgotten() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser:
        path = await strategy_form(running, browser)
        await half_filled(browser, path, "yes")
        running.clock.set(running.clock.now() + LASTS - timedelta(seconds=1))
        assert TYPED in (await browser.get(path)).text
        running.clock.set(running.clock.now() + timedelta(seconds=1))
        assert TYPED not in (await browser.get(path)).text
        async with running.store.transaction() as tx:
            assert await tx.drop_drafts_before(running.clock.now() - LASTS + timedelta(seconds=1)) == 1
        assert await drafts(running) == []
