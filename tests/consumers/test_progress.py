"""What is read of aiokafka's inside is still what its public interface says, and a partition that stands still while
records wait is seen."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from seconds import Seconds

from consumers.progress import Progress, abandon, assigned, is_coordinated, position_of, until_fetched

pytestmark = pytest.mark.kafka


async def publish(kafka: str, topic: str, records: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    for _ in range(records):
        await producer.send_and_wait(topic, b"x", partition=0)
    await producer.stop()


@pytest.fixture
async def consumer(kafka: str, topic_prefix: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Of a group, on a topic with five records in its partition 0."""
    await publish(kafka, topic_prefix, 5)
    made = AIOKafkaConsumer(
        topic_prefix, bootstrap_servers=kafka, group_id=topic_prefix, auto_offset_reset="earliest",
        enable_auto_commit=False,
    )  # fmt: skip
    await made.start()
    yield made
    await made.stop()


async def read(consumer: AIOKafkaConsumer, records: int) -> TopicPartition:
    found = 0
    async with asyncio.timeout(60):
        while found < records:
            polled = await consumer.getmany(timeout_ms=500, max_records=records - found)
            found += sum(map(len, polled.values()))
    return next(tp for tp in consumer.assignment() if tp.partition == 0)


async def test_an_assignment_is_another_one_after_each_time_that_the_group_has_shared_out(
    consumer: AIOKafkaConsumer,
) -> None:
    await read(consumer, 5)
    before = assigned(consumer)
    assert before is not None
    assert assigned(consumer) is before
    consumer._coordinator.request_rejoin()
    async with asyncio.timeout(60):
        while assigned(consumer) in (before, None):
            await until_fetched(consumer, 0.01)
    assert assigned(consumer) is not before


async def test_the_position_is_the_one_that_the_public_interface_gives(consumer: AIOKafkaConsumer) -> None:
    tp = await read(consumer, 3)
    assert position_of(consumer, tp) == await consumer.position(tp) == 3
    consumer.seek(tp, 1)
    assert position_of(consumer, tp) == await consumer.position(tp) == 1


async def test_a_consumer_that_has_not_begun_has_no_position_and_no_coordinator(kafka: str) -> None:
    idle = AIOKafkaConsumer(bootstrap_servers=kafka, group_id="idle")
    assert position_of(idle, TopicPartition("none", 0)) == -1
    assert not is_coordinated(idle)
    await idle.start()
    assert position_of(idle, TopicPartition("none", 0)) == -1
    await idle.stop()


async def test_a_consumer_of_a_group_knows_its_coordinator(consumer: AIOKafkaConsumer) -> None:
    await read(consumer, 1)
    assert is_coordinated(consumer)


async def test_a_partition_stands_still_when_records_wait_and_a_minute_passes(
    kafka: str, consumer: AIOKafkaConsumer
) -> None:
    clock = Seconds()
    progress = Progress(lambda: [consumer], clock, stuck=60)
    tp = await read(consumer, 3)
    await progress.look()
    assert progress.unread()[tp] == 2
    assert progress.fault() is None
    clock.now = 59
    await progress.look()
    assert progress.fault() is None
    clock.now = 61
    await progress.look()
    assert progress.standing_still() == [tp]
    assert progress.fault() == f"no progress while records wait: {tp.topic}[0]"
    await read(consumer, 1)
    await progress.look()
    assert progress.fault() is None


async def test_what_was_committed_is_told_beside_what_was_read(consumer: AIOKafkaConsumer) -> None:
    progress = Progress(lambda: [consumer], Seconds())
    tp = await read(consumer, 3)
    await progress.look()
    where = f"{tp.topic}/{tp.partition}"
    assert (progress.told()["positions"][where], progress.told()["committed"]) == (3, {})
    await consumer.commit({tp: 2})
    await progress.look()
    assert progress.told()["committed"] == {where: 2}


async def test_a_partition_that_has_read_everything_does_not_stand_still(consumer: AIOKafkaConsumer) -> None:
    clock = Seconds()
    progress = Progress(lambda: [consumer], clock)
    await read(consumer, 5)
    await progress.look()
    clock.now = 1000
    await progress.look()
    assert progress.fault() is None


async def test_the_end_is_asked_for_and_not_what_the_last_fetch_said(kafka: str, consumer: AIOKafkaConsumer) -> None:
    progress = Progress(lambda: [consumer], Seconds())
    tp = await read(consumer, 5)
    consumer.pause(tp)
    await publish(kafka, tp.topic, 7)
    await progress.look()
    assert progress.unread() == {tp: 7}


async def test_one_partition_that_stands_still_is_seen_although_others_move(
    kafka: str, consumer: AIOKafkaConsumer
) -> None:
    clock = Seconds()
    progress = Progress(lambda: [consumer], clock, stuck=60)
    still = await read(consumer, 3)
    moving = next(tp for tp in consumer.assignment() if tp.partition == 1)
    consumer.pause(still)
    for minute in range(3):
        producer = AIOKafkaProducer(bootstrap_servers=kafka)
        await producer.start()
        await producer.send_and_wait(moving.topic, b"x", partition=1)
        await producer.stop()
        await read(consumer, 1)
        clock.now = minute * 60.0
        await progress.look()
    assert progress.standing_still() == [still]


async def test_what_was_seen_long_ago_says_nothing_of_now(consumer: AIOKafkaConsumer) -> None:
    clock = Seconds()
    progress = Progress(lambda: [consumer], clock)
    assert progress.fault() == "Kafka does not say where the partitions end"
    await progress.look()
    assert progress.fault() is None
    clock.now = 46
    assert progress.fault() == "Kafka does not say where the partitions end"
    assert Progress(list, clock).fault() == "no consumer runs"


async def test_an_abandoned_consumer_is_cut_off(kafka: str, topic_prefix: str) -> None:
    await publish(kafka, topic_prefix, 1)
    made = AIOKafkaConsumer(topic_prefix, bootstrap_servers=kafka, group_id=f"{topic_prefix}-a")
    await made.start()
    await abandon(made)
    assert all(not conn.connected() for conn in made._client._conns.values())
    await made.stop()
