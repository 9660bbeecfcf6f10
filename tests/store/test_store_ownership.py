"""A name is held by one process at a time, and each change of hands raises its token."""

import asyncio

import pytest
from sqlalchemy import text
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
    second = await _until_taken(other)
    assert all(second[name] > first[name] for name in NAMES)
    assert await one.renew(NOON, LEASE) == {}


async def test_asking_again_for_what_is_held_keeps_its_token(store: Store) -> None:
    one = Ownership(store, "one")
    first = dict(await one.acquire(NAMES[:1], NOON, LEASE))
    both = await one.acquire(NAMES[:2], NOON, LEASE)
    assert both["relay/0"] == first["relay/0"]
    assert set(await one.renew(NOON + SECOND, LEASE)) == set(NAMES[:2])


async def test_a_lease_on_sqlite_lapses_unless_it_is_renewed(tmp_path_factory: pytest.TempPathFactory) -> None:
    store = Store.open(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('lease') / 'store.db'}")
    await store.create()
    one, other = Ownership(store, "one"), Ownership(store, "other")
    await one.acquire(["timers"], NOON, LEASE)
    await one.renew(NOON + LEASE - SECOND, LEASE)
    assert await other.acquire(["timers"], NOON + LEASE, LEASE) == {}
    assert set(await other.acquire(["timers"], NOON + 2 * LEASE, LEASE)) == {"timers"}
    assert await one.renew(NOON + 2 * LEASE, LEASE) == {}
    await store.close()


@pytest.mark.postgres
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
async def test_on_postgres_a_name_falls_free_when_the_session_of_its_holder_ends(
    two_hubs: tuple[Store, Store],
) -> None:
    one, other = (Ownership(store, owner) for store, owner in zip(two_hubs, ("one", "other"), strict=True))
    first = dict(await one.acquire(NAMES, NOON, LEASE))
    async with two_hubs[1].connection() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))
    second = await _until_taken(other)
    assert all(second[name] > first[name] for name in NAMES)
    assert await one.renew(NOON, LEASE) == {}
    assert await one.acquire(NAMES, NOON, LEASE) == {}


async def _until_taken(other: Ownership) -> dict[str, int]:
    """A session that ends takes Postgres a moment; nothing tells when it is over, so ask until it is."""
    async with asyncio.timeout(30):
        while set(await other.acquire(NAMES, NOON, LEASE)) != set(NAMES):
            pass
    return dict(other.held)
