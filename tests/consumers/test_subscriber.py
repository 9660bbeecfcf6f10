"""A fault that repeats waits longer each time and is told once a minute; what a record holds is handed on whatever it
is; topics that may not be read are left out of the pattern."""

import asyncio
import logging
import re
from datetime import UTC, datetime

import pytest
from aiokafka import ConsumerRecord
from faststream.kafka import KafkaBroker

from consumers.fetched import SetAside
from consumers.members import GroupMember
from consumers.subscriber import _LOOKS_ELSEWHERE, PATTERN, Subscriber, except_for, raw_of
from intake.records import RawRecord
from store.errors import StoreForbiddenError, StoreUnavailableError
from store.trouble import Trouble


def record(offset: int = 0, timestamp: int = 1_772_442_000_000, topic: str = "t") -> ConsumerRecord:
    return ConsumerRecord(topic, 0, offset, timestamp, 0, b"k", b"v", None, 1, 1, (("a", None), ("b", b"\xff")))


class Taking:
    """Intake that fails with what it is given, batch by batch, and the pauses that were made."""

    def __init__(self, *faults: Exception | None) -> None:
        self.faults, self.batches, self.pauses = [*faults], list[list[RawRecord]](), list[float]()

    async def take(self, batch: list[RawRecord]) -> None:
        self.batches.append(batch)
        if fault := self.faults.pop(0):
            raise fault

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


@pytest.mark.parametrize(
    "fault",
    [StoreUnavailableError("away"), StoreForbiddenError("permission denied"), KeyError("ours"), RecursionError()],
)
async def test_a_fault_that_repeats_waits_longer_each_time_until_it_is_over(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    taking = Taking(*[fault] * 8, None, fault)
    subscriber = Subscriber(taking.take, pause=taking.pause)  # type: ignore[arg-type]
    with caplog.at_level(logging.INFO, "consumers"):
        for _ in range(8):
            with pytest.raises(type(fault)):
                await subscriber._handle([record()])
        assert subscriber.trouble.present is not None
        await subscriber._handle([record()])
    assert taking.pauses == [0.5, 1, 2, 4, 8, 15, 15, 15]
    assert subscriber.trouble.present is None
    lines = [line for line in caplog.records if line.name == "consumers.subscriber"]
    assert [line.levelname for line in lines] == ["WARNING", "INFO"], "one line when it begins and one when it is over"
    with pytest.raises(type(fault)):
        await subscriber._handle([record()])
    assert taking.pauses[-1] == 0.5
    assert not subscriber.is_busy


async def test_trouble_with_a_batch_ends_when_none_of_its_partitions_is_read_any_more() -> None:
    away = StoreUnavailableError("away")
    taking = Taking(away, None, away)
    subscriber = Subscriber(taking.take, pause=taking.pause)  # type: ignore[arg-type]
    with pytest.raises(StoreUnavailableError):
        await subscriber._handle([record(topic="a"), record(topic="b")])
    for _ in range(_LOOKS_ELSEWHERE):
        subscriber.reads_only({("b", 0), ("c", 0)})
    assert subscriber.trouble.present, "what is left of the batch is read again here"
    for left in range(_LOOKS_ELSEWHERE, 0, -1):
        assert subscriber.trouble.present, f"it may be joining its group anew: {left} looks more"
        subscriber.reads_only({("a", 1), ("c", 0)})
    assert subscriber.trouble.present is None
    await subscriber._handle([record(topic="c")])
    with pytest.raises(StoreUnavailableError):
        await subscriber._handle([record(topic="c")])
    for partitions in (set(), set(), {("c", 0)}, set(), set()):
        subscriber.reads_only(partitions)
    assert subscriber.trouble.present, "it was the hub's again"
    subscriber.reads_only(set())
    assert subscriber.trouble.present is None


@pytest.mark.parametrize("timestamp", [2**62, 2**63 - 1, -(2**63), -1, 0, 253_402_300_800_000])
def test_a_time_that_no_calendar_has_counts_as_the_oldest(timestamp: int) -> None:
    assert raw_of(record(timestamp=timestamp), "c").timestamp == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_record_is_handed_on_as_it_came() -> None:
    raw = raw_of(record(), "cluster")
    assert (raw.headers, raw.key, raw.value, raw.fault) == ((("a", None), ("b", b"\xff")), b"k", b"v", None)
    assert raw.timestamp == datetime(2026, 3, 2, 9, tzinfo=UTC)
    aside = SetAside("t", 0, 3, 0, 0, None, b"bytes", None, -1, 5, (), "undecodable", "no end", 4)
    assert raw_of(aside, "c").fault == ("undecodable", "no end")


async def test_registers_come_first_within_a_batch() -> None:
    taking = Taking(None)
    subscriber = Subscriber(taking.take, pause=taking.pause)  # type: ignore[arg-type]
    topics = ["police.xx.notifications.v1", "register.islington.children.v1", "casework.islington.outcomes.v1"]
    await subscriber._handle([record(n, topic=topic) for n, topic in enumerate(topics)])
    assert [raw.offset for raw in taking.batches[0]] == [1, 0, 2]


class Polled:
    """A consumer that hands out these records, and says how it was asked."""

    def __init__(self, **records: list[int]) -> None:
        self.records, self.asked = records, list[dict[str, int]]()

    async def getmany(self, **how: int) -> dict[str, list[int]]:
        self.asked.append(how)
        return self.records


async def test_a_poll_waits_for_records_and_rests_at_no_other_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def sleep(seconds: float) -> None:
        raise AssertionError("records that come meanwhile would wait")

    monkeypatch.setattr("anyio.sleep", sleep)
    broker = KafkaBroker("127.0.0.1:1")
    Subscriber(Taking().take).attach(broker, GroupMember("g"), 3, 900)  # type: ignore[arg-type]
    [subscribed] = broker.subscribers
    consumer = Polled(a=[1, 2], b=[7])
    assert await subscribed.get_msg(consumer) == (1, 2, 7)  # type: ignore[attr-defined]
    assert await subscribed.get_msg(Polled()) == ()  # type: ignore[attr-defined]
    assert consumer.asked == [{"timeout_ms": 0, "max_records": 3}]


def test_topics_that_may_not_be_read_are_left_out_and_no_others() -> None:
    denied = ["casework.islington.outcomes.v1"]
    pattern = re.compile(except_for(PATTERN, denied))
    assert not pattern.match(denied[0])
    for topic in ("casework.islington-2.outcomes.v1", "casework.camden.outcomes.v1", "police.xx.notifications.v1"):
        assert pattern.match(topic)
    assert except_for(PATTERN, []) == PATTERN


async def test_trouble_is_told_once_a_minute_and_at_once_where_it_is_another(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
    trouble = Trouble(logging.getLogger("test.trouble"), "it is over")
    with caplog.at_level(logging.INFO, "test.trouble"):
        for second in (0.0, 1.0, 59.0, 61.0, 62.0):
            now = second
            trouble.begins("one thing")
        trouble.begins("another")
        trouble.ends()
        trouble.ends()
    assert [line.getMessage() for line in caplog.records] == ["one thing", "one thing", "another", "it is over"]
    monkeypatch.undo()
