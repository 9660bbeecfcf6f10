"""The embedded broker as a whole: a real Apache Kafka, started, used, stopped, and started again."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from homeward.embedded import EmbeddedError, EmbeddedKafka
from homeward.embedded.layout import Node, load_layout, settle
from homeward.embedded.lock import FolderLock
from homeward.embedded.probe import known_brokers
from homeward.embedded.server import Server
from tests.homeward.embedded.traffic import command, first_line, read, send

pytestmark = pytest.mark.kafka
VALUES = [f"message {n}".encode() for n in range(20)]


async def test_messages_and_address_outlast_a_restart(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path, settings={"num.partitions": "1"}) as broker:
        address = broker.bootstrap
        await send(address, "kept", VALUES)
        assert await read(address, "kept", len(VALUES)) == VALUES
        processes = [server.process for server in broker.servers]
    for process in processes:
        assert process is not None
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
    told: list[str] = []
    with EmbeddedKafka(tmp_path, partitions=1, notice=told.append) as broker:
        assert broker.bootstrap == address
        assert await read(address, "kept", len(VALUES)) == VALUES
    assert told == []


def test_a_cluster_id_may_begin_with_a_dash(tmp_path: Path) -> None:
    """One in sixty-four that are drawn does; it is no option of the tool that formats the folder."""
    layout = replace(settle(tmp_path, 1, None, print), cluster="-YN03sQ6T66sHXU7BZB47w")
    layout.save(tmp_path)
    with EmbeddedKafka(tmp_path) as broker:
        assert broker.bootstrap == layout.bootstrap


def test_a_broker_of_another_cluster_that_took_the_port_is_not_taken_for_its_own(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path) as broker:
        layout = load_layout(tmp_path)
        assert layout is not None
        (node,) = layout.nodes
        assert broker.bootstrap.endswith(f":{node.port}")
        assert known_brokers(node.port, layout.cluster) == 1
        assert known_brokers(node.port, "another") is None


async def test_servers_end_with_an_owner_that_is_killed_and_the_folder_is_taken_over(tmp_path: Path) -> None:
    async with command("broker", "--folder", str(tmp_path), "--partitions", "1") as owner:
        address = await first_line(owner)
        await send(address, "kept", VALUES)
        with pytest.raises(EmbeddedError, match=rf"already running \(process {owner.pid}\)"):
            EmbeddedKafka(tmp_path).start()
        owner.kill()
        await owner.wait()
    told: list[str] = []
    with EmbeddedKafka(tmp_path, notice=told.append) as broker:
        assert broker.bootstrap == address
        assert await read(address, "kept", len(VALUES)) == VALUES
    assert f"process {owner.pid}" in told[-1].lower()
    assert "Taking over its lock" in told[-1]


def test_a_server_that_stops_by_itself_is_noticed_and_does_not_hinder_the_next_start(tmp_path: Path) -> None:
    told: list[str] = []
    with EmbeddedKafka(tmp_path, notice=told.append) as broker:
        process = broker.servers[0].process
        assert process is not None
        os.kill(process, signal.SIGKILL)
        with pytest.raises(EmbeddedError, match=r"\(node-1\) stopped unexpectedly"):
            broker.watch(0.01)
    assert told == ["node-1 stopped unexpectedly (1 of 1 nodes down)."]
    with EmbeddedKafka(tmp_path, notice=told.append):
        assert len(told) == 1


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"num.partitions": "many"}, "Invalid value many"),  # noticed when the folder is made
        ({"metric.reporters": "org.example.None"}, "org.example.None"),  # noticed when the server starts
    ],
)
def test_a_start_that_fails_shows_the_end_of_the_log_and_leaves_nothing_behind(
    tmp_path: Path, settings: dict[str, str], word: str
) -> None:
    broker = EmbeddedKafka(tmp_path, settings=settings)
    with pytest.raises(EmbeddedError, match=r"End of .*server\.log") as failed:
        broker.start()
    assert word in str(failed.value)
    assert "\tat " not in str(failed.value)
    assert broker.servers == ()
    FolderLock.take(tmp_path, print).release()


def test_the_first_errors_are_shown_however_much_a_server_says_on_its_way_out(tmp_path: Path) -> None:
    server = Server(Node(1, 9092, 9093), tmp_path, ())
    said = ["INFO begins", "12:00 [main] ERROR cannot start", "\tat x", "Caused by: NoClass: org.example.None"]
    (tmp_path / "server.log").write_text("\n".join([*said, *(f"INFO {n} stops" for n in range(30))]))
    words = server.last_words().splitlines()
    assert words[:4] == [
        f"First errors in {tmp_path}/server.log:",
        "  12:00 [main] ERROR cannot start",
        "  Caused by: NoClass: org.example.None",
        f"End of {tmp_path}/server.log:",
    ]
    assert len(words) == 24


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EmbeddedError, match="Cannot use the folder"):
        EmbeddedKafka(tmp_path / "file" / "broker").start()


def test_two_nodes_are_no_cluster(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match="1 or 3 nodes"):
        EmbeddedKafka(tmp_path, nodes=2)
