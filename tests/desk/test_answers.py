"""*Answer*: forms made of the contract and the pack, one event however often it is pressed, and what became of it."""

import asyncio
import json
import re
from typing import Any

import orjson
import pytest
from desks import MANAGER, NAMED, Browser, answer, at_desk, keep, plain, with_a_missing_child
from hub_in_memory import CASEWORK, Hub, hub
from wire_messages import case, found, later, missing

from desk.sending import send_kept
from store.history import Delivery


async def sent(running: Hub, type_: str, kind: str | None = None) -> Delivery:
    """The newest message of a type and kind."""
    async with running.store.reading() as tx:
        rows = [d for d in await tx.outbox_after(0, 10_000) if (d.row.type, d.row.kind) == (type_, kind)]
    assert rows, f"nothing of {type_} {kind} was sent"
    return rows[-1]


async def fill_in(browser: Browser, path: str, **typed: Any) -> Any:
    """Opens a form and sends it as it stands, with what is typed; where it is read once more, that page."""
    page = await browser.get(path)
    assert page.status_code == 200, plain(page.text)
    held = dict(re.findall(r'name="(csrf|form_id)" value="([^"]+)"', page.text))
    sent = await browser.client.post(path, data={**held, **typed})
    leads_to = sent.headers.get("location", "")
    return await browser.get(leads_to) if leads_to.endswith("check=1") else sent


async def take_in(running: Hub, browser: Browser) -> None:
    """What the desk has published reaches the hub."""
    for topic, headers, value in browser.outcomes.taken:
        raw = running.raw(value, topic)
        assert headers["content-type"].startswith("application/cloudevents+json")
        await running.intake.process_batch([raw])


async def strategy_question(running: Hub) -> str:
    await with_a_missing_child(running, 73)
    return (await sent(running, "task.create", "judge_strategy_meeting")).row.message_id


async def test_a_question_has_the_words_of_its_pack_and_nothing_is_preselected() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser:
        message = await strategy_question(running)
        text = await browser.text(f"/m/{message}")
        assert "Decide: hold a strategy meeting?" in text
        way = re.search(rf"/m/{message}/answer/[^\"]+", (await browser.get(f"/m/{message}")).text)
        assert way
        html = (await browser.get(way[0])).text
        assert " checked" not in html
        assert "Why?" in plain(html)
        refused = await fill_in(browser, way[0])
        assert refused.status_code == 422
        assert "There is a problem" in plain(refused.text)
        assert browser.outcomes.taken == []


async def test_pressing_twice_is_one_event_with_the_person_as_its_author() -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_a_missing_child(running)
        message = (await sent(running, "task.create", "process_notification")).row.message_id
        path = f"/m/{message}/answer/task.completed/process_notification"
        page = (await browser.get(path)).text
        held = dict(re.findall(r'name="(csrf|form_id)" value="([^"]+)"', page))
        first = await browser.client.post(path, data={**held, "outcome": "done"})
        again = await browser.client.post(path, data={**held, "outcome": "done"})
        assert first.headers["location"] == again.headers["location"]
        ((topic, _, value),) = browser.outcomes.taken
        event = json.loads(value)
        assert topic == CASEWORK
        assert (event["type"], event["data"]["by"]) == (
            "task.completed", {"role": "children_missing_officer", "person": "o.kaur"},
        )  # fmt: skip
        await take_in(running, browser)
        text = await browser.text(first.headers["location"])
        assert "Taken in" in text
        assert "Task done: Process a notification" in text
        assert "Process a notification" not in await browser.text("/todo")


async def test_going_back_leads_to_what_the_form_became() -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running)
        ways = re.findall(rf"/e/{episode}/say/[^\"]+", (await browser.get(f"/e/{episode}/say")).text)
        path = next(way for way in ways if "clock.override" in way)
        check = await fill_in(browser, path, which="keep", reason="the report is right")
        assert "Check your answers" in plain(check.text)
        answer = await fill_in(browser, path, which="keep", reason="the report is right", checked="yes")
        for back in (path, str(check.url)):
            assert (await browser.get(back)).headers["location"] == answer.headers["location"], back
        assert (await browser.get(path.partition("?")[0])).status_code == 200  # another one can be recorded


async def test_an_answer_is_sent_then_taken_in_and_the_page_says_which() -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_a_missing_child(running)
        message = (await sent(running, "task.create", "process_notification")).row.message_id
        answer = await fill_in(browser, f"/m/{message}/answer/task.completed/process_notification", outcome="done")
        where = answer.headers["location"]
        assert "Waiting for Homeward to take it in." in await browser.text(where)
        running.clock.set(later(26.1))
        assert "Still waiting. Do not send it again." in await browser.text(where)


async def test_while_kafka_is_away_the_answer_is_kept_and_sent_later() -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_a_missing_child(running)
        message = (await sent(running, "task.create", "process_notification")).row.message_id
        browser.outcomes.away = True
        answer = await fill_in(browser, f"/m/{message}/answer/task.completed/process_notification", outcome="done")
        assert "Kept, not sent" in await browser.text(answer.headers["location"])
        browser.outcomes.away = False
        await send_kept(browser.desk)
        assert "Sent" in await browser.text(answer.headers["location"])
        async with running.store.reading() as tx:
            (row,) = await tx.answers_to(message)
        assert row.event is None  # what was said is not kept longer than it must be


async def test_an_answer_that_two_come_upon_at_once_is_sent_once() -> None:
    async with hub() as running, at_desk(running) as browser:
        await keep(running, answer("a", running.clock.now()))
        publish = browser.outcomes.publish

        async def slowly(*told: Any) -> None:
            await asyncio.sleep(0.05)
            await publish(*told)

        browser.outcomes.publish = slowly  # type: ignore[method-assign]
        await asyncio.gather(send_kept(browser.desk), send_kept(browser.desk))
        assert browser.outcomes.values == ["a"]


async def test_what_was_answered_says_by_whom_and_another_answer_must_say_why() -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_a_missing_child(running)
        message = (await sent(running, "task.create", "process_notification")).row.message_id
        path = f"/m/{message}/answer/task.completed/process_notification"
        await fill_in(browser, path, outcome="done")
        assert "Answered by o.kaur" in await browser.text(f"/m/{message}")
        assert (await browser.get(path)).headers[
            "location"
        ] == f"/m/{message}"  # who, what and when, in the form's place
        path = f"{path}?more=1"
        refused = await fill_in(browser, path, outcome="done")
        assert "Say why another answer is needed" in plain(refused.text)
        second = await fill_in(browser, path, outcome="done", more_why="the first was about another child")
        assert "Also answered o.kaur" in await browser.text(second.headers["location"])
        assert len(browser.outcomes.taken) == 2


async def test_what_is_for_another_role_can_be_read_and_not_answered() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser:
        await with_a_missing_child(running)
        message = (await sent(running, "task.create", "process_notification")).row.message_id
        assert "This is for Children Missing Officer" in await browser.text(f"/m/{message}")
        text = await browser.text(f"/m/{message}/answer/task.completed/process_notification", 403)
        assert "This is for the Children Missing Officer" in text


async def test_only_located_ends_nothing_and_sends_nothing() -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running)
        path = f"/e/{episode}/say/worker.found_report/-"
        assert "ring the police" in plain((await fill_in(browser, path, what="located")).text)
        assert browser.outcomes.taken == []
        refused = await fill_in(browser, path, what="back")
        assert "Enter when the child was found" in plain(refused.text)
        ahead = await fill_in(browser, path, what="back", found_at="2030-01-01T10:00")
        assert "Enter a past time" in plain(ahead.text)
        await fill_in(browser, path, what="back", found_at="2026-06-02T14:00")
        (event,) = [orjson.loads(value) for _, _, value in browser.outcomes.taken]
        assert event["data"]["found_at"] == "2026-06-02T13:00:00Z"  # London time


@pytest.mark.parametrize(("asked", "concerns"), [("none", []), ("not-known", None), ("which", ["going_missing"])])
async def test_no_concern_differs_from_not_stated(asked: str, concerns: list[str] | None) -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running)
        path = f"/e/{episode}/say/rhi.outcome/-"
        await fill_in(browser, path, result="completed", interviewer="sw1", asked=asked, concerns="going_missing")
        (event,) = [orjson.loads(value) for _, _, value in browser.outcomes.taken]
        assert event["data"].get("concerns") == concerns
        assert event["data"]["interviewer"]["person"] == "sw1"


async def test_an_override_of_the_clock_is_checked_before_it_is_sent() -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running)
        path = f"/e/{episode}/say/clock.override/-"
        typed = {"which": "other", "value": "2026-06-01T12:00", "reason": "seen at noon"}
        check = await fill_in(browser, path, **typed)
        text = plain(check.text)
        assert "Check your answers" in text
        assert "12:00 Mon 1 Jun 2026" in text
        assert browser.outcomes.taken == []
        await fill_in(browser, path, **typed, checked="yes")
        (event,) = [orjson.loads(value) for _, _, value in browser.outcomes.taken]
        assert (event["type"], event["data"]["value"], event["data"]["reason"]) == (
            "clock.override", "2026-06-01T11:00:00Z", "seen at noon",
        )  # fmt: skip


async def test_every_answer_that_a_message_names_has_a_form_or_a_page_of_its_own() -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_a_missing_child(running, 100)
        await running.take(found(100, "XX-0303"))
        await running.take(case("case.context", 101, child=NAMED), missing(101, "XX-0304"))
        async with running.store.reading() as tx:
            messages = {d.row.message_id for d in await tx.outbox_after(0, 10_000) if d.row.subject}
        for message in sorted(messages):
            html = (await browser.get(f"/m/{message}")).text
            for way in re.findall(rf"/m/{message}/answer/[^\"]+", html):
                assert (await browser.get(way)).status_code == 200, way
