"""While Kafka is away the log says so, and does not fill with what the client says of it."""

import asyncio
import inspect
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer, cluster

from homeward.embedded import EmbeddedKafka
from homeward.logs import FoldedClient
from homeward.settings import load_settings
from schemas.topics import police_notifications
from tests.hub.hubs import PATIENCE, running

pytestmark = pytest.mark.kafka


class Log(logging.Handler):
    """Keeps what passes its filters, and counts what the client says."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[logging.LogRecord] = []
        self.client = 0
        self.heard = asyncio.Event()
        self.addFilter(self._counted)
        self.addFilter(FoldedClient(quiet=1.0))

    def _counted(self, record: logging.LogRecord) -> bool:
        self.client += record.name.startswith("aiokafka")
        self.heard.set()
        return True

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record)
        self.heard.set()

    def of_client(self) -> list[str]:
        return [line.name for line in self.lines if line.name.startswith("aiokafka")]

    def has_said(self, words: str) -> bool:
        return any(words in line.getMessage() for line in self.lines)


@pytest.fixture
def log() -> Iterator[Log]:
    handler, names = Log(), ("aiokafka", "homeward")
    levels = {name: logging.getLogger(name).level for name in names}
    logging.getLogger("aiokafka").setLevel("ERROR")
    logging.getLogger("homeward").setLevel("INFO")
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


async def test_a_kafka_that_dies_gives_a_line_from_each_part_of_the_client_and_one_when_it_is_back(
    tmp_path: Path, log: Log
) -> None:
    settings = load_settings()
    where = {"java_home": settings.java_home, "cache": settings.cache}
    first = EmbeddedKafka(tmp_path / "kafka", **where)  # type: ignore[arg-type]
    await asyncio.to_thread(first.start)
    address, port = first.bootstrap, int(first.bootstrap.rpartition(":")[2])
    try:
        async with AIOKafkaProducer(bootstrap_servers=address) as producer:
            await producer.send_and_wait(police_notifications("KA"), b"not json")
        async with running(address, f"sqlite+aiosqlite:///{tmp_path}/hub.db", "KA") as hub:
            await hub.has_taken(1)
            log.lines.clear()  # a group whose coordinator is not there yet is another fault
            await asyncio.to_thread(first.stop)
            async with asyncio.timeout(PATIENCE):
                while log.client < 150:
                    log.heard.clear()
                    await log.heard.wait()
            said = log.of_client()
            assert len(said) == len({*said}) < 10
            second = EmbeddedKafka(tmp_path / "kafka", port=port, **where)  # type: ignore[arg-type]
            await asyncio.to_thread(second.start)
            try:
                async with asyncio.timeout(PATIENCE):
                    while not log.has_said("no more faults"):
                        log.heard.clear()
                        await log.heard.wait()
            finally:
                first = second
    finally:
        await asyncio.to_thread(first.stop)
    assert len(log.of_client()) < 20


def test_what_lasts_is_told_once_a_minute_with_how_many_lines_were_left_out() -> None:
    now, passed = 0.0, []
    filter_ = FoldedClient(monotonic=lambda: now)
    for second in range(150):
        now = float(second)
        record = logging.LogRecord("aiokafka.client", logging.ERROR, "", 0, "Unable to connect", None, None)
        if filter_.filter(record):
            passed.append((second, getattr(record, "left_out", 0)))
    assert passed == [(0, 0), (60, 59), (120, 59)]
    assert filter_.filter(logging.LogRecord("intake", logging.ERROR, "", 0, "ours", None, None))


def test_a_topic_that_a_broker_has_not_heard_of_yet_is_no_error() -> None:
    told = "Topic %s not found in cluster metadata"
    assert told in inspect.getsource(cluster)  # of a topic that stays away, whoever writes to it tells
    record = logging.LogRecord("aiokafka.cluster", logging.ERROR, "", 0, told, ("t.v1",), None)
    assert not FoldedClient().filter(record)
