"""That a batch costs a constant number of statements, however many messages are in it: what makes the hub fast."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event
from store_examples import HOUR, NOON, Relay, claim, line, promise, promised, timer, unreadable

from store import EpisodeRow, IdentifierRow, PersonRow, QuarantineRow, ReferenceRow, Store, TimerRow, Transaction
from store.blocking import BlockedRow
from store.errors import StoreRefusedError
from store.noting import Note
from store.register_freshness import RegisterFreshness
from store.rows import Concerns

HUNDRED = 100


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that go to any database meanwhile; an executemany counts as one, as it is one hop."""
    seen: list[str] = []

    def see(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", see)


async def _take_in(tx: Transaction, batch: str, many: int) -> None:
    """What intake does with a batch of `many` messages, each about a child of its own."""
    numbers = [f"{batch}-{number}" for number in range(many)]
    await tx.claim([claim(n) for n in numbers])
    await tx.claimed(numbers)
    await tx.noted(numbers)
    await tx.lock(numbers)
    await tx.find([("a", "mosaic", n) for n in numbers], [("XX", n) for n in numbers], numbers)
    await tx.load(numbers)
    await tx.outbox_of_episodes(numbers, waiting=True)
    await tx.blocked(numbers)
    await tx.file(numbers, [BlockedRow(key, "a", n) for n in numbers for key in (n, f"{n}-2")])
    await tx.forget([IdentifierRow("a", "mosaic", f"former-{n}", n) for n in numbers])
    await tx.save(
        [PersonRow(n, "a", b"{}", 1) for n in numbers],
        [IdentifierRow("a", "mosaic", n, n) for n in numbers],
        [ReferenceRow("a", "XX", n, n, n) for n in numbers],
        [EpisodeRow(n, "a", n, NOON, "open", b"{}") for n in numbers],
    )
    lines = [replace(line(n, contents=n.encode()), about=(Concerns(n, n),)) for n in numbers]
    await tx.append(lines, [promised(n, child=n) for n in numbers])
    timers: list[TimerRow] = [timer(n, person=n, episode=n) for n in numbers]
    await tx.set_timers([(n, n) for n in numbers], timers)
    await tx.note_register_freshness([RegisterFreshness(n, NOON, NOON) for n in numbers])
    await tx.note([Note(n, "x", NOON) for n in numbers])
    held: list[QuarantineRow] = [unreadable(n) for n in numbers]
    await tx.quarantine(held)


async def _statements(store: Store, batch: str, many: int) -> list[str]:
    with counted() as seen:
        async with store.transaction() as tx:
            await _take_in(tx, batch, many)
    return seen


async def test_a_batch_of_a_hundred_is_taken_in_by_as_many_statements_as_one_message(store: Store) -> None:
    one, hundred = await _statements(store, "a", 1), await _statements(store, "b", HUNDRED)
    assert hundred == one  # word for word, so that the database prepares each but once
    # On Postgres one of them wakes the relays of other processes, and what is written goes with what is promised.
    assert len(one) <= (14 if store.postgres else 26)


async def test_what_is_written_together_is_read_by_the_same_transaction_and_kept_by_the_next(store: Store) -> None:
    with counted() as seen:
        async with store.transaction() as tx:
            await tx.note([Note("first", "x", NOON)])
            await tx.append([replace(line("a", contents=b"told"), episode=None)], ())
            assert await tx.noted(["first"])
            await tx.note([Note("second", "x", NOON)])
            await tx.note([Note("second", "x", NOON)])  # of one row twice no database takes both at once
            await tx.append([replace(line("b", contents=b"told"), episode=None)], ())
    assert not store.postgres or len(seen) == 4
    async with store.reading() as tx:
        assert await tx.noted(["second"])
        assert [entry.id for entry in await tx.ledger_after(0, 9)] == ["a", "b"]
        assert (await tx.prove_ledger()).faults == []


async def test_what_is_promised_goes_with_what_is_written_each_time_in_its_order(store: Store) -> None:
    with counted() as seen:
        async with store.transaction() as tx:
            for batch in "ab":
                await tx.note([Note(batch, "x", NOON)])
                await tx.append([line(batch)], [promised(f"{batch}{n}", child=batch) for n in range(2)])
    heads_and_writing, wakes_others = 2 * 2, 1
    assert not store.postgres or len(seen) == heads_and_writing + wakes_others
    relay = await Relay(store).own()
    assert [row.row.id for row in await relay.claim()] == ["a0", "a1", "b0", "b1"]
    async with store.reading() as tx:
        assert await tx.noted(["a", "b"]) == {"a", "b"}
        assert [entry.id for entry in await tx.ledger_after(0, 9)] == ["a", "b"]


async def test_what_cannot_be_written_leaves_no_promise(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.append([line("a")], ())

    async def again() -> None:
        async with store.transaction() as tx:
            await tx.append([line("a")], [promised("one", child="a")])

    with pytest.raises(StoreRefusedError):
        await again()
    assert await (await Relay(store).own()).claim() == []


async def test_what_cannot_be_written_together_leaves_nothing(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.append([line("a")], ())

    async def again() -> None:
        async with store.transaction() as tx:
            await tx.note([Note("first", "x", NOON)])
            await tx.append([line("a")], ())

    with pytest.raises(StoreRefusedError):
        await again()
    async with store.reading() as tx:
        assert not await tx.noted(["first"])


async def test_a_hundred_rows_are_claimed_addressed_and_settled_by_as_many_statements_as_one(store: Store) -> None:
    relay = await Relay(store).own()
    seen: list[list[str]] = []
    for batch, many in (("a", 1), ("b", HUNDRED)):
        await promise(store, *(promised(f"{batch}{n}", child=f"c{n}", to="mail/a/manager") for n in range(many)))
        with counted() as statements:
            rows = await relay.claim(limit=many, channel="mail")
            async with store.transaction() as tx:
                await tx.keep_addresses({row.position: "duty@authority.example" for row in rows})
            assert await relay.settle(*(row.settled("accepted") for row in rows)) == many
        seen.append(statements)
    assert seen[1] == seen[0]


async def test_renewing_and_asking_again_cost_the_same_for_a_hundred_rows(store: Store) -> None:
    seen: list[list[str]] = []
    relay = await Relay(store).own()
    for batch, many in (("a", 1), ("b", HUNDRED)):
        async with store.transaction() as tx:
            await tx.quarantine([unreadable(f"{batch}{n}") for n in range(many)])
        await promise(store, *(promised(f"{batch}{n}", child=f"{batch}{n}") for n in range(many)))
        rows = await relay.claim()
        with counted() as statements:
            async with store.transaction() as tx:
                await tx.renew_leases("one", [row.position for row in rows], NOON, timedelta(seconds=30))
                await tx.request_replay()
                assert len(await tx.take_replays(HUNDRED, NOON)) == many
                await tx.held_up()
                await tx.standing()
                await tx.purge_contents(NOON - HOUR)
                await tx.purge_payloads(NOON - HOUR)
        seen.append(statements)
    assert seen[1] == seen[0]


async def test_where_there_is_nothing_to_write_no_statement_is_made(store: Store) -> None:
    with counted() as seen:
        async with store.transaction() as tx:
            await tx.claim([])
            await tx.lock([])
            await tx.find([], [], [])
            await tx.load([])
            await tx.save([], [], [], [])
            await tx.append([], [])
            await tx.set_timers([], [])
            await tx.quarantine([])
    assert [statement for statement in seen if not statement.startswith(("BEGIN", "COMMIT"))] == []
