"""Where claims from the beginning take long, those between two of them start further on. What may be sent before that
is late by a little, is never left, and is never passed by what follows it in its lane: for that the claim looks from
the beginning after all."""

import asyncio
from collections.abc import Sequence

import pytest
from relay_running import Arrivals, running
from relay_world import CARE, LEASE, MINUTE, POLICE, Watched, World, row

from outbox import claim_start
from outbox.claim_start import ClaimStart
from outbox.dispatch import Manner
from outbox.relay import Relay
from schemas.delivery import Outgoing, Receipt, Verdict
from store.instants import written
from store.pausing import Pause
from store.rows import shard_of


@pytest.fixture(autouse=True)
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every claim takes long, and the next one from the beginning is far away."""
    monkeypatch.setattr(claim_start, "_SHORT", -1.0)
    monkeypatch.setattr(claim_start, "_SHARE", 1e-9)
    monkeypatch.setattr(claim_start, "_AT_MOST", 1e9)
    monkeypatch.setattr(claim_start, "_SPARES", 1e9)


class Unhurried(Watched):
    """A sender that takes 20 ms for each batch."""

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        await asyncio.sleep(0.02)
        return await super().send(batch)


def starts_at(relay: Relay, position: int, part: int | None = None) -> None:
    """As if the last claim from the beginning, of all shards or of a part, had found its first row there."""
    start = relay._channels["topic"]._starts[part]
    start.claimed(0, 1.0, position)
    assert start.position() == position


async def before_a_start(hub: World, relay: Relay, restored: str) -> None:
    """A row "a" that another relay could not send, "b" of another lane, and "c" behind "a"; the next claim starts at
    "b"."""
    other = hub.relay("other")
    hub.fates["a"] = Verdict.RETRY if restored == "retried" else Verdict.REFUSED
    await hub.promise(row("a"))
    await other.drain()
    await other.stop()
    await hub.promise(row("b", child="k2"), row("c"))
    starts_at(relay, 2)
    hub.fates.clear()
    hub.now += MINUTE
    if restored == "released":
        await hub.release()


@pytest.mark.parametrize("restored", ["retried", "released"])
async def test_nothing_passes_what_may_be_sent_again_before_the_start(hub: World, restored: str) -> None:
    relay = hub.relay()
    await before_a_start(hub, relay, restored)
    await relay.drain()
    assert hub.arrived() == ["a", "b", "c"]


async def test_a_relay_that_runs_looks_from_the_beginning_when_that_is_due(
    hub: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrivals, relay = Arrivals(hub), hub.relay()
    monkeypatch.setattr(claim_start, "_AT_MOST", 0.3)
    await hub.promise(row("first"), row("second", child="k2"))
    starts_at(relay, 2)
    async with running(relay):
        await arrivals.reach(2)
    assert hub.arrived() == ["second", "first"]


async def test_nothing_passes_what_a_former_relay_left(hub: World) -> None:
    relay = hub.relay()
    await hub.promise(row("a"), row("b", child="k2"), row("c"))
    left = f"state='sending', lease_owner='other', fence=0, lease_until='{written(hub.now + LEASE)}'"
    async with hub.store.connection() as connection:
        await connection.exec_driver_sql(f"UPDATE deliveries SET {left} WHERE position=1")
    await relay.drain()
    assert hub.arrived() == ["b"]
    hub.now += LEASE
    starts_at(relay, 2)
    await relay.drain()
    assert hub.arrived() == ["b", "a", "c"]


async def test_nothing_passes_what_was_paused_and_goes_on(hub: World) -> None:
    relay = hub.relay()
    await hub.promise(row("a"), row("b", child="k2", to=POLICE), row("c"))
    async with hub.store.transaction() as tx:
        await tx.pause(Pause(CARE, "h.ops", hub.now, "their system is down"))
    await relay.drain()
    assert hub.arrived() == ["b"]
    starts_at(relay, 2)
    async with hub.store.transaction() as tx:
        await tx.resume(CARE, "h.ops", hub.now)
    await relay.drain()
    assert hub.arrived() == ["b", "a", "c"]


@pytest.mark.postgres
async def test_nothing_passes_what_was_committed_late(hub: World) -> None:
    if not hub.store.postgres:
        return  # one writes after the other, so none is late
    relay, written_, go = hub.relay(), asyncio.Event(), asyncio.Event()

    async def late() -> None:
        async with hub.store.transaction() as tx:
            await tx.append([], [row("a")])
            await tx.flush()
            written_.set()
            await go.wait()

    committed = asyncio.create_task(late())
    await written_.wait()
    await hub.promise(row("b", child="k2"))
    await relay.drain()
    go.set()
    await committed
    starts_at(relay, 2)
    await hub.promise(row("c"))
    await relay.drain()
    assert hub.arrived() == ["b", "a", "c"]


async def test_a_found_that_overtakes_passes_nothing_that_it_would_not_pass_else(hub: World) -> None:
    relay = hub.relay()
    await before_a_start(hub, relay, "released")
    await hub.promise(row("home", type="notify.found"))
    await relay.drain()
    assert hub.arrived() == ["a", "b", "c", "home"]


async def test_a_found_goes_in_time_that_overtakes_what_waits_before_the_start(hub: World) -> None:
    relay = hub.relay()
    hub.fates["a"] = Verdict.REFUSED
    await hub.promise(row("a"), row("c"))
    await relay.drain()
    await hub.promise(row("home", type="notify.found"))
    starts_at(relay, 3)
    await relay.drain()
    assert hub.arrived() == ["home"]
    assert (await hub.states())["c"] == "prepared"


async def test_all_that_may_be_sent_is_sent_before_a_drain_ends(hub: World) -> None:
    relay = hub.relay()
    await hub.promise(row("first"), row("second", child="k2"))
    starts_at(relay, 2)
    await relay.drain()
    assert hub.arrived() == ["second", "first"]


async def test_a_part_is_looked_through_from_the_beginning_though_the_others_go_on(
    hub: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = hub.relay(batch=2, manners={"topic": Manner(claims=2)}, senders={"topic": Unhurried(hub.topics)})
    await relay.drain()  # it has its shards
    here, there = (next(name for name in map(str, range(99)) if shard_of(name) % 2 == part) for part in (0, 1))
    await hub.promise(row("first", child=here), *(row(f"{n:02}", child=there) for n in range(99)))
    monkeypatch.setattr(claim_start, "_AT_MOST", 0.2)
    for part in (None, 0):
        starts_at(relay, 2, part)
    await relay.drain()
    assert sorted(hub.arrived()) == [*(f"{n:02}" for n in range(99)), "first"]
    assert hub.arrived()[-1] == "98"


async def test_a_probe_looks_from_the_beginning(hub: World) -> None:
    """What is away is tried by its oldest row, wherever the other claims start."""
    relay = hub.relay()
    hub.fates = {name: Receipt(name, Verdict.AWAY, "no such topic", address_only=True) for name in ("first", "second")}
    await hub.promise(row("first"), row("second", child="k2"))
    await relay.drain()
    assert relay.circuits["topic"].away
    hub.fates.clear()
    hub.now += MINUTE
    starts_at(relay, 2)
    await relay.drain()
    assert hub.arrived()[0] == "first"


def test_a_claim_starts_where_the_last_one_from_the_beginning_has_found_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = 100.0
    for name, value in {"_SHORT": 0.02, "_SHARE": 0.1, "_AT_MOST": 10.0, "_SPARES": 0.5}.items():
        monkeypatch.setattr(claim_start, name, value)
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
    start.claimed(0, 5.0, None)
    assert (start.position(), start.owed()) == (7, None)
    clock = 115.0
    assert start.position() == 0, "ten seconds at most"
    start.claimed(0, 0.5, 9)
    start.claimed(9, 0.5, 4)
    assert (start.position(), start.owed()) == (4, None), "it found something before its start"
    start.claimed(4, 0.2, None)
    start.anew()
    assert (start.position(), start.owed()) == (0, None)
    start.claimed(0, 0.4, 9)
    start.claimed(9, 0.3, 9)
    assert (start.position(), start.owed()) == (0, 0.0), "it was hardly shorter: the next looks from the beginning"
    start.claimed(0, 0.4, 9)
    assert (start.position(), start.owed()) == (0, None), "and so do all for ten seconds"
    clock = 125.0
    start.claimed(0, 0.4, 9)
    assert start.position() == 9
