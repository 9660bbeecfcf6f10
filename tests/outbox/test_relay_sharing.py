"""Relays that run side by side divide the shards, and every lane keeps its order while they join, leave and die."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest
from relay_running import PATIENCE, Arrivals, Slow, running
from relay_world import LEASE, World, row
from sqlalchemy import select

from outbox.relay import Relay
from outbox.relay_shards import Shards
from schemas.delivery import Outgoing, Receipt
from store import SHARDS, StoreUnavailableError
from store.claiming import Claiming
from store.delivery_table import deliveries
from store.instants import written

CHILDREN, EACH = 24, 3


async def shares(*relays: Relay) -> list[int]:
    """How many shards each holds, when each has looked twice."""
    for relay in (*relays, *relays):
        await relay.drain()
    return [relay.shards for relay in relays]


async def test_relays_share_by_how_many_they_are(hub: World) -> None:
    first, second, third = (hub.relay(name) for name in ("one", "two", "three"))
    assert await shares(first) == [SHARDS]
    assert await shares(first, second) == [8, 8]
    assert await shares(first, second, third) == [6, 6, 4]
    await first.stop()
    assert await shares(second, third) == [8, 8]
    hub.now += LEASE
    assert await shares(third) == [SHARDS], "the other has died"


class Interrupted:
    """A sender that lets something happen whenever it has sent."""

    def __init__(self, world: World) -> None:
        self.world, self.others = world, list[Relay]()

    async def start(self) -> None: ...
    async def stop(self) -> None: ...

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        receipts = await self.world.topics.send(batch)
        for other in self.others:
            await other.drain()
        return receipts


async def test_every_lane_keeps_its_order_while_relays_join_and_leave(hub: World) -> None:
    rows = [row(f"{n}-{child:02}", child=f"child {child}") for n in range(EACH) for child in range(CHILDREN)]
    sender = Interrupted(hub)
    first, second = hub.relay("one", senders={"topic": sender}, batch=5), hub.relay("two", batch=5)
    sender.others = [second]
    await hub.promise(*rows[: len(rows) // 2])
    await first.drain()  # and the second joins in its midst
    await hub.promise(*rows[len(rows) // 2 :])
    await asyncio.gather(first.drain(), second.drain())
    sender.others = []
    await first.stop()
    await second.drain()
    assert sorted(hub.arrived()) == sorted(each.id for each in rows)
    for child in range(CHILDREN):
        of_child = [id for id in hub.arrived() if id.endswith(f"-{child:02}")]
        assert of_child == sorted(of_child)


async def leave(hub: World, position: int, until: datetime) -> None:
    """The row was leased by a relay that has had its shard before."""
    left = "state = 'sending', lease_owner = 'former', fence = 0"
    async with hub.store.connection() as connection:
        await connection.exec_driver_sql(
            f"UPDATE deliveries SET {left}, lease_until = '{written(until)}' WHERE position = {position}"
        )


async def test_what_a_former_relay_is_late_to_commit_goes_when_its_lease_has_lapsed(hub: World) -> None:
    relay = hub.relay("two")
    await hub.promise(row("a"))
    await relay.drain()  # has found that nobody before it had left anything
    await hub.promise(row("b"), row("c"))
    await leave(hub, 2, hub.now + LEASE)
    await relay.drain()
    assert hub.arrived() == ["a"]
    hub.now += LEASE
    await relay.drain()
    assert hub.arrived() == ["a", "b", "c"]


async def test_what_a_former_relay_left_goes_soon_after_its_lease_has_lapsed(hub: World) -> None:
    await hub.promise(row("a"), row("b", child="k2"))
    await leave(hub, 1, hub.now + LEASE / 2)
    arrivals = Arrivals(hub)
    async with running(hub.relay("two", look=0.05)):
        await arrivals.reach(1)
        hub.now += LEASE / 2
        await arrivals.reach(2, within=LEASE.total_seconds() / 6)  # and not when the shards are next prolonged
    assert hub.arrived() == ["b", "a"]


async def test_where_the_look_for_what_others_left_fails_it_is_made_again(
    hub: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shards = Shards(hub.store, "two", LEASE)
    await hub.promise(row("a"))
    await leave(hub, 1, hub.now)

    async def fails(*_: object) -> tuple[int, int]:
        raise StoreUnavailableError("away")

    with monkeypatch.context() as patched:
        patched.setattr(Claiming, "free_lapsed", fails)
        with pytest.raises(StoreUnavailableError):
            await shards.hold(hub.now)
    assert shards.stand(hub.now), "they are held all the same"
    assert shards.inherits
    assert await shards.hold(hub.now), "there is more to send"
    assert ((await hub.states())["a"], shards.inherits) == ("prepared", False)


@pytest.mark.parametrize("way", ["claimed", "handed over"])
async def test_the_lease_of_what_is_under_way_is_prolonged(hub: World, way: str) -> None:
    slow = Slow(hub)
    relay = hub.relay(senders={"topic": slow})
    if way == "claimed":
        await hub.promise(row("a"), row("b", child="k2"))
    async with running(relay):
        await relay._shards.hold(hub.now)
        async with asyncio.timeout(PATIENCE):
            if way == "handed over":
                await hub.promise(row("a"), row("b", child="k2"))
            await slow.begun.wait()
        hub.now += LEASE / 2
        await relay._shards.hold(hub.now)
        async with hub.store.connection() as connection:
            leased = (await connection.execute(select(deliveries.c.state, deliveries.c.lease_until))).all()
        slow.let_go.set()
    assert [tuple(each) for each in leased] == [("sending", hub.now + LEASE)] * 2
