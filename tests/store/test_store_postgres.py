"""A Postgres that hangs, is cut off or cannot write is found out in time, and left for one that can."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import text
from store_examples import LEASE, NOON, Relay, promise, promised

from homeward.torture.line import line_to
from store import SHARDS, Ownership, Store, shard_name
from store.errors import StoreUnavailableError

pytestmark = pytest.mark.postgres
PATIENCE = 20.0  # seconds; what is bounded here takes two or three


async def test_a_line_that_is_cut_is_waited_for_so_long_and_then_left(postgres: Callable[[], str]) -> None:
    async with line_to(postgres()) as line:
        store = Store.open(line.url, within=1.0)
        await store.create()
        async with store.transaction(brief=True), store.transaction(brief=True):
            pass  # two connections in the pool
        line.cut()
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(StoreUnavailableError):
                await Ownership(store, "one").acquire(["timers"], NOON, LEASE)
            assert set(await Ownership(store, "one").acquire(["timers"], NOON, LEASE)) == {"timers"}
            await store.close()


async def test_what_was_connected_while_the_server_was_read_only_writes_when_it_is_not(
    postgres: Callable[[], str],
) -> None:
    url = postgres()
    keeper, store = Store.open(url), Store.open(url)
    await keeper.create()
    await _say(keeper, "ALTER DATABASE {} SET default_transaction_read_only = on")
    try:
        with pytest.raises(StoreUnavailableError):
            await Ownership(store, "one").acquire(["timers"], NOON, LEASE)
    finally:
        await _say(keeper, "ALTER DATABASE {} RESET default_transaction_read_only")
    assert set(await Ownership(store, "one").acquire(["timers"], NOON, LEASE)) == {"timers"}
    await store.close()
    await keeper.close()


async def test_a_line_that_dies_before_anybody_listens_on_it_is_no_fault_of_ours(
    postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, listen = Store.open(postgres()), asyncpg.Connection.add_listener

    async def die_first(self: Any, *told: Any) -> None:
        self.terminate()
        await listen(self, *told)

    monkeypatch.setattr(asyncpg.Connection, "add_listener", die_first)
    with pytest.raises(StoreUnavailableError):
        await store.hearing(lambda: None).__aenter__()
    monkeypatch.undo()
    async with store.hearing(lambda: None) as lost:
        assert not lost.is_set()
    await store.close()


@pytest.mark.parametrize("brief", [None, False, True])
async def test_a_line_that_dies_as_it_is_given_back_is_no_fault_of_ours(
    postgres: Callable[[], str], brief: bool | None
) -> None:
    url = postgres()
    keeper, store = Store.open(url), Store.open(url)

    async def die_inside() -> None:
        async with store.reading() if brief is None else store.transaction(brief=brief) as tx:
            process = (await tx._rows(text("SELECT pg_backend_pid()"))).scalar_one()
            await _say(keeper, f"SELECT pg_terminate_backend({process})")

    with pytest.raises(StoreUnavailableError):
        await die_inside()
    async with store.reading() as tx:
        assert (await tx._rows(text("SELECT 1"))).scalar_one() == 1
    await store.close()
    await keeper.close()


async def test_who_is_called_off_ends_although_the_line_dies_as_it_is_given_back(postgres: Callable[[], str]) -> None:
    url = postgres()
    keeper, store = Store.open(url), Store.open(url)
    inside = asyncio.Event()

    async def be_called_off() -> None:
        async with store.transaction(brief=True) as tx:
            process = (await tx._rows(text("SELECT pg_backend_pid()"))).scalar_one()
            await _say(keeper, f"SELECT pg_terminate_backend({process})")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(be_called_off())
    await inside.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    await store.close()
    await keeper.close()


async def test_a_process_that_hangs_in_a_brief_transaction_bars_nobody_for_long(postgres: Callable[[], str]) -> None:
    store = Store.open(postgres())
    async with store.transaction(brief=True) as tx:
        bounds = await _bounds(tx._connection)
    async with store.transaction() as tx:
        assert await _bounds(tx._connection) == ("30s", "10s", "0")
    assert bounds == ("10s", "8s", "20s")
    await store.close()


async def test_both_ends_of_a_line_notice_that_the_other_is_gone(postgres: Callable[[], str]) -> None:
    async with line_to(postgres()) as line:
        store = Store.open(line.url)
        async with store.connection() as connection:
            raw = await connection.get_raw_connection()
            end = raw.driver_connection._transport.get_extra_info("socket")  # type: ignore[union-attr]
            assert end.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 14_000
            asked = text("SELECT setting FROM pg_settings WHERE name = 'tcp_user_timeout' AND source = 'client'")
            assert (await connection.execute(asked)).one()
        await store.close()


async def test_a_store_is_closed_within_seconds_although_nobody_answers_on_its_lines(
    postgres: Callable[[], str],
) -> None:
    async with line_to(postgres()) as line:
        store = Store.open(line.url)
        async with AsyncExitStack() as several:
            for _ in range(3):
                tx = await several.enter_async_context(store.reading())
                await tx._rows(text("SELECT 1"))
        line.cut()
        async with asyncio.timeout(10):  # each line by itself would take twice as long
            await store.close()


async def _bounds(connection: object) -> tuple[str, ...]:
    names = ("idle_in_transaction_session_timeout", "lock_timeout", "transaction_timeout")
    found = [await connection.execute(text(f"SHOW {name}")) for name in names]  # type: ignore[attr-defined]
    return tuple(each.scalar_one() for each in found)


async def _say(store: Store, statement: str) -> None:
    async with store.connection() as connection:
        name = (await connection.execute(text("SELECT current_database()"))).scalar_one()
        await connection.execute(text(statement.format(f'"{name}"')))


@pytest.mark.parametrize("statement", ["renew", "claim"])
async def test_leases_are_locked_in_the_order_of_their_names_so_that_none_waits_in_a_circle(
    postgres: Callable[[], str], statement: str
) -> None:
    url = postgres()
    keeper, store = Store.open(url), Store.open(url)
    await keeper.create()
    for plan in ("nestloop", "mergejoin"):  # what is left gives no order of itself
        await _say(keeper, f"ALTER DATABASE {{}} SET enable_{plan} = off")
    own, names = Ownership(store, "one"), sorted(shard_name(shard) for shard in range(SHARDS))
    for name in reversed(names):  # so that they lie in the table in another order
        await own.acquire([name], NOON, LEASE)
    fences = {shard: own.held[shard_name(shard)] for shard in range(SHARDS)}

    async def claim() -> None:
        async with store.transaction(brief=True) as tx:
            await tx.claim_deliveries("one", fences, NOON, LEASE, 10, "topic")

    async with store.connection() as holding:
        row = text("SELECT pg_backend_pid() FROM leases WHERE name = :name FOR UPDATE")
        holder = (await holding.execute(row, {"name": names[5]})).scalar_one()
        asking = asyncio.create_task(own.renew(NOON, LEASE) if statement == "renew" else claim())
        async with store.reading_connection() as looking, asyncio.timeout(PATIENCE):
            blocked = text("SELECT count(*) FROM pg_stat_activity WHERE :holder = ANY(pg_blocking_pids(pid))")
            while not (await looking.execute(blocked, {"holder": holder})).scalar_one():
                await looking.rollback()  # what it sees of the server's activity stands for a transaction
        free = await holding.execute(text("SELECT name FROM leases ORDER BY name FOR UPDATE SKIP LOCKED"))
        assert [name for (name,) in free] == names[5:]
    await asking
    for plan in ("nestloop", "mergejoin"):
        await _say(keeper, f"ALTER DATABASE {{}} RESET enable_{plan}")
    await keeper.close()
    await store.close()


async def test_leases_of_rows_are_prolonged_without_waiting_for_one_that_is_being_settled(
    postgres: Callable[[], str],
) -> None:
    store = Store.open(postgres())
    await store.create()
    await promise(store, promised("row-1", child="one"), promised("row-2", child="two"))
    relay = await Relay(store).own()
    assert len(await relay.claim()) == 2
    async with store.connection() as settling, asyncio.timeout(PATIENCE):
        await settling.execute(text("SELECT 1 FROM deliveries WHERE position = 1 FOR UPDATE"))
        async with store.transaction(brief=True) as tx:
            assert await tx.renew_leases("one", [1, 2], NOON, LEASE) == 1
    async with store.transaction(brief=True) as tx:
        assert await tx.renew_leases("one", [1, 2], NOON, LEASE) == 2
    await store.close()
