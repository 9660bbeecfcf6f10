"""Of an answer that Kafka has not taken for long hears whoever watches the desk or the hub, who gave it, and who runs
Kafka."""

from datetime import timedelta

import pytest
from desks import OPERATOR, Browser, Outcomes, answer, at_desk, desk_over, keep, with_a_missing_child
from hub_in_memory import Hub, hub
from test_answers import fill_in, sent

from desk.ports import NotPublishedError
from desk.sending import send_kept
from homeward.desk.wiring import health_of
from store import AnswerRow, Transaction


async def test_an_answer_that_waits_too_long_makes_the_desk_unready_and_says_so() -> None:
    async with hub() as running:
        waits = desk_over(running, Outcomes())
        await keep(running, answer("a", running.clock.now()), answer("b", running.clock.now()))
        state = await health_of(waits).state()
        assert (state["ready"], state["unsent_answers"], state["oldest_unsent_answer"]) == (True, 2, 0)
        running.clock.set(running.clock.now() + timedelta(minutes=6))
        state = await health_of(waits).state()
        assert state["faults"] == {"answers": "2 answers have not reached Kafka, the oldest for 360 seconds"}
        await send_kept(waits)
        state = await health_of(waits).state()
        assert (state["ready"], state["unsent_answers"], state["oldest_unsent_answer"]) == (True, 0, 0)


async def late_and_barred(running: Hub, browser: Browser) -> None:
    await keep(running, answer("a", running.clock.now(), "e-secret"))
    fault = NotPublishedError("Kafka does not let the desk's user write casework.nottinghamshire.outcomes.v1", "topic")
    browser.outcomes.faults[b"a"] = fault
    await send_kept(browser.desk)
    running.clock.set(running.clock.now() + timedelta(minutes=6))


async def test_its_author_is_told_that_nobody_has_received_it() -> None:
    async with hub() as running, at_desk(running) as browser:
        await late_and_barred(running, browser)
        text = await browser.text("/a/a")
        assert "Kept, not sent" in text
        assert "Nobody has received it for 6 min. Ring whoever must know now" in text


async def test_an_operator_sees_what_waits_and_why_and_no_child() -> None:
    async with hub() as running, at_desk(running, OPERATOR) as browser:
        assert "Every answer has reached Kafka." in await browser.text("/held-up")
        await late_and_barred(running, browser)
        text = await browser.text("/held-up")
        assert "casework.nottinghamshire.outcomes.v1: 1 waits, oldest 6 min." in text
        assert "Kafka does not let the desk's user write" in text
        assert "e-secret" not in text
        assert "o.kaur" not in text


async def test_the_page_of_an_operator_reads_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(*_: object, **__: object) -> list[AnswerRow]:
        raise AssertionError("contents were read")

    async with hub() as running, at_desk(running, OPERATOR) as browser:
        await late_and_barred(running, browser)
        monkeypatch.setattr(Transaction, "unsent_answers", read)
        assert "outcomes.v1: 1 waits, oldest 6 min." in await browser.text("/held-up")


async def test_a_colleague_sees_that_what_was_answered_has_not_been_sent() -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_a_missing_child(running)
        message = (await sent(running, "task.create", "process_notification")).row.message_id
        browser.outcomes.away = True
        path = f"/m/{message}/answer/task.completed/process_notification"
        await fill_in(browser, path, outcome="done")
        assert "Answered by o.kaur" in (text := await browser.text(f"/m/{message}"))
        assert "Kept, not sent." in text
        second = await fill_in(browser, f"{path}?more=1", outcome="done", more_why="the first was about another child")
        assert ". Kept, not sent." in await browser.text(second.headers["location"])
        browser.outcomes.away = False
        await send_kept(browser.desk)
        assert "not sent" not in await browser.text(f"/m/{message}")
