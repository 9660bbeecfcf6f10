"""A poll waits for records; after a batch that took its time it also asks for what the broker has kept meanwhile, and
whatever comes of that, what has been read is handed on."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError
from seconds import Seconds

from consumers import polling
from consumers.polling import Poll


class Answering:
    """A consumer with these answers to one question after the other: records by partition, a fault, or none at all."""

    def __init__(self, *answers: dict[str, list[int]] | KafkaError | None) -> None:
        self.answers, self.asked = [*answers], list[tuple[int, int]]()

    async def getmany(self, timeout_ms: int, max_records: int) -> dict[str, list[int]]:
        self.asked.append((timeout_ms, max_records))
        answer = self.answers.pop(0)
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, KafkaError):
            raise answer
        assert isinstance(answer, dict)
        return answer


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


async def test_a_poll_that_finds_nothing_there_waits(seconds: Seconds) -> None:
    consumer = Answering({}, {"a": [1, 2], "b": [7]}, {}, {})
    poll = Poll(9, 900, seconds)
    seconds.now += 60
    assert await poll(consumer) == (1, 2, 7)
    assert await poll(consumer) == ()
    assert consumer.asked == [(0, 9), (900, 9)] * 2


@pytest.mark.parametrize(("took", "asked"), [(0.001, [(0, 9)]), (0.02, [(0, 9), (5, 7)]), (60.0, [(0, 9), (10, 7)])])
async def test_after_a_batch_that_took_its_time_it_asks_again(
    seconds: Seconds, took: float, asked: list[tuple[int, int]]
) -> None:
    consumer, poll = Answering({"a": [1], "b": [7]}, {"a": [2]}), Poll(9, 900, seconds)
    seconds.now += took
    assert await poll(consumer) == ((1, 7, 2) if len(asked) > 1 else (1, 7))
    assert consumer.asked == asked


async def test_a_batch_that_is_full_waits_for_nothing(seconds: Seconds) -> None:
    consumer, poll = Answering({"a": [1, 2]}), Poll(2, 900, seconds)
    seconds.now += 60
    assert await poll(consumer) == (1, 2)


@pytest.mark.parametrize("answer", [{}, TopicAuthorizationFailedError("a"), None])
async def test_what_has_been_read_is_handed_on_whatever_comes_of_more(
    seconds: Seconds, monkeypatch: pytest.MonkeyPatch, answer: KafkaError | None
) -> None:
    monkeypatch.setattr(polling, "_GIVEN_UP", 0.01)
    consumer, poll = Answering({"a": [1]}, answer), Poll(9, 900, seconds)
    seconds.now += 60
    assert await poll(consumer) == (1,)


async def test_a_fault_with_nothing_read_is_told(seconds: Seconds) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await Poll(9, 900, seconds)(Answering(TopicAuthorizationFailedError("a")))


@pytest.fixture
async def producer(kafka: str) -> AsyncIterator[AIOKafkaProducer]:
    made = AIOKafkaProducer(bootstrap_servers=kafka)
    await made.start()
    yield made
    await made.stop()


@pytest.mark.kafka
async def test_what_came_during_a_batch_is_in_the_next_one(
    kafka: str, topic_prefix: str, producer: AIOKafkaProducer, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "_AT_MOST", 30.0)  # the answer ends it sooner
    monkeypatch.setattr(polling, "_GIVEN_UP", 60.0)

    async def publish(value: bytes) -> None:
        await producer.send_and_wait(topic_prefix, value, partition=0)

    await publish(b"0")
    consumer = AIOKafkaConsumer(topic_prefix, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        poll = Poll(100, 30_000, seconds)
        assert [r.value for r in await poll(consumer)] == [b"0"]
        await publish(b"1")
        if not consumer._fetcher._records:  # until it lies with the client, which then asks no more
            await asyncio.wait_for(consumer._fetcher._create_fetch_waiter(), 30)
        later = [b"%d" % n for n in range(2, 6)]
        for value in later:
            await publish(value)
        seconds.now += 1000
        assert [r.value for r in await poll(consumer)] == [b"1", *later]
    finally:
        await consumer.stop()
