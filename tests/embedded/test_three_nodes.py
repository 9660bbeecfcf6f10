"""Three nodes: when a leader is killed in mid-stream, no acknowledged message is lost."""

import asyncio
import os
import signal
from pathlib import Path

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from homeward.embedded import EmbeddedKafka
from tests.embedded.traffic import PATIENCE, read

BEFORE, AFTER = 200, 200
PROMISES = TopicPartition("promises", 0)


async def test_a_killed_leader_costs_no_acknowledged_message(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path, nodes=3) as cluster:
        await make(cluster.bootstrap, NewTopic(PROMISES.topic, num_partitions=1, replication_factor=3))
        producer = AIOKafkaProducer(bootstrap_servers=cluster.bootstrap, acks="all", enable_idempotence=True)
        async with asyncio.timeout(PATIENCE), producer:
            sent = [await producer.send(PROMISES.topic, b"%d" % n) for n in range(BEFORE)]
            await sent[BEFORE // 2]
            leader = producer.client.cluster.leader_for_partition(PROMISES)
            process = cluster.servers[leader - 1].process
            assert process is not None
            os.kill(process, signal.SIGKILL)
            sent += [await producer.send(PROMISES.topic, b"%d" % n) for n in range(BEFORE, BEFORE + AFTER)]
            receipts = await asyncio.gather(*sent)
        assert [receipt.offset for receipt in receipts] == list(range(BEFORE + AFTER))
        others = cluster.bootstrap.split(",")
        others.pop(leader - 1)
        kept = await read(",".join(others), PROMISES.topic, BEFORE + AFTER)
        assert kept == [b"%d" % n for n in range(BEFORE + AFTER)]


async def make(bootstrap: str, topic: NewTopic) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([topic])
    finally:
        await admin.close()
