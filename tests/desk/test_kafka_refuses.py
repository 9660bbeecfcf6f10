"""What waits with an answer that Kafka does not take: its topic where that is missing, what has its key where it is too
large, and everything where Kafka is away."""

from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from desk.ports import NotPublishedError
from homeward.desk.outcomes import KafkaOutcomes, desk_kafka
from homeward.embedded import EmbeddedKafka
from homeward.settings import Settings
from schemas.topics import casework_outcomes

pytestmark = pytest.mark.kafka
TOPIC, MISSING = casework_outcomes("nottinghamshire"), casework_outcomes("islington")


async def held_by(outcomes: KafkaOutcomes, topic: str, value: bytes, said: str) -> str:
    """What waits with an answer that is not taken."""
    with pytest.raises(NotPublishedError, match=said) as refused:
        await outcomes.publish(topic, b"key", [], value)
    return refused.value.held


async def test_a_missing_topic_and_a_large_answer_are_told_apart_from_a_kafka_that_is_away(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path, auto_create_topics=False) as kafka:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic(TOPIC, 1, 1, topic_configs={"max.message.bytes": "5000"})])
        await admin.close()
        outcomes = KafkaOutcomes(desk_kafka(Settings(kafka_bootstrap=kafka.bootstrap)))
        assert await held_by(outcomes, MISSING, b"{}", f"no topic {MISSING}") == "topic"
        broker = f"raise max.message.bytes of {TOPIC}"
        client = "larger than Homeward sends .2000000 bytes, at most 1048576.: answer again, shorter"
        for size, said in ((10_000, broker), (2_000_000, client)):
            await outcomes.publish(TOPIC, b"key", [], b"{}")
            link = outcomes._link
            assert await held_by(outcomes, TOPIC, bytes(size), said) == "key"
            await outcomes.publish(TOPIC, b"key", [], b"{}")
        assert outcomes._link is link  # what never left has spoilt nothing
        await outcomes.stop()
    assert await held_by(outcomes, TOPIC, b"{}", "cannot be reached") == "all"
