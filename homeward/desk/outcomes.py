"""The desk's way to Kafka: records to casework topics by a producer of the desk's own, one at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from aiokafka.errors import (  # type: ignore[import-untyped]
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from desk.ports import NotPublishedError
from homeward.kafka import kafka_settings, tls_as, tokens_as
from homeward.settings import Settings
from producers.kafka_link import AiokafkaLink, KafkaSettings, Link, Record, TopicShape, partition_of, started_link

_FAULTS = (KafkaError, OSError, TimeoutError)
_WITHIN = 5.0  # seconds that a person waits before the page says that Kafka is away
_KNOWN_WITHIN = 2.0  # seconds until a topic counts as missing: short enough to ask then whether any broker answers


def desk_kafka(settings: Settings, create: TopicShape | None = None) -> KafkaSettings:
    """How the desk reaches Kafka: as the hub does, and as a user of its own where the settings name one."""
    kafka = replace(kafka_settings(settings, create), client_id="homeward-desk", metadata_timeout=_KNOWN_WITHIN)
    if settings.desk_kafka_user and settings.desk_kafka_password:
        kafka = replace(kafka, user=settings.desk_kafka_user, password=settings.desk_kafka_password.get_secret_value())
    if certificate := settings.desk_kafka_cert_file:
        key = (settings.desk_kafka_key_file, settings.desk_kafka_key_password)
        kafka = replace(kafka, tls=tls_as(settings, certificate, *key))
    if client := settings.desk_kafka_oauth_client_id:
        kafka = replace(
            kafka, tokens=tokens_as(settings, client, settings.desk_kafka_oauth_client_secret, "DESK_KAFKA_OAUTH")
        )
    return kafka


class KafkaOutcomes:
    """Publishes what people answered. A producer that failed is thrown away, so that nothing of it arrives late: also
    where Kafka found a record too large, as its number in the sequence is used up, and Kafka takes none after it."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._link: Link | None = None
        self._turn = asyncio.Lock()

    async def publish(self, topic: str, key: bytes, headers: Sequence[tuple[str, bytes]], value: bytes) -> None:
        async with self._turn:
            try:
                async with asyncio.timeout(_WITHIN):
                    link = await self._started()
                    await link.create([topic])
                    partition = partition_of(key, await _partitions(link, topic))
                    await self._handed_over(link, topic, partition, (key, value, [*headers]))
            except _FAULTS as error:
                await self._abandon()
                raise _not_published(error, topic, len(value)) from None

    async def stop(self) -> None:
        if self._link:
            await self._link.stop()
            self._link = None

    async def _started(self) -> Link:
        if self._link is None:
            self._link = await started_link(AiokafkaLink(self._settings))
        return self._link

    async def _handed_over(self, link: Link, topic: str, partition: int, record: Record) -> None:
        """Returns when Kafka has it. What the producer itself finds too large never left: the producer is sound."""
        try:
            _, confirmation = await link.put(topic, partition, [record])
        except MessageSizeTooLargeError:
            size = f"{len(record[1])} bytes, at most {self._settings.max_request_size}"
            why = f"The answer is larger than Homeward sends ({size}): answer again, shorter"
            raise NotPublishedError(why, "key") from None
        await confirmation

    async def _abandon(self) -> None:
        if self._link:
            await self._link.abandon()
            self._link = None


async def _partitions(link: Link, topic: str) -> Sequence[int]:
    try:
        return await link.know(topic)
    except TimeoutError:  # brokers answer, and tell of no such topic
        raise UnknownTopicOrPartitionError from None


def _not_published(error: BaseException, topic: str, size: int) -> NotPublishedError:
    match error:
        case TopicAuthorizationFailedError():
            return NotPublishedError(f"Kafka does not let the desk's user write {topic}: grant it that", "topic")
        case UnknownTopicOrPartitionError() | InvalidTopicError():
            return NotPublishedError(f"Kafka has no topic {topic}: create it", "topic")
        case MessageSizeTooLargeError() | RecordListTooLargeError():
            fix = f"raise max.message.bytes of {topic}"
            return NotPublishedError(f"Kafka finds the answer too large ({size} bytes): {fix}", "key")
        case _:
            return NotPublishedError(f"Kafka cannot be reached ({type(error).__name__})")
