"""The desk's way to Kafka: records to casework topics by a producer of the desk's own, one at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from aiokafka.errors import KafkaError, TopicAuthorizationFailedError  # type: ignore[import-untyped]

from desk.ports import NotPublishedError
from homeward.kafka import kafka_settings, tls_as, tokens_as
from homeward.settings import Settings
from producers.kafka_link import AiokafkaLink, KafkaSettings, Link, TopicShape, partition_of, started_link

_FAULTS = (KafkaError, OSError, TimeoutError)
_WITHIN = 5.0  # seconds that a person waits before the page says that Kafka is away


def desk_kafka(settings: Settings, create: TopicShape | None = None) -> KafkaSettings:
    """How the desk reaches Kafka: as the hub does, and as a user of its own where the settings name one."""
    kafka = replace(kafka_settings(settings, create), client_id="homeward-desk", metadata_timeout=_WITHIN)
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
    """Publishes what people answered. A producer that failed is thrown away, so that nothing of it arrives late."""

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
                    partition = partition_of(key, await link.know(topic))
                    _, confirmation = await link.put(topic, partition, [(key, value, [*headers])])
                    await confirmation
            except TopicAuthorizationFailedError:
                await self._abandon()
                raise NotPublishedError(f"Kafka does not let the desk's user write {topic}: grant it that") from None
            except _FAULTS as error:
                await self._abandon()
                raise NotPublishedError(f"Kafka cannot be reached ({type(error).__name__})") from None

    async def stop(self) -> None:
        if self._link:
            await self._link.stop()
            self._link = None

    async def _started(self) -> Link:
        if self._link is None:
            self._link = await started_link(AiokafkaLink(self._settings))
        return self._link

    async def _abandon(self) -> None:
        if self._link:
            await self._link.abandon()
            self._link = None
