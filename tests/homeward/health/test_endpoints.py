"""`/live`, `/startup`, `/ready` and `/metrics`: answered by a thread, from what the hub last said of itself."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import Any

import pytest
from seconds import Seconds

from homeward.embedded.probe import free_port
from homeward.health.board import Board
from homeward.health.server import serving

SINCE = {"consumers": "2026-03-02T12:00:00+00:00"}
READY = {"ready": True, "checks": {"consumers": True}, "faults": {}, "since": SINCE}


@contextmanager
def served(board: Board) -> Iterator[HTTPConnection]:
    port = free_port(())
    with serving(board, "127.0.0.1", port), closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        yield connection


def ask(connection: HTTPConnection, path: str) -> tuple[int, Any]:
    """These tests are no coroutines: while they ask, no loop of this thread could answer."""
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, json.loads(body) if path != "/metrics" and answer.status != 404 else body.decode()


def test_a_process_that_starts_is_live_and_not_ready() -> None:
    with served(Board()) as hub:
        assert ask(hub, "/live") == (200, {"live": True})
        assert ask(hub, "/startup") == (503, {"started": False})
        assert ask(hub, "/ready") == (503, {"ready": False, "checks": {}, "faults": {"hub": "starting"}, "since": {}})
        assert "homeward_ready 0.0" in ask(hub, "/metrics")[1]
        assert ask(hub, "/")[0] == 404


def test_it_says_what_the_hub_has_shown() -> None:
    board = Board(has_started=True)
    with served(board) as hub:
        board.show(READY)
        assert ask(hub, "/startup")[0] == 200
        assert ask(hub, "/ready") == (200, READY)
        board.show(READY | {"ready": False, "faults": {"consumers": "none runs"}})
        assert ask(hub, "/ready")[0] == 503
        board.close()
        assert ask(hub, "/ready")[1]["faults"] == {"hub": "stopping"}
        assert ask(hub, "/live")[0] == 200


def test_a_hub_that_is_silent_is_not_ready_and_after_two_minutes_not_live() -> None:
    clock = Seconds()
    board = Board(clock)
    board.show(READY)
    with served(board) as hub:
        clock.now = 19
        assert ask(hub, "/ready")[0] == 200
        clock.now = 21
        status, state = ask(hub, "/ready")
        assert (status, state["faults"]) == (503, {"hub": "it has not looked after itself for 21 s"})
        assert (state["checks"], ask(hub, "/live")[0]) == ({"consumers": True, "hub": False}, 200)
        clock.now = 121
        assert ask(hub, "/live") == (503, {"live": False})


def test_a_port_that_is_taken_is_an_error_and_port_0_serves_nothing() -> None:
    port = free_port(())
    with serving(Board(), "127.0.0.1", port), pytest.raises(OSError), serving(Board(), "127.0.0.1", port):  # noqa: PT011
        pass
    with serving(Board(), "127.0.0.1", 0):
        pass
