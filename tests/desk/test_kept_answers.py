"""What is kept because Kafka did not take it: one answer holds up no other than it must, and no fault ends
the trying."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from desks import Outcomes, answer, desk_over, keep
from hub_in_memory import hub

import desk.drafts
import desk.sending
from desk.application import application
from desk.desk import Desk
from desk.ports import NotPublishedError
from desk.sending import keep_and_send, send_kept
from store import AnswerRow, StoreRefusedError, Transaction

PATIENCE = 20.0  # seconds


async def test_a_topic_that_is_barred_holds_up_no_other_however_much_waits_for_it() -> None:
    async with hub() as running:
        now, kafka = running.clock.now(), Outcomes()
        many = [answer(f"a{n:02}", now, where="islington") for n in range(desk.sending._AT_ONCE + 1)]
        await keep(running, *many, answer("b", now + timedelta(seconds=1)))
        kafka.faults["casework.islington.outcomes.v1"] = NotPublishedError("no right", "topic")
        await send_kept(desk_over(running, kafka))
        assert kafka.values == ["b"]
        kafka.faults.clear()
        await send_kept(desk_over(running, kafka))
        assert kafka.values == ["b", *(row.id for row in many)]
        async with running.store.reading() as tx:
            assert await tx.unsent_answers(10) == []


async def test_an_answer_that_is_never_taken_holds_up_only_what_follows_about_the_same_child() -> None:
    async with hub() as running:
        now, kafka = running.clock.now(), Outcomes()
        await keep(running, answer("a1", now, "e1"), answer("a2", now, "e1"), answer("b1", now, "e2"))
        kafka.faults[b"a1"] = NotPublishedError("too large", "key")
        await send_kept(desk_over(running, kafka))
        assert kafka.values == ["b1"]


async def test_an_answer_that_the_desk_fails_to_send_holds_up_only_what_follows_about_the_same_child() -> None:
    async with hub() as running:
        now, kafka = running.clock.now(), Outcomes()
        await keep(running, answer("a1", now, "e1"), answer("a2", now, "e1"), answer("b1", now, "e2"))
        kafka.faults[b"a1"] = RuntimeError("of the client")
        await send_kept(desk_over(running, kafka))
        assert kafka.values == ["b1"]


async def test_while_kafka_is_away_one_answer_is_tried() -> None:
    async with hub() as running:
        now, kafka = running.clock.now(), Outcomes()
        await keep(running, answer("a", now, where="islington"), answer("b", now))
        kafka.faults["casework.islington.outcomes.v1"] = NotPublishedError("Kafka cannot be reached")
        await send_kept(desk_over(running, kafka))
        assert kafka.values == []


async def test_an_answer_does_not_overtake_one_about_the_same_child_that_is_kept() -> None:
    async with hub() as running:
        now, kafka = running.clock.now(), Outcomes()
        await keep(running, answer("a", now, "e1"), answer("other", now, "e2"))
        assert await keep_and_send(desk_over(running, kafka), answer("b", now + timedelta(seconds=1), "e1"))
        assert kafka.values == ["a", "b"]
        kafka.faults[b"c"] = NotPublishedError("Kafka cannot be reached")
        for id_ in "cd":
            now += timedelta(seconds=2)
            assert not await keep_and_send(desk_over(running, kafka), answer(id_, now, "e1"))
        assert kafka.values == ["a", "b"]


async def test_of_what_waits_only_the_lane_of_the_answer_that_is_sent_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    unsent = Transaction.unsent_answers

    async def noted(tx: Transaction, *asked: Any, **given: Any) -> list[AnswerRow]:
        rows = await unsent(tx, *asked, **given)
        read.extend(row.id for row in rows)
        return rows

    monkeypatch.setattr(Transaction, "unsent_answers", noted)
    async with hub() as running:
        now, kafka = running.clock.now(), Outcomes(away=True)
        await keep(running, *(answer(f"a{n}", now) for n in range(5)))
        assert not await keep_and_send(desk_over(running, kafka), answer("mine", now, "e1"))
    assert read == ["mine"]


async def test_of_what_another_desk_has_sent_nothing_is_said_or_held_any_more(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with hub() as running:
        now, kafka, other = running.clock.now(), Outcomes(away=True), Outcomes()
        one = desk_over(running, kafka)
        await keep(running, answer("a", now, "e1"))
        assert not await keep_and_send(one, answer("b", now, "e2"))
        await send_kept(one)
        assert len(one.untaken.lanes()) == 2
        await send_kept(desk_over(running, other))
        await send_kept(one)
    assert (one.untaken.lanes(), other.values) == (set(), ["a", "b"])
    assert caplog.messages[-1] == "Kafka can be reached again"


@asynccontextmanager
async def at_work(kept: Desk, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The desk's own tasks, without their pauses."""
    monkeypatch.setattr(desk.sending, "_AGAIN", 0.01)
    monkeypatch.setattr(desk.drafts, "_EVERY", 0.01)
    app = application(kept)
    async with app.router.lifespan_context(app), asyncio.timeout(PATIENCE):
        yield


async def test_a_fault_of_the_client_is_logged_and_the_answer_is_sent_when_it_is_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with hub() as running:
        kafka = Outcomes()
        kafka.faults[b"a"] = RuntimeError("Compression library for zstd not found")
        await keep(running, answer("a", running.clock.now()))
        await send_kept(desk_over(running, kafka))
        assert "Could not send an answer" in caplog.text
        async with at_work(desk_over(running, kafka), monkeypatch):
            kafka.faults.clear()
            await kafka.came.wait()
        assert kafka.values == ["a"]


@pytest.mark.parametrize("statement", ["unsent_answers", "drop_drafts_before"])
@pytest.mark.parametrize("fault", [StoreRefusedError("a text"), RuntimeError("of the driver")])
async def test_a_database_that_refuses_ends_no_work_of_the_desk(
    statement: str, fault: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    again = asyncio.Event()
    tries = iter([fault])

    async def refused(*_: object) -> list[AnswerRow]:
        for each in tries:
            raise each
        again.set()
        return []

    async with hub() as running:
        async with running.store.reading() as tx:
            monkeypatch.setattr(type(tx), statement, refused)
        async with at_work(desk_over(running, Outcomes()), monkeypatch):
            await again.wait()
    assert [line for line in caplog.records if line.levelno == logging.ERROR and line.exc_info]
