"""What waits for the database says so once, once a minute while it lasts, and once when it is over."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from store.errors import StoreUnavailableError
from store.trouble import Waiting

log = logging.getLogger("waits")
BEGUN = "Cannot reach the database: deliveries are on hold, retrying"
OVER = "The database answers again: deliveries go on"


@pytest.fixture
async def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock of the loop on by so many seconds."""
    loop = asyncio.get_running_loop()
    began, passed = loop.time(), [0.0]
    monkeypatch.setattr(loop, "time", lambda: began + passed[0])

    def move(seconds: float) -> None:
        passed[0] += seconds

    return move


def fail(waiting: Waiting, part: str, cause: str = "TimeoutError") -> None:
    with pytest.raises(StoreUnavailableError), waiting.for_part(part):
        raise StoreUnavailableError(cause)


async def test_an_outage_has_a_line_at_its_beginning_one_a_minute_and_one_at_its_end(
    later: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    waiting = Waiting(log, "deliveries")
    for second in range(150):
        for part in ("mail", "topic"):
            fail(waiting, part, f"cause {second % 3}")
        later(1)
    with waiting.for_part("mail"):
        pass
    assert [record.getMessage() for record in caplog.records] == [BEGUN] * 3
    with waiting.for_part("topic"):
        pass
    assert [record.getMessage() for record in caplog.records] == [*[BEGUN] * 3, OVER]
    assert vars(caplog.records[-1])["times"] == 300


async def test_what_works_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    waiting = Waiting(log, "deliveries")
    for _ in range(3):
        with waiting.for_part():
            pass
    assert [record for record in caplog.records if record.name == log.name] == []


async def test_another_fault_passes_and_is_no_outage(caplog: pytest.LogCaptureFixture) -> None:
    waiting = Waiting(log, "deliveries")
    with pytest.raises(ValueError, match="ours"), waiting.for_part():
        raise ValueError("ours")
    assert [record for record in caplog.records if record.name == log.name] == []
