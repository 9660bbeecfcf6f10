"""The desk's own Kafka user, on a Kafka that allows nothing that was not granted: it writes casework topics, and can
neither write nor read anything else."""

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError

from desk.ports import NotPublishedError
from homeward.desk.outcomes import KafkaOutcomes, desk_kafka
from homeward.settings import Settings
from schemas.topics import casework_outcomes, police_notifications, register_children
from tests.services.secured import DESK_PASSWORD, DESK_USER, Grant, SecuredKafka

pytestmark = pytest.mark.kafka
CASEWORK, OTHERS = casework_outcomes("nottinghamshire"), casework_outcomes("buckinghamshire")
POLICE, REGISTER, SERVICE = police_notifications("ZX"), register_children("nottinghamshire"), "nottinghamshire.mash.v1"
HEADERS = [("content-type", b"application/json")]


@pytest.fixture
async def outcomes(secured: SecuredKafka) -> AsyncIterator[KafkaOutcomes]:
    """The desk's way to Kafka, with the one right that operating.md lists."""
    admin = AIOKafkaAdminClient(bootstrap_servers=secured.plain)
    await admin.start()
    topics = {CASEWORK, OTHERS, POLICE, REGISTER, SERVICE} - {*await admin.list_topics()}
    await admin.create_topics([NewTopic(topic, 1, 1) for topic in sorted(topics)])
    await admin.close()
    await secured.revoke_all()
    await secured.grant(Grant("write", CASEWORK, user=DESK_USER))
    way = KafkaOutcomes(desk_kafka(settings(secured)))
    yield way
    await way.stop()


def settings(secured: SecuredKafka) -> Settings:
    return secured.settings(desk_kafka_user=DESK_USER, desk_kafka_password=DESK_PASSWORD)


async def test_an_answer_is_written_with_the_one_right_that_is_documented(
    secured: SecuredKafka, outcomes: KafkaOutcomes
) -> None:
    await outcomes.publish(CASEWORK, b"one", HEADERS, b"{}")
    consumer = AIOKafkaConsumer(CASEWORK, bootstrap_servers=secured.plain, auto_offset_reset="earliest")
    await consumer.start()
    record = await consumer.getone()
    await consumer.stop()
    assert (record.key, record.value) == (b"one", b"{}")


@pytest.mark.parametrize("topic", [POLICE, REGISTER, SERVICE, OTHERS])
async def test_no_other_topic_is_written_and_the_reason_is_said(outcomes: KafkaOutcomes, topic: str) -> None:
    with pytest.raises(NotPublishedError, match=f"does not let the desk's user write {topic}"):
        await outcomes.publish(topic, b"one", HEADERS, b"{}")


async def test_what_it_may_not_write_does_not_stop_what_it_may(outcomes: KafkaOutcomes) -> None:
    with pytest.raises(NotPublishedError):
        await outcomes.publish(POLICE, b"one", HEADERS, b"{}")
    await outcomes.publish(CASEWORK, b"two", HEADERS, b"{}")


@pytest.mark.parametrize("topic", [CASEWORK, POLICE, REGISTER])
async def test_it_reads_nothing_not_even_what_it_writes(
    secured: SecuredKafka, outcomes: KafkaOutcomes, topic: str
) -> None:
    connection = desk_kafka(settings(secured)).connection()
    producer = AIOKafkaProducer(bootstrap_servers=secured.plain)
    await producer.start()
    await producer.send_and_wait(topic, b"{}")
    await producer.stop()
    consumer = AIOKafkaConsumer(topic, **connection, group_id="homeward-desk", auto_offset_reset="earliest")
    try:
        with pytest.raises((TopicAuthorizationFailedError, GroupAuthorizationFailedError)):
            await _first_of(consumer)
    finally:
        await consumer.stop()


async def _first_of(consumer: AIOKafkaConsumer) -> None:
    await consumer.start()
    await consumer.getone()
