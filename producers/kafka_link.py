"""One idempotent aiokafka producer with the two things it lacks: giving it up without a flush, and creating topics.

What a batch is and what a fault means is the sender's affair, not this file's.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, Protocol

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]
from aiokafka.admin import AIOKafkaAdminClient, NewTopic  # type: ignore[import-untyped]
from aiokafka.errors import (  # type: ignore[import-untyped]
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
)
from aiokafka.partitioner import DefaultPartitioner  # type: ignore[import-untyped]
from aiokafka.record.default_records import DefaultRecordBatchBuilder  # type: ignore[import-untyped]

from producers.bearer import BearerTokens

_CLOSING = (KafkaError, OSError, TimeoutError)
_LETTING_GO = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class TopicShape:
    """How a topic that is missing is created."""

    partitions: int = 6
    replication: int = 1


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Where Kafka is and how to speak to it. Times in seconds, sizes in bytes.

    `confirm_within` bounds one attempt: after it, what is not confirmed is tried again through a new producer.
    `create` = None leaves topics to somebody else. Compression other than gzip needs aiokafka's extra libraries.
    """

    bootstrap: str
    client_id: str = "homeward"
    compression: Literal["gzip", "snappy", "lz4", "zstd"] | None = None
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tokens: BearerTokens | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    request_timeout: float = 10.0
    metadata_timeout: float = 5.0
    confirm_within: float = 30.0
    max_request_size: int = 1_048_576
    max_batch_size: int = 131_072
    create: TopicShape | None = None

    def connection(self) -> dict[str, object]:
        """What producer and admin client have in common."""
        return {
            "bootstrap_servers": self.bootstrap,
            "client_id": self.client_id,
            "security_protocol": self.security,
            "ssl_context": self.tls,
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
            "sasl_oauth_token_provider": self.tokens,
            "request_timeout_ms": round(self.request_timeout * 1000),
        }


class Link(Protocol):
    """A producer as `KafkaSender` uses it. Errors are aiokafka's."""

    async def start(self) -> None: ...
    async def stop(self) -> None:
        """Send what is pending, then close."""

    async def abandon(self) -> None:
        """Close at once; what is pending never leaves."""

    async def create(self, topics: Collection[str]) -> None:
        """Create those of `topics` that are missing, where the hub may."""

    async def know(self, topic: str) -> Sequence[int]:
        """The topic's partitions, in order; raises TimeoutError if it does not exist, and KafkaConnectionError if Kafka
        does not even say that."""

    async def put(self, topic: str, partition: int, records: Iterable["Record"]) -> tuple[int, "Confirmation"]:
        """Hand over as many records, from the first on, as one record batch holds; how many that were, and the
        confirmation of all of them or none, which comes later. Raises MessageSizeTooLargeError where the first is too
        large by itself."""


Record = tuple[bytes, bytes, list[tuple[str, bytes]]]
"""Key, value and headers."""
Confirmation = asyncio.Future[object]


def partition_of(key: bytes, partitions: Sequence[int]) -> int:
    """The one of these partitions, all that a topic has, in which every client of Kafka looks for the key."""
    return partitions[_slot(key, len(partitions))]


@lru_cache(maxsize=65_536)
def _slot(key: bytes, count: int) -> int:
    slot: int = DefaultPartitioner()(key, range(count), range(count))
    return slot


async def started_link(link: Link) -> Link:
    """The link, once it has started; one that does not start is abandoned, and the error raised."""
    try:
        await link.start()
    except BaseException:
        await link.abandon()
        raise
    return link


class AiokafkaLink:
    """The real thing. Must be made inside the running loop."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer = AIOKafkaProducer(
            **settings.connection(),
            enable_idempotence=True,
            acks="all",
            compression_type=settings.compression,
            max_request_size=settings.max_request_size,
            max_batch_size=settings.max_batch_size,
        )

    async def start(self) -> None:
        await self._producer.start()

    async def stop(self) -> None:
        await self._producer.stop()

    async def abandon(self) -> None:
        # stop() would wait for a flush that may never come, and a sender task that lives on could deliver an old
        # message after its retry and all that followed. So the task is cancelled before the connections close.
        producer = self._producer
        producer._closed = True
        task = producer._sender.sender_task
        if task is not None:
            task.cancel()
        with contextlib.suppress(*_CLOSING):
            await producer.client.close()
        if task is not None:
            # It waits for its requests in flight, which nobody answers any more: cancelled again, it ends.
            await asyncio.wait([task], timeout=_LETTING_GO)
            task.cancel()
            await asyncio.wait([task], timeout=_LETTING_GO)
        with contextlib.suppress(*_CLOSING):
            await producer.client.close()

    async def create(self, topics: Collection[str]) -> None:
        shape = self._settings.create
        if shape is None or not topics:
            return
        admin = AIOKafkaAdminClient(**self._settings.connection())
        await admin.start()
        try:
            # A topic that exists, or one that the hub may not create, is answered for by know().
            await admin.create_topics([NewTopic(name, shape.partitions, shape.replication) for name in topics])
        finally:
            await admin.close()

    async def know(self, topic: str) -> Sequence[int]:
        try:
            known = await asyncio.wait_for(self._producer.partitions_for(topic), self._settings.metadata_timeout)
            return sorted(known)
        except TimeoutError:
            if not await self._answers():
                raise KafkaConnectionError("no broker answers") from None
            raise

    async def _answers(self) -> bool:
        """Whether any broker tells what topics there are."""
        told = self._producer.client.force_metadata_update()
        try:
            return bool(await asyncio.wait_for(told, self._settings.metadata_timeout))
        except TimeoutError:
            return False

    async def put(self, topic: str, partition: int, records: Iterable[Record]) -> tuple[int, Confirmation]:
        batch, count = self._producer.create_batch(), 0
        for key, value, headers in records:
            if self._is_too_large(key, value, headers):
                if not count:
                    raise MessageSizeTooLargeError(f"{len(value)} bytes are more than max_request_size allows")
                break
            if batch.append(key=key, value=value, timestamp=None, headers=headers) is None:
                break
            count += 1
        batch.close()
        confirmation: Confirmation = await self._producer.send_batch(batch, topic, partition=partition)
        # Who has stopped waiting for it is not told of what came of it.
        confirmation.add_done_callback(lambda answer: answer.cancelled() or answer.exception())
        return count, confirmation

    def _is_too_large(self, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> bool:
        size: int = DefaultRecordBatchBuilder.estimate_size_in_bytes(key, value, headers)
        return size > self._settings.max_request_size
