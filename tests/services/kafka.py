"""A real Apache Kafka for the tests: the address in HOMEWARD_TEST_KAFKA, else Docker, else the embedded one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from homeward.embedded import EmbeddedError, EmbeddedKafka
from tests.services.finding import docker_answers

IMAGE = "apache/kafka:4.3.1"
MEND = "set HOMEWARD_TEST_KAFKA to the address of a Kafka, start Docker, or let the embedded one be fetched"


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bootstrap address of a real Kafka that lasts for the session. Use topics and groups of your own."""
    if address := os.environ.get("HOMEWARD_TEST_KAFKA"):
        yield address
    elif docker_answers():
        from testcontainers.kafka import KafkaContainer

        with KafkaContainer(IMAGE).with_kraft() as container:
            yield container.get_bootstrap_server()
    else:
        yield from _embedded(tmp_path_factory.mktemp("kafka"))


def _embedded(folder: Path) -> Iterator[str]:
    broker = EmbeddedKafka(folder, notice=print)
    try:
        broker.start()
    except EmbeddedError as error:
        pytest.fail(f"There is no Kafka to test with: {error}\nMend: {MEND}.", pytrace=False)
    try:
        yield broker.bootstrap
    finally:
        broker.stop()
