"""What the log and *Held up* say of the answers that Kafka does not take: of each topic why, and when it is over."""

import logging
from datetime import timedelta

import pytest
from desks import OPERATOR, Outcomes, answer, at_desk, desk_over, keep
from hub_in_memory import hub

from desk.ports import NotPublishedError
from desk.sending import keep_and_send, send_kept

NOTTS, ISLINGTON = "casework.nottinghamshire.outcomes.v1", "casework.islington.outcomes.v1"
TOO_LARGE, NO_RIGHT = NotPublishedError("too large", "key"), NotPublishedError("no right", "topic")
AWAY = NotPublishedError("Kafka cannot be reached")


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, ...]]:
    """What the desk has logged: of which level, about which topic."""
    lines = [record for record in caplog.records if record.name == "desk.untaken"]
    about = {NOTTS: "n", ISLINGTON: "i"}
    return [(line.levelname, *(about[topic] for topic in about if topic in line.message)) for line in lines]


async def test_each_topic_has_a_line_when_it_begins_and_one_when_all_of_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    async with hub() as running:
        now, kafka = running.clock.now(), Outcomes()
        kept = desk_over(running, kafka)
        await keep(running, answer("a", now, "e1"), answer("b", now, "e2"), answer("c", now, where="islington"))
        kafka.faults = {b"a": TOO_LARGE, b"b": TOO_LARGE, ISLINGTON: NO_RIGHT}
        for _ in range(3):
            await send_kept(kept)
        del kafka.faults[b"b"]
        await send_kept(kept)
        assert said(caplog) == [("WARNING", "n"), ("WARNING", "i")]
        kafka.faults.clear()
        await send_kept(kept)
    assert said(caplog)[2:] == [("INFO", "n"), ("INFO", "i")]


async def test_the_traceback_of_each_fault_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    async with hub() as running:
        now, kafka = running.clock.now(), Outcomes()
        kept = desk_over(running, kafka)
        await keep(running, answer("a", now, "e1"), answer("b", now, "e2"), answer("c", now, where="islington"))
        kafka.faults = {b"a": RuntimeError("first"), b"b": ValueError("second"), b"c": RuntimeError("third")}
        for _ in range(3):
            await send_kept(kept)
    traced = [str(record.exc_info[1]) for record in caplog.records if record.exc_info]
    assert sorted(traced) == ["first", "second", "third"]


async def test_a_fault_that_gives_way_to_another_is_not_said_to_be_over(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with hub() as running:
        kafka = Outcomes()
        kept = desk_over(running, kafka)
        await keep(running, answer("a", running.clock.now()))
        for fault in (NO_RIGHT, AWAY, NO_RIGHT):
            kafka.faults = {NOTTS: fault}
            await send_kept(kept)
    assert said(caplog) == [("WARNING", "n"), ("WARNING",), ("INFO",), ("WARNING", "n")]


async def test_while_kafka_is_away_each_topic_shows_it_until_an_answer_is_taken() -> None:
    async with hub() as running, at_desk(running, OPERATOR) as browser:
        now, kafka = running.clock.now(), browser.outcomes
        await keep(running, answer("a", now), answer("b", now, where="islington"))
        kafka.away = True
        await send_kept(browser.desk)
        running.clock.set(now + timedelta(minutes=6))
        text = await browser.text("/held-up")
        for topic in (NOTTS, ISLINGTON):
            assert f"{topic}: 1 waits, oldest 6 min. Kafka cannot be reached." in text
        kafka.away, kafka.faults = False, {NOTTS: NO_RIGHT, ISLINGTON: NO_RIGHT}
        assert await keep_and_send(browser.desk, answer("c", now, where="buckinghamshire"))
        assert "cannot be reached" not in await browser.text("/held-up")
