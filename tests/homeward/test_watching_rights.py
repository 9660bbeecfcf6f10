"""How often a hub asks Kafka what it may do."""

from types import SimpleNamespace
from typing import Any

import pytest

from homeward import watching
from homeward.rights import Need, Rights
from homeward.settings import Settings

LACKING = [Rights(missing=(Need("Write", "hub.operators.v1"),)), Rights(unreadable=("police.zx.notifications.v1",))]


async def asked(rights: Rights, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When it asks within 21 seconds, of a Kafka that always says the same."""
    passed, times = [0.0], list[float]()

    async def look(*_: Any) -> Rights:
        times.append(passed[0])
        return rights

    monkeypatch.setattr(watching, "look", look)
    consuming: Any = SimpleNamespace(consumers=list, pattern="^police", partitions=dict)
    watch = watching.Watch(Settings(kafka_bootstrap="127.0.0.1:1"), {}, ["relay"], consuming, lambda: passed[0])
    await watch.start()
    while passed[0] < 21:
        passed[0] += watching._LOOK_EVERY
        await watch.turn()
    return times


async def test_it_asks_now_and_then_while_nothing_is_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await asked(Rights(), monkeypatch) == [0.0, 20.0]


@pytest.mark.parametrize("rights", LACKING, ids=["a right", "a topic"])
async def test_it_asks_at_every_turn_while_something_is_lacking(
    rights: Rights, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await asked(rights, monkeypatch) == [0.0, 5.0, 10.0, 15.0, 20.0, 25.0]
