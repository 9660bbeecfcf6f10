"""What stands in a topic of a real Kafka, read by an ordinary consumer."""

import asyncio

from aiokafka import AIOKafkaConsumer

from producers.fakes import SentRecord


async def consumed(bootstrap: str, topic: str) -> list[SentRecord]:
    """Everything that stands in the topic, partition by partition."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        found: list[SentRecord] = []
        async with asyncio.timeout(60):
            for partition, end in (await consumer.end_offsets(consumer.assignment())).items():
                while await consumer.position(partition) < end:
                    for message in (await consumer.getmany(partition, timeout_ms=1000)).get(partition, ()):
                        found.append(SentRecord(topic, message.key, tuple(message.headers), message.value))
        return found
    finally:
        await consumer.stop()
