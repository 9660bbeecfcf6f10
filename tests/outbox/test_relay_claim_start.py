"""Where claims from the beginning take long, those between two of them start further on; what may be sent before that
is late by a little and never left."""

import pytest
from relay_running import Arrivals, running
from relay_world import MINUTE, World, row

from outbox import claim_start
from outbox.claim_start import ClaimStart
from schemas.delivery import Verdict


@pytest.fixture(autouse=True)
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every claim takes long, and the next one from the beginning is far away."""
    monkeypatch.setattr(claim_start, "_SHORT", -1.0)
    monkeypatch.setattr(claim_start, "_SHARE", 1e-9)


async def test_all_that_may_be_sent_is_sent_before_a_drain_ends(hub: World) -> None:
    before, relay = hub.relay("one"), hub.relay("two")
    hub.fates["early"] = Verdict.RETRY
    await hub.promise(row("early"))
    await before.drain()
    await before.stop()
    await hub.promise(row("first", child="k2"))
    await relay.drain()
    hub.fates.clear()
    hub.now += MINUTE
    await hub.promise(row("second", child="k3"))
    await relay.drain()
    assert hub.arrived() == ["first", "second", "early"]


async def test_a_relay_that_rests_looks_from_the_beginning_when_that_is_due(hub: World) -> None:
    hub.fates["early"] = Verdict.RETRY
    arrivals = Arrivals(hub)
    await hub.promise(row("early"), row("first", child="k2"))
    relay = hub.relay()
    async with running(relay):
        await arrivals.reach(1)
        for start in relay._channels["topic"]._starts.values():
            start.claimed(0, 0.5e-9, 2)  # and that is in half a second
        hub.fates.clear()
        hub.now += MINUTE
        hub.store.hand_to(None)
        await hub.promise(row("second", child="k3"))
        relay.wake()
        await arrivals.reach(3)
    assert hub.arrived() == ["first", "second", "early"]


def test_a_claim_starts_where_the_last_one_from_the_beginning_has_found_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = 100.0
    monkeypatch.setattr(claim_start, "_SHORT", 0.02)
    monkeypatch.setattr(claim_start, "_SHARE", 0.1)
    monkeypatch.setattr("time.monotonic", lambda: clock)
    start = ClaimStart()
    start.claimed(0, 0.01, 7)
    assert (start.position(), start.owed()) == (0, None), "that was short"
    start.claimed(0, 0.5, 7)
    assert (start.position(), start.owed()) == (7, None)
    start.claimed(7, 0.001, 90)
    clock = 104.0
    assert (start.position(), start.owed()) == (7, 1.0)
    clock = 105.0
    assert (start.position(), start.owed()) == (0, 0.0)
    start.claimed(0, 0.5, None)
    assert (start.position(), start.owed()) == (7, None)
    start.anew()
    assert (start.position(), start.owed()) == (0, None)
