"""Who reads what in a group on a real Kafka: a member with a name that comes back in time stops nobody, partitions stay
where they are as far as that is fair, and an older hub may be of the group."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from consumers.clients import open_client
from consumers.members import GroupMember
from consumers.progress import forget_name

pytestmark = pytest.mark.kafka
PARTITIONS = 6
OLDER = {"partition_assignment_strategy": (RoundRobinPartitionAssignor,)}


class Turns(ConsumerRebalanceListener):
    """How often a member had to stop reading, and what it reads since."""

    def __init__(self) -> None:
        self.stops, self.news = 0, asyncio.Event()

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self.stops += bool(revoked)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self.news.set()


class Member:
    """One that reads a topic."""

    def __init__(self, kafka: str, topic: str, name: str | None = None, **more: Any) -> None:
        self.turns = Turns()
        settings = GroupMember(topic, name, session=30).settings() | more
        self.consumer = AIOKafkaConsumer(
            bootstrap_servers=kafka, enable_auto_commit=False, metadata_max_age_ms=500, **settings
        )
        self.consumer.subscribe([topic], listener=self.turns)

    @property
    def reads(self) -> set[int]:
        return {tp.partition for tp in self.consumer.assignment()}

    @property
    def generation(self) -> int:
        """The number of the sharing out by which it reads."""
        return int(self.consumer._coordinator.generation)

    async def come_to(self, holds: Callable[[set[int]], bool]) -> set[int]:
        """What it reads, once that holds."""
        async with asyncio.timeout(60):
            while not holds(self.reads):
                self.turns.news.clear()
                await self.turns.news.wait()
        return self.reads

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Member"]:
        async with open_client(self.consumer.start(), self.consumer.stop):
            yield self


@pytest.fixture
async def topic(kafka: str, topic_prefix: str) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    async with open_client(admin.start(), admin.close):
        await admin.create_topics([NewTopic(topic_prefix, PARTITIONS, 1)])
    return topic_prefix


def is_half(partitions: set[int]) -> bool:
    return len(partitions) == PARTITIONS // 2


async def test_a_member_with_a_name_that_starts_again_gets_what_it_had_and_nobody_else_stops(
    kafka: str, topic: str
) -> None:
    async with Member(kafka, topic, "b").running() as other:
        async with Member(kafka, topic, "a").running() as former:
            had, before = await former.come_to(is_half), await other.come_to(is_half)
            stops, generation = other.turns.stops, former.generation
        async with Member(kafka, topic, "a").running() as again:
            assert await again.come_to(bool) == had
            assert again.generation == generation, "each sharing out has a number, and there was none"
            assert (other.reads, other.turns.stops) == (before, stops)


async def test_without_a_name_or_for_good_what_a_member_read_is_shared_out_at_once(kafka: str, topic: str) -> None:
    async with Member(kafka, topic, "b").running() as other:
        for name in (None, "a"):
            async with Member(kafka, topic, name).running() as former:
                await former.come_to(is_half)
                await other.come_to(is_half)
                forget_name(former.consumer)
            await other.come_to(lambda reads: len(reads) == PARTITIONS)


async def test_when_one_more_comes_each_keeps_of_what_it_had(kafka: str, topic: str) -> None:
    async with Member(kafka, topic).running() as one, Member(kafka, topic).running() as two:
        before = [await one.come_to(is_half), await two.come_to(is_half)]
        async with Member(kafka, topic).running() as three:
            after = [await each.come_to(lambda reads: len(reads) == PARTITIONS // 3) for each in (one, two, three)]
    assert after[0] < before[0]
    assert after[1] < before[1]


async def test_a_hub_that_knows_round_robin_only_can_be_of_the_group(kafka: str, topic: str) -> None:
    async with Member(kafka, topic).running() as newer, Member(kafka, topic, **OLDER).running() as older:
        shared = [await newer.come_to(is_half), await older.come_to(is_half)]
    assert set.union(*shared) == {*range(PARTITIONS)}
