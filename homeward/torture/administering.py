"""What an administrator of Kafka does to topics: makes them, deletes them, divides them, and lets them refuse."""

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic  # type: ignore[import-untyped]
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError, for_code  # type: ignore[import-untyped]

from consumers.clients import open_client
from consumers.subscriber import PATTERN
from homeward.torture.acls import ALLOW, DESCRIBE, LITERAL, READ, TOPIC, WRITE, CreateAcls, DeleteAcls, change_rights

_WITHIN = 60.0
_LOOK_EVERY = 0.2
_DEFAULT_SIZE = "1048588"


class Administrator:
    """Of the Kafka at these addresses. `replicas` of a topic that is made; -1: as Kafka has it."""

    def __init__(self, bootstrap: str, replicas: int) -> None:
        self._bootstrap, self._replicas = bootstrap, replicas

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap)
        async with open_client(admin.start(), admin.close):
            yield admin

    async def make(self, topics: Mapping[str, int]) -> None:
        """Makes those that are missing, each with so many partitions, and returns when they are there."""
        async with self._client() as admin, asyncio.timeout(_WITHIN):
            while missing := {*topics} - {*await admin.list_topics()}:
                await admin.create_topics([NewTopic(name, topics[name], self._replicas) for name in sorted(missing)])
                await asyncio.sleep(_LOOK_EVERY)

    async def inbound(self) -> list[str]:
        """The topics that a hub reads."""
        pattern = re.compile(PATTERN)
        async with self._client() as admin:
            return sorted(topic for topic in await admin.list_topics() if pattern.match(topic))

    async def delete(self, topic: str) -> None:
        """Returns when it is gone."""
        async with self._client() as admin, asyncio.timeout(_WITHIN):
            await admin.delete_topics([topic])
            while topic in await admin.list_topics():  # noqa: ASYNC110 - nobody would set an event
                await asyncio.sleep(_LOOK_EVERY)

    async def partitions(self, topic: str) -> int:
        async with self._client() as admin:
            (told,) = await admin.describe_topics([topic])
            return len(told["partitions"])

    async def divide(self, topic: str) -> None:
        """Gives it one more partition."""
        count = await self.partitions(topic)
        async with self._client() as admin:
            await admin.create_partitions({topic: NewPartitions(count + 1)})

    async def limit_size(self, topic: str, most: int | None) -> None:
        """How many bytes a batch may have; None: as by default."""
        size = {"max.message.bytes": _DEFAULT_SIZE if most is None else str(most)}
        async with self._client() as admin:
            for answer in await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, size)]):
                for code, *_ in answer.resources:
                    if code:
                        raise for_code(code)(topic)

    async def forbid(self, topic: str, what: int) -> None:
        """Allows nobody to read, or to write; all else is allowed still. Kafka must have an authorizer."""
        rights = [right for right in (READ, WRITE, DESCRIBE) if right != what]
        await change_rights(self._bootstrap, CreateAcls([_right(topic, right) for right in rights]))

    async def allow(self, topic: str) -> None:
        """As before `forbid`."""
        rights = [_right(topic, right) for right in (READ, WRITE, DESCRIBE)]
        await change_rights(self._bootstrap, DeleteAcls(rights))

    async def set_back(self, group: str, topics: Collection[str]) -> None:
        """Lets a group that has no member begin again with the first records of these topics."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, group_id=group, enable_auto_commit=False)
        async with open_client(consumer.start(), consumer.stop), asyncio.timeout(_WITHIN):
            parts = [TopicPartition(topic, n) for topic in topics for n in range(await self.partitions(topic))]
            consumer.assign(parts)
            begins = await consumer.beginning_offsets(parts)
            while True:  # a member that was killed belongs to the group until its session is over
                try:
                    await consumer.commit(begins)
                    return
                except KafkaError:
                    await asyncio.sleep(_LOOK_EVERY)


def _right(topic: str, operation: int) -> tuple[object, ...]:
    return TOPIC, topic, LITERAL, "User:ANONYMOUS", "*", operation, ALLOW
