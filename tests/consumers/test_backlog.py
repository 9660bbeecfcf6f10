"""The gate before due timers holds as long as one record is unread that was there when they fell due."""

import asyncio
import logging

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from consumers.backlog import _ANSWER_WITHIN, Backlog, partitions_of
from schemas.topics import police_notifications

pytestmark = pytest.mark.kafka


async def publish(kafka: str, topic: str, records: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    for n in range(records):
        await producer.send_and_wait(topic, b"{}", key=str(n).encode())
    await producer.stop()


async def commit(kafka: str, group: str, topic: str, less: int = 0) -> None:
    """The group has read the topic, all but so many records of one of its partitions."""
    connection = {"bootstrap_servers": kafka}
    partitions = await partitions_of(connection, topic)
    consumer = AIOKafkaConsumer(group_id=group, enable_auto_commit=False, **connection)
    await consumer.start()
    consumer.assign(partitions)
    ends = await consumer.end_offsets(partitions)
    held = max(ends, key=lambda tp: ends[tp])
    await consumer.commit({tp: end - (less if tp == held else 0) for tp, end in ends.items()})
    await consumer.stop()


async def test_it_holds_while_one_record_is_unread_and_opens_when_that_is_read(kafka: str, topic_prefix: str) -> None:
    topic, group = police_notifications(topic_prefix), topic_prefix
    await publish(kafka, topic, 20)
    await commit(kafka, group, topic, less=1)
    looks = asyncio.Queue[float]()

    async def look(seconds: float) -> None:
        await looks.put(seconds)
        await asyncio.sleep(0.05)

    gate = asyncio.create_task(Backlog({"bootstrap_servers": kafka}, group, 60, topic, look).read_through())
    async with asyncio.timeout(60):
        for _ in range(3):
            await looks.get()
        assert not gate.done()
        await commit(kafka, group, topic)
        assert await gate


async def time_is_up(seconds: float) -> None:
    raise TimeoutError


async def test_it_is_bounded_and_says_what_is_unread(
    kafka: str, topic_prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    topic = police_notifications(topic_prefix)
    await publish(kafka, topic, 1)
    with caplog.at_level(logging.WARNING):
        assert not await Backlog({"bootstrap_servers": kafka}, topic_prefix, 60, topic, time_is_up).read_through()
    (line,) = [record for record in caplog.records if record.name == "consumers.backlog"]
    assert [*line.__dict__["unread"].values()] == [1]
    assert all(place.startswith(topic) for place in line.__dict__["unread"])


async def test_what_stood_still_through_a_whole_limit_is_not_waited_for_again_until_it_has_been_read(
    kafka: str, topic_prefix: str
) -> None:
    topic = police_notifications(topic_prefix)
    await publish(kafka, topic, 1)
    backlog = Backlog({"bootstrap_servers": kafka}, topic_prefix, 3, topic)
    assert not await backlog.read_through()
    assert await backlog.read_through(), "it stood still"
    await commit(kafka, topic_prefix, topic)
    assert await backlog.read_through()
    await publish(kafka, topic, 1)
    assert not await backlog.read_through()


async def test_the_marks_of_transactions_are_no_backlog(
    kafka: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the first looks are too short for a client that is new."""
    monkeypatch.setattr("consumers.backlog._PROBE", 1)
    topic = police_notifications(topic_prefix)
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=topic_prefix)
    await producer.start()
    async with producer.transaction():
        await producer.send_and_wait(topic, b"{}", key=b"one", partition=0)
    await producer.stop()
    await the_mark_is_written(kafka, topic)
    await commit(kafka, topic_prefix, topic, less=1)  # a consumer commits what it was given, and no mark
    assert await Backlog({"bootstrap_servers": kafka}, topic_prefix, 60, topic, one_look).read_through()


async def the_mark_is_written(kafka: str, topic: str) -> None:
    """Kafka says that a transaction is committed before it has written so behind the transaction's records."""
    async with AIOKafkaConsumer(bootstrap_servers=kafka) as consumer, asyncio.timeout(60):
        record = TopicPartition(topic, 0)
        while (await consumer.end_offsets([record]))[record] < 2:  # noqa: ASYNC110 - nobody would set an event
            await asyncio.sleep(0.05)


async def one_look(seconds: float) -> None:
    await asyncio.sleep(0)


async def test_it_opens_at_once_where_nothing_waits(kafka: str, topic_prefix: str) -> None:
    topic = police_notifications(topic_prefix)
    await publish(kafka, topic, 3)
    await commit(kafka, topic_prefix, topic)
    assert await Backlog({"bootstrap_servers": kafka}, topic_prefix, 30, topic).read_through()
    assert await Backlog({"bootstrap_servers": kafka}, topic_prefix, 30, "no.such.topic").read_through()


async def test_a_kafka_that_does_not_answer_opens_no_gate_before_its_time() -> None:
    asked = 0

    async def look(seconds: float) -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)

    backlog = Backlog({"bootstrap_servers": "127.0.0.1:1"}, "nobody", 1, pause=look)
    assert not await backlog.read_through()
    assert asked > 1
    before = asked
    assert not await backlog.read_through()
    assert asked == before, "a Kafka that was away is asked once"


async def test_a_kafka_that_is_back_is_waited_for_as_long_as_any(kafka: str, topic_prefix: str) -> None:
    """It was away the last time, and whoever reads the topic needs longer than Kafka has to answer then."""
    topic, looked = police_notifications(topic_prefix), asyncio.Event()
    await publish(kafka, topic, 1)

    async def look(seconds: float) -> None:
        looked.set()
        await asyncio.sleep(seconds)

    backlog = Backlog({"bootstrap_servers": "127.0.0.1:1"}, topic_prefix, 1, topic, look)
    assert not await backlog.read_through()
    backlog._connection, backlog._limit = {"bootstrap_servers": kafka}, 60
    looked.clear()
    gate = asyncio.create_task(backlog.read_through())
    await looked.wait()
    await asyncio.sleep(_ANSWER_WITHIN)
    assert not gate.done()
    await commit(kafka, topic_prefix, topic)
    assert await gate


async def test_what_was_seen_once_has_not_stood_still(kafka: str, topic_prefix: str) -> None:
    topic = police_notifications(topic_prefix)
    await publish(kafka, topic, 1)
    backlog = Backlog({"bootstrap_servers": kafka}, topic_prefix, 60, topic, time_is_up)
    for _ in range(2):
        assert not await backlog.read_through()


async def test_partitions_are_known_of_topics_that_nobody_is_subscribed_to(kafka: str, topic_prefix: str) -> None:
    topic = police_notifications(topic_prefix)
    await publish(kafka, topic, 1)
    found = await partitions_of({"bootstrap_servers": kafka}, topic)
    assert TopicPartition(topic, 0) in found
