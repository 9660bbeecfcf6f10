"""The ledger proves itself: whatever is changed in it, put into it or taken out of it is named at the right row, also
behind the back of the triggers; and what is as it was written proves."""

import asyncio
import hashlib
import random
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from seals import seal
from sqlalchemy import Engine, event, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from store_examples import HOUR, NOON, SECOND, line
from tampering import Forger

from homeward.sealing import Sealer
from store import LedgerRow, Store, StoreUnavailableError, Transaction
from store.instants import written
from store.ledger import canonical, entry_hash
from store.proof import LedgerFault, LedgerProof
from store.roots import leaf, path_of, tree_hash
from store.tables import ledger

EPISODES = ("episode-1", "episode-2", "episode-3")
DAY = timedelta(days=1)
WAYS = 100


class Clock:
    """The time that it is set to."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time


def rows_of(batch: str, episodes: tuple[str, ...] = EPISODES) -> list[LedgerRow]:
    """What a batch writes: a report of no episode with its bytes, and something in each episode."""
    kinds = ("fact", "decision", "delivery")
    report = replace(line(f"{batch}-report", contents=f"body {batch}".encode()), episode=None)
    told = [
        replace(line(f"{batch}-{episode}-{kind}", entry={"n": batch}), kind=kind, episode=episode)
        for kind in kinds
        for episode in episodes
    ]
    looks = [replace(line(f"{batch}-look", contents=b"a reason"), kind="look", episode=episodes[0])]
    return [replace(row, at=NOON + n * SECOND) for n, row in enumerate([report, *told, *looks])]


async def append(store: Store, *rows: LedgerRow) -> None:
    async with store.transaction() as tx:
        await tx.append(rows, [])


async def lived(store: Store) -> int:
    """Two days that are sealed, the first by a root that closes it, and a third that no root covers yet. Returns the
    last position that is sealed."""
    clock = Clock()
    await append(store, *rows_of("a"))
    await seal(Sealer(store, clock.now))
    clock.time += DAY
    await append(store, *rows_of("b"))
    await append(store, *rows_of("c", EPISODES[:1]))
    await seal(Sealer(store, clock.now))
    async with store.reading() as tx:
        newest = await tx.newest_root()
    await append(store, *rows_of("d"))
    await append(store, *rows_of("e", EPISODES[1:]))
    assert newest is not None
    return newest.through


async def proven(store: Store) -> LedgerProof:
    async with store.reading() as tx:
        return await tx.prove_ledger()


@asynccontextmanager
async def behind_the_triggers(store: Store) -> AsyncIterator[AsyncConnection]:
    """A transaction without the triggers and the index that keeps chains single, of which nothing stays."""
    tables = ("ledger", "ledger_roots")
    async with store.connection() as connection:
        for table in tables:
            names = ("only_grows",) if store.postgres else ("no_update", "no_delete")
            for name in names:
                on = f" ON {table}" if store.postgres else ""
                await connection.execute(text(f"DROP TRIGGER {table}_{name}{on}"))
        await connection.execute(text("DROP INDEX ledger_of_episode"))
        yield connection
        await connection.rollback()


def _of_chain(fault: LedgerFault) -> Iterator[str]:
    """The episode that a fault is of, and each row of its chain that is missing."""
    episode = fault.where.removeprefix("Episode ")
    yield episode
    if missing := re.match(r"rows? (\d+)(?: to (\d+))? of its chain", fault.what):
        first, last = missing.groups()
        yield from (f"{episode} {number}" for number in range(int(first), int(last or first) + 1))


async def test_each_of_a_hundred_ways_to_tamper_is_named_at_the_right_row(store: Store) -> None:
    sealed = await lived(store)
    async with store.reading_connection() as connection:
        rows = [dict(row._mapping) for row in await connection.execute(select(ledger).order_by(ledger.c.position))]
    assert (await proven(store)).faults == []
    tried = set()
    for seed in range(WAYS):
        tampering = Forger(random.Random(seed), rows, sealed, store.postgres).tampering()
        tried.add(tampering.what.split()[0])
        async with behind_the_triggers(store) as connection:
            await tampering.do(connection)
            faults = (await Transaction(connection).prove_ledger()).faults
        told = f"{seed}: {tampering.what}\n" + "\n".join(map(str, faults))
        named = {fault.position for fault in faults} - {None}
        assert faults, told
        assert tampering.named <= named <= tampering.named | tampering.may, told
        assert tampering.roots <= {fault.root for fault in faults}, told
        assert tampering.said <= {said for fault in faults for said in _of_chain(fault)}, told
    assert len(tried) > 20
    assert (await proven(store)).faults == []


async def test_rows_that_are_written_at_once_to_one_episode_follow_one_another(
    two_hubs: tuple[Store, Store],
) -> None:
    async def write(store: Store, name: str) -> None:
        for turn in range(5):
            episodes = EPISODES if name == "a" else EPISODES[::-1]
            rows = [replace(line(f"{name}{turn}{episode}"), episode=episode) for episode in episodes]
            with suppress(StoreUnavailableError):  # it came second where a chain began
                await append(store, *rows)
                continue
            await append(store, *rows)

    one, other = two_hubs
    await asyncio.wait_for(asyncio.gather(write(one, "a"), write(other, "b"), write(one, "c")), 60)
    proof = await proven(one)
    assert (proof.rows, proof.faults) == (45, [])


@pytest.mark.postgres
async def test_of_two_that_begin_a_chain_at_once_the_second_is_told_to_try_again(postgres: Callable[[], str]) -> None:
    url, sent = postgres(), asyncio.Event()
    one, other = Store.open(url), Store.open(url)
    await one.create()

    def see(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "INSERT INTO ledger" in statement:
            sent.set()

    async with one.transaction() as tx:
        await tx.append([line("first")], [])
        await tx.flush()
        event.listen(Engine, "before_cursor_execute", see)
        second = asyncio.create_task(append(other, line("second")))
        await asyncio.wait_for(sent.wait(), 60)
        event.remove(Engine, "before_cursor_execute", see)
    with pytest.raises(StoreUnavailableError, match="ledger_of_episode"):
        await second
    await append(other, line("second"))
    proof = await proven(one)
    assert (proof.rows, proof.faults) == (2, [])
    await one.close()
    await other.close()


async def test_a_row_that_somebody_is_still_writing_keeps_what_is_behind_it_from_being_sealed(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    store, clock = Store.open(url), Clock()
    await store.create()
    passed = [0.0]
    sealer = Sealer(store, clock.now, monotonic=lambda: passed[0])
    if not store.postgres:  # one writer: nothing can come before what is there
        await append(store, line("only"))
        await sealer.look()
        assert (await proven(store)).sealed == 1
        await store.close()
        return
    async with store.transaction() as slow:
        await slow.append([line("first")], [])
        await slow.flush()
        await append(store, replace(line("second"), episode="episode-2"))
        for _ in range(10):
            await sealer.look()
        assert (await proven(store)).sealed == 0
        assert "a transaction stays open" in caplog.text
        assert sealer.fault() is None
        passed[0] = 600.0
        assert sealer.fault() == "the ledger has not been sealed for 600 s (a transaction stays open)"
    await seal(sealer)
    assert (sealer.age, sealer.fault()) == (0, None)
    proof = await proven(store)
    assert (proof.sealed, proof.faults) == (2, [])
    await store.close()


async def test_rows_from_before_there_were_chains_are_vouched_for_from_the_first_root_on(store: Store) -> None:
    async with store.connection() as connection:
        for number in range(3):
            row = replace(line(f"old{number}"), at=NOON + number * SECOND)
            told = (row.kind, row.authority, row.episode, row.causation, canonical(row.entry), None)
            values = dict(
                zip(("kind", "authority", "episode", "causation", "entry", "contents_hash"), told, strict=True)
            )
            hashed = entry_hash(row.id, written(row.at), *told)
            await connection.execute(ledger.insert().values(id=row.id, at=row.at, hash=hashed, **values))
    await append(store, line("new"))
    assert (await proven(store)).faults == []
    await seal(Sealer(store, Clock().now))
    proof = await proven(store)
    assert (proof.sealed, proof.without_link, proof.faults) == (4, 0, [])
    async with behind_the_triggers(store) as connection:
        await connection.execute(text("DELETE FROM ledger WHERE id = 'old1'"))
        (fault,) = (await Transaction(connection).prove_ledger()).faults
    assert (fault.position, "it is missing: root 1" in fault.what) == (2, True)


async def test_a_row_of_no_episode_is_unproven_until_it_is_sealed_and_named_from_then_on(store: Store) -> None:
    gone, clock = text("DELETE FROM ledger WHERE id = 'report'"), Clock()
    await append(store, line("before"), replace(line("report"), episode=None), line("after"))
    for is_sealed in (False, True):
        async with behind_the_triggers(store) as connection:
            await connection.execute(gone)
            faults = (await Transaction(connection).prove_ledger()).faults
        assert [fault.position for fault in faults] == ([2] if is_sealed else [])
        await seal(Sealer(store, clock.now))


async def test_the_first_root_of_a_day_closes_the_days_before_also_where_nothing_happened(store: Store) -> None:
    clock = Clock()
    sealer = Sealer(store, clock.now)
    await append(store, line("a"))
    await seal(sealer)
    clock.time += HOUR
    await seal(sealer)
    clock.time += 2 * DAY
    await seal(sealer)
    async with store.reading() as tx:
        roots = await tx.roots_after(0, 10)
        assert [(root.rows, root.closes) for root in roots] == [(1, None), (0, "2026-03-18")]
        assert await tx.closing_root() == roots[1]


async def test_of_two_hubs_that_seal_at_once_one_root_stays(two_hubs: tuple[Store, Store]) -> None:
    clock = Clock()
    await append(two_hubs[0], line("a"), line("b"))
    await asyncio.gather(*(seal(Sealer(store, clock.now)) for store in two_hubs))
    proof = await proven(two_hubs[0])
    assert (proof.sealed, proof.newest and proof.newest.number, proof.faults) == (2, 1, [])


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 100])
def test_a_path_leads_from_each_row_to_the_tree(count: int) -> None:
    leaves = [leaf(position, "hash", None) for position in range(count)]
    for place, each in enumerate(leaves):
        for side, beside in path_of(place, leaves):
            pair = (bytes.fromhex(beside), each) if side == "left" else (each, bytes.fromhex(beside))
            each = hashlib.sha256(b"\1" + b"".join(pair)).digest()
        assert each == tree_hash(leaves)
