"""What a broker's folder remembers, and who may use it."""

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from homeward.embedded import EmbeddedError
from homeward.embedded.layout import Layout, Node, properties, settle
from homeward.embedded.lock import FolderLock
from homeward.embedded.probe import _LOOPBACK, free_port, is_free, known_brokers
from homeward.embedded.server import Server


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server((_LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def ports(layout: Layout) -> list[int]:
    return [port for node in layout.nodes for port in (node.port, node.controller)]


def test_ports_are_chosen_free_and_apart_and_kept_for_the_next_time(tmp_path: Path, told: list[str]) -> None:
    first = settle(tmp_path, 3, None, told.append)
    first.save(tmp_path)
    assert len(set(ports(first))) == 6
    assert all(is_free(port) for port in ports(first))
    assert settle(tmp_path, 3, None, told.append) == first
    assert told == []


def test_given_ports_follow_the_first_and_are_kept_too(tmp_path: Path, told: list[str]) -> None:
    port = next(p for p in iter(lambda: free_port(()), 0) if is_free(p + 1) and is_free(p + 2))
    layout = settle(tmp_path, 3, port, told.append)
    assert layout.bootstrap == f"{_LOOPBACK}:{port},{_LOOPBACK}:{port + 1},{_LOOPBACK}:{port + 2}"
    layout.save(tmp_path)
    assert settle(tmp_path, 3, None, told.append).bootstrap == layout.bootstrap


def test_a_given_port_in_use_is_refused_and_the_mend_named(tmp_path: Path, told: list[str], taken_port: int) -> None:
    with pytest.raises(EmbeddedError, match=f"Port {taken_port} .* in use.* Choose another"):
        settle(tmp_path, 1, taken_port, told.append)


def test_a_kept_port_that_is_taken_now_gives_way_with_a_word(tmp_path: Path, told: list[str], taken_port: int) -> None:
    first = settle(tmp_path, 1, None, told.append)
    held = {"cluster": first.cluster, "nodes": [{"id": 1, "port": taken_port, "controller": first.nodes[0].controller}]}
    (tmp_path / "cluster.json").write_text(json.dumps(held))
    second = settle(tmp_path, 1, None, told.append)
    assert second.cluster == first.cluster
    assert second.nodes[0].port != taken_port
    assert [f"Port {taken_port}" in line for line in told] == [True]


def test_a_cluster_keeps_its_number_of_nodes(tmp_path: Path, told: list[str]) -> None:
    settle(tmp_path, 1, None, told.append).save(tmp_path)
    with pytest.raises(EmbeddedError, match="choose another folder"):
        settle(tmp_path, 3, None, told.append)


def test_a_memory_that_cannot_be_read_is_told_and_not_overwritten(tmp_path: Path, told: list[str]) -> None:
    (tmp_path / "cluster.json").write_text("{")
    with pytest.raises(EmbeddedError, match="Cannot read"):
        settle(tmp_path, 1, None, told.append)
    assert (tmp_path / "cluster.json").read_text() == "{"


@pytest.mark.parametrize(("nodes", "copies", "in_sync"), [(1, "1", "1"), (3, "3", "2")])
def test_copies_follow_the_nodes_and_all_stays_on_loopback(
    tmp_path: Path, told: list[str], nodes: int, copies: str, in_sync: str
) -> None:
    layout = settle(tmp_path, nodes, None, told.append)
    text = properties(layout.nodes[0], layout, 6, False, {"log.segment.bytes": "1048576"})
    settings = dict(line.split("=", 1) for line in text.splitlines())
    assert settings["default.replication.factor"] == settings["offsets.topic.replication.factor"] == copies
    assert settings["min.insync.replicas"] == in_sync
    assert settings["auto.create.topics.enable"] == "false"
    assert settings["num.partitions"] == "6"
    assert settings["log.segment.bytes"] == "1048576"
    assert all(f"//{_LOOPBACK}:" in part for part in settings["listeners"].split(","))


def test_a_second_owner_is_refused_and_told_who_the_first_is(tmp_path: Path, told: list[str]) -> None:
    lock = FolderLock.take(tmp_path, told.append)
    with pytest.raises(EmbeddedError, match=rf"already running \(process {os.getpid()}\)"):
        FolderLock.take(tmp_path, told.append)
    lock.release()
    FolderLock.take(tmp_path, told.append).release()
    assert told == []


def test_a_lock_whose_owner_is_gone_is_taken_over_with_a_word(tmp_path: Path, told: list[str]) -> None:
    owner = subprocess.Popen([sys.executable, "-c", ""])
    owner.wait()
    (tmp_path / "broker.lock").write_text(json.dumps({"owner": owner.pid, "servers": []}))
    FolderLock.take(tmp_path, told.append).release()
    assert [f"process {owner.pid}" in line and "Taking over its lock" in line for line in told] == [True]


def test_what_is_no_kafka_is_not_taken_for_one(taken_port: int) -> None:
    assert known_brokers(taken_port, timeout=0.2) is None
    assert known_brokers(free_port(()), timeout=0.2) is None


def test_passwords_of_users_stand_on_no_command_line(tmp_path: Path) -> None:
    server = Server(Node(1, 9092, 9093), tmp_path, ["true"], {"hub": "open-sesame"})
    server.prepare("")
    work = server.begin_format("an-id")
    assert work is not None
    assert "open-sesame" not in str(work.args)
    told = tmp_path / "format.args"
    assert ("password=open-sesame" in told.read_text(), stat.S_IMODE(told.stat().st_mode)) == (True, 0o600)
    work.wait()
    server.check_format(work)
    assert not told.exists()
