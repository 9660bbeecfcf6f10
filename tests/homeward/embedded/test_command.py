"""`homeward broker` as a person or a script calls it."""

import signal
import socket
from pathlib import Path

import pytest

from homeward.embedded.probe import _LOOPBACK, free_port, known_brokers
from tests.homeward.embedded.traffic import command, first_line

pytestmark = pytest.mark.kafka


async def test_it_says_its_address_and_stops_cleanly_when_asked(tmp_path: Path) -> None:
    port = free_port(())
    async with command("broker", "--folder", str(tmp_path), "--port", str(port)) as broker:
        assert await first_line(broker) == f"{_LOOPBACK}:{port}"
        assert known_brokers(port) == 1
        async with command("broker", "--folder", str(tmp_path)) as second:
            _, complaint = await second.communicate()
            assert second.returncode == 1
            assert f"already running (process {broker.pid})" in complaint.decode()
        broker.send_signal(signal.SIGTERM)
        output, said = await broker.communicate()
    assert broker.returncode == 0
    assert output == b""
    assert b"Stopped." in said
    assert b"Traceback" not in said
    assert known_brokers(port) is None


async def test_asked_to_stop_before_it_is_up_it_stops_as_cleanly(tmp_path: Path) -> None:
    (tmp_path / "broker.lock").write_text('{"owner": 999999999, "servers": []}')  # taken over with a word: a signal
    async with command("broker", "--folder", str(tmp_path)) as broker:
        assert broker.stderr is not None
        assert b"Taking over its lock" in await broker.stderr.readline()
        broker.send_signal(signal.SIGINT)
        output, said = await broker.communicate()
    assert broker.returncode == 0
    assert output == b""
    assert said == b"Stopped.\n"


async def test_a_port_in_use_is_told_without_a_traceback(tmp_path: Path) -> None:
    with socket.create_server((_LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
        async with command("broker", "--folder", str(tmp_path), "--port", str(port)) as broker:
            output, said = await broker.communicate()
    assert broker.returncode == 1
    assert output == b""
    assert said.decode().startswith(f"Error: Port {port} on {_LOOPBACK} is in use")
    assert b"Traceback" not in said
