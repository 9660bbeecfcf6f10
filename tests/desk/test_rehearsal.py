"""*Check answers* rehearses: what would leave, to whom, and which clocks would stop or start, by the hub's own code;
and nothing of it is kept."""

import re
from typing import Any

from desks import NAMED, Browser, at_desk, plain, with_a_missing_child
from hub_in_memory import CASEWORK, Hub, hub
from test_answers import fill_in, sent, take_in
from wire_messages import case, found, later, missing

from desk.acts import act_of
from desk.ports import RehearsedAnswer
from desk.sending import answer_row
from desk.views.rehearsed import rehearsed_view
from store import AnswerRow

OVERRIDE = {"which": "other", "value": "2026-06-01T08:00", "reason": "the carer rang at eight"}


async def everything(running: Hub) -> tuple[Any, ...]:
    """All that the hub holds, but for the looks at it."""
    async with running.store.reading() as tx:
        rows = [d.row.id for d in await tx.outbox_after(0, 10_000)]
        lines = [line.id for line in await tx.ledger_after(0, 10_000) if line.kind != "look"]
        timers = await tx.due_timers(later(10_000), 10_000)
        episodes = [row.doc for row in await tx.open_episodes("nottinghamshire")]
        return rows, lines, timers, episodes, await tx.work_of("nottinghamshire")


async def test_a_check_says_what_would_be_sent_and_which_clocks_move_and_keeps_nothing() -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running, 2)
        path = f"/e/{episode}/say/clock.override/-"
        before = await everything(running)
        text = plain((await fill_in(browser, path, **OVERRIDE)).text)
        assert "Correct the start of the episode – to Mosaic" in text
        assert "Ask for a strategy discussion about a child who is still missing, from 13:00 Thu 4 Jun to 08:00" in text
        assert await everything(running) == before
        assert browser.outcomes.taken == []


async def test_what_is_rehearsed_is_what_then_happens() -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running, 20)
        path = f"/e/{episode}/say/clock.override/-"
        text = plain((await fill_in(browser, path, **OVERRIDE | {"value": "2026-05-29T08:00"})).text)
        told = text.partition("If you send this")[2]
        before = len(await running.said())
        await fill_in(browser, path, **OVERRIDE | {"value": "2026-05-29T08:00"}, checked="yes")
        await take_in(running, browser)
        new = (await running.said())[before:]
        assert len(new) > 1
        pack = running.packs.newest("nottinghamshire")
        for message in new:
            assert act_of(pack, message["type"], message["kind"]) in told
        assert f"Starts: {act_of(pack, 'senior_alert', 'absence_24h')}" not in told


async def test_a_clock_whose_moment_has_passed_stops_and_its_message_is_listed() -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running, 2)
        path = f"/e/{episode}/say/clock.override/-"
        text = plain((await fill_in(browser, path, **OVERRIDE | {"value": "2026-05-29T08:00"})).text)
        assert "Hold a strategy discussion – to Allocated social worker (sw1)" in text
        assert "Stops: Ask for a strategy discussion about a child who is still missing, 13:00 Thu 4 Jun" in text


async def test_a_referral_is_checked_and_the_check_says_who_is_asked_next() -> None:
    async with hub() as running, at_desk(running) as browser:
        await running.take(case("case.context", -1, child=NAMED, child_protection_concern=True), missing(0, "XX-0900"))
        await running.take(found(3, "XX-0900"))
        referral = await sent(running, "referral.create", "cscs_threshold")
        path = await way_of(browser, referral.row.message_id)
        text = plain((await fill_in(browser, path, met="true", role="x")).text)
        assert "Homeward will tell or ask Finish the record – to Children Missing Officer" in text
        assert browser.outcomes.taken == []


async def test_what_would_wait_no_longer_is_said() -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running)
        done = {"authority": "nottinghamshire", "episode": episode, "kind": "process_notification", "outcome": "done",
                "by": {"role": "children_missing_officer", "person": "o.kaur"}}  # fmt: skip
        row = answer_row("a-1", "task.completed", done, "o.kaur", running.clock.now(), "Done")
        told = await browser.desk.rehearsal.rehearse(row)
        pack = running.packs.newest("nottinghamshire")
        assert rehearsed_view(told, "nottinghamshire", pack, running.clock.now()).settles == ("Process a notification",)
        assert rehearsed_view(told, "buckinghamshire", pack, running.clock.now()).settles == ()


async def way_of(browser: Browser, message: str) -> str:
    """Where the first answer to a message is given."""
    found = re.search(rf"/m/{message}/answer/[^\"]+", (await browser.get(f"/m/{message}")).text)
    assert found
    return found[0]


async def test_a_refused_answer_says_so_before_it_is_sent() -> None:
    async with hub() as running, at_desk(running) as browser:
        row = AnswerRow("a", "nottinghamshire", "o.kaur", "x", None, None, None, CASEWORK, later(0), event=b"no JSON")
        assert (await browser.desk.rehearsal.rehearse(row)).refused


async def test_a_fault_of_ours_keeps_nobody_from_answering() -> None:
    class Broken:
        async def rehearse(self, answer: AnswerRow) -> RehearsedAnswer:
            return RehearsedAnswer(failed=True)

    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running, 2)
        object.__setattr__(browser.desk, "rehearsal", Broken())
        path = f"/e/{episode}/say/clock.override/-"
        text = plain((await fill_in(browser, path, **OVERRIDE)).text)
        assert "What would follow cannot be told at the moment" in text
        assert "Send" in text
