"""A topic is given one more partition: the hub reads that within seconds, also where nobody of its group knows that it
should look for it."""

import asyncio
import os
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions

from consumers.clients import open_client
from schemas.topics import police_notifications
from tests.hub.hubs import Running, running
from tests.hub.test_readiness import missing, publish

pytestmark = pytest.mark.kafka
_WITHIN = 20.0  # seconds; a consumer that nobody reminds is made anew after a minute


async def divide(kafka: str, topic: str) -> int:
    """The number of the new partition."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    async with open_client(admin.start(), admin.close):
        (told,) = await admin.describe_topics([topic])
        count = len(told["partitions"])
        await admin.create_partitions({topic: NewPartitions(count + 1)})
    return count


async def reads_from(hub: Running, kafka: str, force: str, partition: int, n: int) -> None:
    """Returns when a record of that partition has been taken in."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, metadata_max_age_ms=500)
    async with open_client(producer.start(), producer.stop), asyncio.timeout(_WITHIN):
        topic = police_notifications(force)
        while partition not in await producer.partitions_for(topic):  # noqa: ASYNC110 - nobody would set an event
            await asyncio.sleep(0.1)
        before = hub.taken
        await producer.send_and_wait(topic, missing(force, n), partition=partition)
        while hub.taken == before:
            await hub.has_news()


async def test_after_a_restart_under_its_name_a_hub_reads_a_new_partition(kafka: str, tmp_path: Path) -> None:
    # Kafka keeps from a leader that comes back under its name that it leads, and only a leader looks for partitions.
    force, url = f"PA{os.getpid()}", f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    topic = police_notifications(force)
    await publish(kafka, force, 1)
    async with running(kafka, url, force, kafka_member="hub-1", kafka_session=60) as hub:
        await hub.has_taken(1)
    meanwhile = await divide(kafka, topic)
    async with running(kafka, url, force, kafka_member="hub-1", kafka_session=60) as hub:
        await reads_from(hub, kafka, force, meanwhile, 2)
        (consumer,) = hub.hub.watch._consuming.consumers()
        await reads_from(hub, kafka, force, await divide(kafka, topic), 3)
        assert hub.hub.watch._consuming.consumers() == [consumer], "it is the same one all along"
