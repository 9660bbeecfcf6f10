"""A settlement that fails: whoever was to be settled with it goes no further, and all of it is told anew."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio
from relay_running import PATIENCE, Arrivals, running
from relay_world import LEASE, WORKER, World, a_world, row

from outbox.handed import _LINGER
from store import Settlement
from store.errors import StoreRefusedError


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[World]:
    async with a_world() as made:
        yield made


def fail_once(hub: World, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """The next settlement of something that has left fails, as by a fault of ours. Set when it did."""
    kept, failed = hub.store.settle, asyncio.Event()

    async def settle(owner: str, settlements: Sequence[Settlement], *more: object) -> None:
        if not failed.is_set() and any(each.outcome == "accepted" for each in settlements):
            failed.set()
            raise StoreRefusedError("22021")
        await kept(owner, settlements, *more)

    monkeypatch.setattr(hub.store, "settle", settle)
    return failed


async def test_a_letter_whose_settlement_failed_with_others_lets_none_of_its_lane_pass(
    hub: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hub.promise(row("other", child="k2", to=WORKER), row("first", to=WORKER), row("second", to=WORKER))
    fail_once(hub, monkeypatch)
    relay = hub.relay()
    with pytest.raises(StoreRefusedError):
        await relay.drain()
    assert [item.row for item in hub.mails.delivered] == ["other", "first"]
    hub.now += LEASE
    await relay.drain()
    again = [item.row for item in hub.mails.delivered][2:]
    assert again == ["other", "first", "second"]
    assert await hub.states() == dict.fromkeys(["other", "first", "second"], "accepted")


async def test_a_row_whose_settlement_failed_with_others_is_not_said_to_be_settled(
    hub: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    arrivals = Arrivals(hub)
    await hub.promise(row("first", child="first"))
    async with running(hub.relay(look=0.01)):
        await arrivals.reach(1)
        await asyncio.sleep(2 * _LINGER)
        failed = fail_once(hub, monkeypatch)
        caplog.clear()
        await hub.promise(row("a", child="ka"))
        await hub.promise(row("b", child="kb"))
        async with asyncio.timeout(PATIENCE):
            await failed.wait()
        await asyncio.sleep(2 * _LINGER)
        assert len([each for each in caplog.records if "failed unexpectedly" in each.message]) == 2
        assert not [each for each in caplog.records if each.message == "Sent a batch"]
        hub.now += LEASE
        await arrivals.reach(5)
    assert hub.arrived()[:3] == ["first", "a", "b"]
    assert sorted(hub.arrived()[3:]) == ["a", "b"]
    assert await hub.states() == dict.fromkeys(["first", "a", "b"], "accepted")
