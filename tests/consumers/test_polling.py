"""A poll waits for records; after a batch that took its time it also asks for what the broker has kept meanwhile, of
the same assignment; whatever comes of that, what has been read is handed on."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import ConsumerStoppedError, TopicAuthorizationFailedError
from seconds import Seconds

from consumers import polling
from consumers.polling import Poll
from consumers.progress import assigned, until_fetched


class Answering:
    """A consumer with these answers to one question after the other: records by partition, or a fault. Its group shares
    out anew while a poll waits, where `shares_out`."""

    def __init__(self, *answers: dict[str, list[int]] | Exception, shares_out: str = "") -> None:
        self.answers, self.asked, self.waited = [*answers], list[tuple[int, int]](), list[float]()
        self._assignment: object | None = object()
        self._shares_out = shares_out

    async def getmany(self, timeout_ms: int, max_records: int) -> dict[str, list[int]]:
        self.asked.append((timeout_ms, max_records))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def assigned(self) -> object | None:
        return self._assignment

    async def until_fetched(self, seconds: float) -> None:
        self.waited.append(seconds)
        if self._shares_out:
            self._assignment = None if self._shares_out == "begun" else object()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read of the client's inside is answered by the consumer above."""
    monkeypatch.setattr(polling, "assigned", Answering.assigned)
    monkeypatch.setattr(polling, "until_fetched", Answering.until_fetched)


async def test_a_poll_that_finds_nothing_there_waits(seconds: Seconds) -> None:
    consumer = Answering({}, {"a": [1, 2], "b": [7]}, {}, {})
    poll = Poll(9, 900, seconds)
    seconds.now += 60
    assert await poll(consumer) == (1, 2, 7)
    assert await poll(consumer) == ()
    assert consumer.asked == [(0, 9), (900, 9)] * 2


@pytest.mark.parametrize(("took", "waited"), [(0.004, []), (0.02, [0.005]), (60.0, [0.01])])
async def test_after_a_batch_that_took_its_time_it_asks_again(
    seconds: Seconds, answered: None, took: float, waited: list[float]
) -> None:
    consumer, poll = Answering({"a": [1], "b": [7]}, {"a": [2]}), Poll(9, 900, seconds)
    seconds.now += took
    assert await poll(consumer) == ((1, 7, 2) if waited else (1, 7))
    assert consumer.asked == [(0, 9), (0, 7)][: 1 + len(waited)]
    assert consumer.waited == pytest.approx(waited)


async def test_a_batch_that_is_full_waits_for_nothing(seconds: Seconds, answered: None) -> None:
    consumer, poll = Answering({"a": [1, 2]}), Poll(2, 900, seconds)
    seconds.now += 60
    assert await poll(consumer) == (1, 2)


@pytest.mark.parametrize("how_far", ["begun", "ended"])
async def test_a_batch_is_of_one_assignment(seconds: Seconds, answered: None, how_far: str) -> None:
    consumer, poll = Answering({"a": [1]}, {"b": [7]}, shares_out=how_far), Poll(9, 900, seconds)
    seconds.now += 60
    assert await poll(consumer) == (1,)
    assert await poll(consumer) == (7,)


@pytest.mark.parametrize("fault", [TopicAuthorizationFailedError("a"), ConsumerStoppedError()])
async def test_a_fault_is_told_by_the_next_poll_where_something_has_been_read(
    seconds: Seconds, answered: None, fault: Exception
) -> None:
    consumer, poll = Answering({"a": [1]}, fault, {"a": [2]}), Poll(9, 900, seconds)
    seconds.now += 60
    assert await poll(consumer) == (1,)
    with pytest.raises(type(fault)):
        await poll(consumer)
    assert await poll(consumer) == (2,)


async def test_a_fault_with_nothing_read_is_told_at_once(seconds: Seconds) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await Poll(9, 900, seconds)(Answering(TopicAuthorizationFailedError("a")))


@pytest.fixture
async def producer(kafka: str) -> AsyncIterator[AIOKafkaProducer]:
    made = AIOKafkaProducer(bootstrap_servers=kafka)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def consumer(kafka: str, topic_prefix: str) -> AsyncIterator[Any]:
    made = AIOKafkaConsumer(topic_prefix, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await made.start()
    yield made
    await made.stop()


@pytest.mark.kafka
async def test_what_came_during_a_batch_is_in_the_next_one(
    topic_prefix: str, producer: AIOKafkaProducer, consumer: Any, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "_AT_MOST", 30.0)  # the answer ends it sooner

    async def publish(value: bytes) -> None:
        await producer.send_and_wait(topic_prefix, value, partition=0)

    await publish(b"0")
    poll = Poll(100, 30_000, seconds)
    assert [r.value for r in await poll(consumer)] == [b"0"]
    await publish(b"1")
    if not consumer._fetcher._records:  # until it lies with the client, which then asks no more
        await until_fetched(consumer, 30)
    later = [b"%d" % n for n in range(2, 6)]
    for value in later:
        await publish(value)
    seconds.now += 1000
    assert [r.value for r in await poll(consumer)] == [b"1", *later]


@pytest.mark.kafka
async def test_nothing_of_the_client_is_left_waiting(consumer: Any) -> None:
    await until_fetched(consumer, 0.01)
    await asyncio.sleep(0)
    assert not consumer._fetcher._fetch_waiters
    assert assigned(consumer) is assigned(consumer) is not None
