"""Consumers that are stopped leave no connection open, also where Kafka fails at that moment."""

import asyncio
from types import SimpleNamespace
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from aiokafka.consumer.fetcher import Fetcher  # type: ignore[import-untyped]
from aiokafka.consumer.subscription_state import SubscriptionState  # type: ignore[import-untyped]
from aiokafka.errors import GroupAuthorizationFailedError, NodeNotReadyError  # type: ignore[import-untyped]
from faststream.kafka import KafkaBroker

from consumers.subscriber import Subscriber
from homeward.consuming import Consuming
from homeward.settings import Settings


class RefusedClient:
    """As aiokafka's client is while its broker refuses every connection."""

    _metadata_max_age_ms = 5000
    api_version = (2, 0)

    def __init__(self) -> None:
        self.cluster = SimpleNamespace(leader_for_partition=lambda _: 1)
        self.asked, self.closed = asyncio.Event(), False
        self._loop = asyncio.get_running_loop()

    async def send(self, node: int, request: object) -> None:
        self.asked.set()
        raise NodeNotReadyError("refused")

    def force_metadata_update(self) -> "asyncio.Future[bool]":
        return self._loop.create_future()

    async def close(self) -> None:
        self.closed = True


class Failing(AIOKafkaConsumer):  # type: ignore[misc]
    """A consumer in the middle of fetches that fail, by aiokafka's own fetcher."""

    def __init__(self, client: RefusedClient) -> None:
        partition, state = TopicPartition("t", 0), SubscriptionState()
        self._closed, self._coordinator, self._client = False, None, client
        self._fetcher = Fetcher(client, state, retry_backoff_ms=60_000)
        state.assign_from_user({partition})
        state.subscription.assignment.state_value(partition).seek(0)

    def __del__(self) -> None:
        """It never had what the usual one closes here."""


async def test_a_consumer_that_is_stopped_while_its_fetches_fail_closes_its_client() -> None:
    client = RefusedClient()
    consumer, broker = Failing(client), KafkaBroker("127.0.0.1:1")
    subscription: Any = broker.subscriber("t", batch=True)
    subscription(lambda _: None)
    subscription.consumer = consumer
    async with asyncio.timeout(60):
        await client.asked.wait()
        consuming = Consuming(Settings(kafka_group="of-a-test"), Subscriber(_nothing))
        consuming._broker = broker
        await consuming.stop()
    assert client.closed
    assert consuming.consumers() == []


async def test_consumers_whose_stop_fails_leave_nothing_running(kafka: str, topic_prefix: str) -> None:
    before = asyncio.all_tasks()
    settings = Settings(kafka_bootstrap=kafka, kafka_group=topic_prefix)
    consuming = Consuming(settings, Subscriber(_nothing), rf"^{topic_prefix}\.")
    await consuming.start()
    (consumer,) = consuming.consumers()
    stop = consumer.stop

    async def fails() -> None:
        await stop()
        raise GroupAuthorizationFailedError

    consumer.stop = fails
    await consuming.stop()
    left = [str(task) for task in asyncio.all_tasks() - before]
    assert [task for task in left if "aiokafka" in task] == []


async def _nothing(_batch: object) -> None: ...
