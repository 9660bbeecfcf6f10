"""A name is held by one process at a time, and each change of hands raises its token."""

import asyncio

from store_examples import LEASE, NOON, SECOND

from store import Ownership, Store

NAMES = ["relay/0", "relay/1", "timers"]


async def test_of_two_processes_one_holds_a_name(two_hubs: tuple[Store, Store]) -> None:
    one, other = (Ownership(store, owner) for store, owner in zip(two_hubs, ("one", "other"), strict=True))
    assert set(await one.acquire(NAMES[:2], NOON, LEASE)) == set(NAMES[:2])
    assert set(await other.acquire(NAMES, NOON, LEASE)) == {"timers"}
    assert set(await one.acquire(NAMES, NOON, LEASE)) == set(NAMES[:2])


async def test_two_that_ask_at_once_share_the_names_between_them(two_hubs: tuple[Store, Store]) -> None:
    one, other = (Ownership(store, owner) for store, owner in zip(two_hubs, ("one", "other"), strict=True))
    names = [f"relay/{number}" for number in range(50)]
    held = await asyncio.gather(one.acquire(names, NOON, LEASE), other.acquire(names, NOON, LEASE))
    assert sorted([*held[0], *held[1]]) == sorted(names)


async def test_what_is_released_can_be_taken_at_once_with_a_higher_token(two_hubs: tuple[Store, Store]) -> None:
    one, other = (Ownership(store, owner) for store, owner in zip(two_hubs, ("one", "other"), strict=True))
    first = dict(await one.acquire(NAMES, NOON, LEASE))
    await one.release(NOON)
    assert one.held == {}
    second = await other.acquire(NAMES, NOON, LEASE)
    assert all(second[name] > first[name] for name in NAMES)
    assert await one.renew(NOON, LEASE) == {}


async def test_asking_again_for_what_is_held_keeps_its_token(store: Store) -> None:
    one = Ownership(store, "one")
    first = dict(await one.acquire(NAMES[:1], NOON, LEASE))
    both = await one.acquire(NAMES[:2], NOON, LEASE)
    assert both["relay/0"] == first["relay/0"]
    assert set(await one.renew(NOON + SECOND, LEASE)) == set(NAMES[:2])


async def test_a_lease_lapses_unless_it_is_renewed(two_hubs: tuple[Store, Store]) -> None:
    one, other = (Ownership(store, owner) for store, owner in zip(two_hubs, ("one", "other"), strict=True))
    first = dict(await one.acquire(["timers"], NOON, LEASE))
    await one.renew(NOON + LEASE - SECOND, LEASE)
    assert await other.acquire(["timers"], NOON + LEASE, LEASE) == {}
    second = await other.acquire(["timers"], NOON + 2 * LEASE, LEASE)
    assert second["timers"] > first["timers"]
    assert await one.renew(NOON + 2 * LEASE, LEASE) == {}
    assert await one.acquire(["timers"], NOON + 2 * LEASE, LEASE) == {}


async def test_a_lease_that_was_taken_by_a_clock_ahead_bars_nobody(two_hubs: tuple[Store, Store]) -> None:
    one, other = (Ownership(store, owner) for store, owner in zip(two_hubs, ("one", "other"), strict=True))
    first = dict(await one.acquire(["timers"], NOON + 100 * LEASE, LEASE))
    second = await other.acquire(["timers"], NOON, LEASE)
    assert second["timers"] > first["timers"]


async def test_a_lease_outlives_the_connections_of_its_holder(two_hubs: tuple[Store, Store]) -> None:
    one, other = (Ownership(store, owner) for store, owner in zip(two_hubs, ("one", "other"), strict=True))
    await one.acquire(["timers"], NOON, LEASE)
    await two_hubs[0].close()
    assert await other.acquire(["timers"], NOON + SECOND, LEASE) == {}
    assert set(await one.renew(NOON + SECOND, LEASE)) == {"timers"}
