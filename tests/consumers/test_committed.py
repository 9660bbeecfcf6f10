"""A coordinator that is loading, or is none any more, is asked again: what the group has committed is not forgotten."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.protocol.commit import OffsetFetchRequest, OffsetFetchResponse_v3

from consumers.committed import install_coordinator

pytestmark = pytest.mark.kafka
LOADING, ELSEWHERE = 14, 16


@pytest.fixture(autouse=True)
def installed() -> None:
    install_coordinator()


@asynccontextmanager
async def reading(kafka: str, topic: str, *faults: int) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer whose coordinator answers so at first when it is asked what was committed."""
    made = AIOKafkaConsumer(
        bootstrap_servers=kafka, group_id=topic, auto_offset_reset="earliest", enable_auto_commit=False
    )
    left, send = [*faults], made._client.send

    async def answered(node: int, request: Any, **how: Any) -> Any:
        if left and isinstance(request, OffsetFetchRequest):
            return OffsetFetchResponse_v3(0, [], left.pop(0))
        return await send(node, request, **how)

    made._client.send = answered
    await made.start()
    try:
        yield made
    finally:
        await made.stop()
    assert not left


@pytest.fixture
async def place(kafka: str, topic_prefix: str) -> TopicPartition:
    """A partition with five records, of which the group has taken three."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for _ in range(5):
            await producer.send_and_wait(topic_prefix, b"x", partition=0)
    place = TopicPartition(topic_prefix, 0)
    async with reading(kafka, topic_prefix) as consumer:
        consumer.assign([place])
        await consumer.commit({place: 3})
    return place


@pytest.mark.parametrize("fault", [LOADING, ELSEWHERE])
async def test_what_was_committed_is_asked_again_of_a_coordinator_that_cannot_answer(
    kafka: str, place: TopicPartition, fault: int
) -> None:
    async with reading(kafka, place.topic, fault, fault) as consumer, asyncio.timeout(60):
        assert await consumer.committed(place) == 3


async def test_a_consumer_does_not_begin_again_while_its_coordinator_is_loading(
    kafka: str, place: TopicPartition
) -> None:
    async with reading(kafka, place.topic, LOADING, LOADING) as consumer, asyncio.timeout(60):
        consumer.subscribe([place.topic])
        record = await consumer.getone()
        assert (record.partition, record.offset) == (0, 3)
