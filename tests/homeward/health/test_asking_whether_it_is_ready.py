"""The health check of a container asks where the hub listens, wherever the settings put that."""

import pytest

from homeward.embedded.probe import free_port
from homeward.health.asking import ask
from homeward.health.board import Board
from homeward.health.server import serving


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Where the settings say that the hub listens."""
    chosen = free_port(())
    monkeypatch.setenv("HOMEWARD_HEALTH_PORT", str(chosen))
    monkeypatch.setenv("HOMEWARD_HEALTH_HOST", "0.0.0.0")
    return chosen


def test_a_hub_that_starts_is_not_ready(port: int) -> None:
    with serving(Board(), "127.0.0.1", port):
        assert '"hub":"starting"' in str(ask())


def test_a_hub_that_is_not_there_is_told_with_its_address(port: int) -> None:
    assert str(ask()).startswith(f"http://127.0.0.1:{port}/ready does not answer")


def test_a_hub_that_tells_nobody_is_a_fault_of_the_settings(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEWARD_HEALTH_PORT", "0")
    assert "HOMEWARD_HEALTH_PORT is 0" in str(ask())


def test_a_hub_that_is_ready_is_well(port: int) -> None:
    board = Board()
    board.show({"ready": True, "checks": {}, "faults": {}, "since": {}})
    with serving(board, "127.0.0.1", port):
        assert ask() is None
