"""A real Apache Kafka for the tests: the address in HOMEWARD_TEST_KAFKA, else in Docker, else the embedded one."""

import socket
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from homeward.embedded import EmbeddedError, EmbeddedKafka
from homeward.embedded.probe import free_port
from homeward.settings import SettingsError, load_settings
from tests.services.containers import container
from tests.services.finding import ServiceError, found
from tests.services.sharing import folder_of_the_run, shared

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bootstrap address of a real Kafka that lasts for the session and is shared by all its processes: use topics
    and groups of your own. It makes topics on first use."""
    folder = folder_of_the_run(request.config, tmp_path_factory.getbasetemp())
    with shared(folder, "kafka", _found) as bootstrap:
        yield bootstrap


def _found() -> AbstractContextManager[str]:
    return found("Kafka", "HOMEWARD_TEST_KAFKA", _given, _in_docker, _embedded)


@pytest.fixture
def topic_prefix() -> str:
    """A beginning for names of topics and groups that no other test, and no earlier run, has used."""
    return f"t{uuid.uuid4().hex[:10]}"


def _given(bootstrap: str) -> None:
    host, _, port = bootstrap.split(",")[0].rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except ValueError:
        raise ServiceError(f"write {bootstrap} as host:port") from None
    except OSError as error:
        raise ServiceError(f"{bootstrap} does not answer ({error})") from None


def _in_docker() -> AbstractContextManager[str]:
    # A client is sent on to the advertised address, so the port outside must be known before the start.
    outside = free_port(())

    def prepare(made: "DockerContainer") -> None:
        from testcontainers.core.wait_strategies import LogMessageWaitStrategy

        host = made.get_docker_client().host()
        made.with_bind_ports(9092, outside).waiting_for(LogMessageWaitStrategy("Kafka Server started"))
        made.with_envs(
            KAFKA_NODE_ID="1",
            KAFKA_PROCESS_ROLES="broker,controller",
            KAFKA_CONTROLLER_QUORUM_VOTERS="1@localhost:29093",
            KAFKA_CONTROLLER_LISTENER_NAMES="CONTROLLER",
            KAFKA_LISTENERS="PLAINTEXT://:9092,CONTROLLER://:29093",
            KAFKA_ADVERTISED_LISTENERS=f"PLAINTEXT://{host}:{outside}",
            KAFKA_LISTENER_SECURITY_PROTOCOL_MAP="PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            KAFKA_NUM_PARTITIONS="6",
            KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR="1",
            KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR="1",
            KAFKA_TRANSACTION_STATE_LOG_MIN_ISR="1",
            KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS="0",
            KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS="1000",
            KAFKA_LOG_RETENTION_MS="-1",
            KAFKA_LOG_MESSAGE_TIMESTAMP_AFTER_MAX_MS=str(2**63 - 1),
        )

    return container("kafka", 9092, prepare)


@contextmanager
def _embedded() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="homeward-kafka-") as folder:
        try:
            settings = load_settings()
            broker = EmbeddedKafka(Path(folder), java_home=settings.java_home, cache=settings.cache, notice=print)
            broker.start()
        except (EmbeddedError, SettingsError) as error:
            raise ServiceError(str(error)) from error
        try:
            yield broker.bootstrap
        finally:
            broker.stop()
