"""Three nodes: a leader that is killed in mid-stream costs no acknowledged message; a hub that was given all addresses
reads on with one of them dead, and tells when the next one dies; a cluster that is gone is told."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from homeward import watching
from homeward.embedded import EmbeddedError, EmbeddedKafka
from homeward.embedded.server import Server
from schemas.topics import police_notifications
from tests.homeward.embedded.traffic import PATIENCE, read
from tests.hub.hubs import Running, running

pytestmark = pytest.mark.kafka
BEFORE, AFTER = 200, 200
PROMISES = TopicPartition("promises", 0)
NOTIFICATIONS = police_notifications("TN")


async def test_a_killed_leader_costs_no_acknowledged_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    with EmbeddedKafka(tmp_path, nodes=3, notice=told.append) as cluster:
        watched = asyncio.create_task(asyncio.to_thread(cluster.watch, 0.02))
        for topic in (PROMISES.topic, NOTIFICATIONS):
            await make(cluster.bootstrap, NewTopic(topic, num_partitions=1, replication_factor=3))
        producer = AIOKafkaProducer(bootstrap_servers=cluster.bootstrap, acks="all", enable_idempotence=True)
        async with asyncio.timeout(PATIENCE), producer:
            sent = [await producer.send(PROMISES.topic, b"%d" % n) for n in range(BEFORE)]
            await sent[BEFORE // 2]
            leader = producer.client.cluster.leader_for_partition(PROMISES)
            kill(cluster.servers[leader - 1])
            sent += [await producer.send(PROMISES.topic, b"%d" % n) for n in range(BEFORE, BEFORE + AFTER)]
            receipts = await asyncio.gather(*sent)
        assert [receipt.offset for receipt in receipts] == list(range(BEFORE + AFTER))
        others = cluster.bootstrap.split(",")
        others.pop(leader - 1)
        kept = await read(",".join(others), PROMISES.topic, BEFORE + AFTER)
        assert kept == [b"%d" % n for n in range(BEFORE + AFTER)]
        assert told == [f"node-{leader} stopped unexpectedly (1 of 3 nodes down)."]
        assert not watched.done()
        next_one, last = (server for server in cluster.servers if server.node.id != leader)
        monkeypatch.setattr(watching, "RIGHTS_EVERY", 0.0)
        async with read_by_a_hub(cluster.bootstrap, tmp_path) as hub:
            assert await hub_tells(hub, None)
            kill(next_one)
            assert await hub_tells(hub, f"nodes of Kafka do not answer: {next_one.node.id}")
        kill(last)
        with pytest.raises(EmbeddedError, match="stopped unexpectedly"):
            await asyncio.wait_for(watched, PATIENCE)


@asynccontextmanager
async def read_by_a_hub(bootstrap: str, folder: Path) -> AsyncIterator[Running]:
    assert bootstrap.count(",") == 2
    async with running(bootstrap, f"sqlite+aiosqlite:///{folder}/hub.db", "TN") as hub:
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
        async with producer:
            await producer.send_and_wait(NOTIFICATIONS, b"{}")
        await hub.has_taken(1)
        yield hub


async def hub_tells(hub: Running, fault: str | None) -> bool:
    """Whether that is wrong with its consumers, now or in a while."""
    async with asyncio.timeout(PATIENCE):
        while hub.hub.watch.consumers_fault() != fault:
            await hub.hub.watch.turn()
    return True


def kill(server: Server) -> None:
    assert server.process is not None
    os.kill(server.process, signal.SIGKILL)


async def make(bootstrap: str, topic: NewTopic) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([topic])
    finally:
        await admin.close()
