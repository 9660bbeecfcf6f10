"""What intake relies on: a message is claimed once, what is saved is found, and a transaction is all or nothing."""

import asyncio
from dataclasses import replace

import pytest
from store_examples import NOON, claim, line, promised, timer, unreadable

from store import EpisodeRow, IdentifierRow, PersonRow, ReferenceRow, Store, StoreRefusedError, Transaction

PERSON = PersonRow("p1", "nottinghamshire", b"{}", 1)
IDENTIFIER = IdentifierRow("nottinghamshire", "mosaic", "42", "p1")
REFERENCE = ReferenceRow("nottinghamshire", "XX", "XX-1", "p1", "e1")
EPISODE = EpisodeRow("e1", "nottinghamshire", "p1", NOON, "open", b"{}")


async def test_a_key_is_claimed_once_and_then_never_again(store: Store) -> None:
    async with store.transaction() as tx:
        assert await tx.claim([claim("a"), claim("b"), claim("a")]) == {"a", "b"}
    async with store.transaction() as tx:
        assert await tx.claim([claim("b"), claim("c")]) == {"c"}
        assert await tx.claim([]) == set()


async def test_a_claim_that_is_rolled_back_is_free_again(store: Store) -> None:
    await _broken_off(store, ZeroDivisionError())
    async with store.transaction() as tx:
        assert await tx.claim([claim("a")]) == {"a"}


async def test_of_two_concurrent_claims_of_one_key_one_wins(two_hubs: tuple[Store, Store]) -> None:
    async def take(store: Store, *keys: str) -> set[str]:
        async with store.transaction() as tx:
            return await tx.claim([claim(key) for key in keys])

    for attempt in range(20):
        keys = [f"{attempt}-{number}" for number in range(10)]
        one, other = await asyncio.gather(take(two_hubs[0], *keys), take(two_hubs[1], *reversed(keys)))
        assert one | other == set(keys)
        assert not one & other


async def test_what_is_saved_is_found_and_loaded(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.save([PERSON], [IDENTIFIER], [REFERENCE], [EPISODE])
    async with store.transaction() as tx:
        asked = [("nottinghamshire", "mosaic", "42"), ("derbyshire", "mosaic", "42")]
        found = await tx.find(asked, [("XX", "XX-1"), ("XX", "XX-2")], ["e1", "e2"])
        assert found.identifiers == [IDENTIFIER]
        assert found.references == [REFERENCE]
        assert found.episodes == {"e1": "p1"}
        assert await tx.load(["p1", "p2"]) == ({"p1": PERSON}, [EPISODE])
        assert await tx.load([]) == ({}, [])


async def test_saving_again_replaces_and_relinks(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.save([PERSON], [IDENTIFIER], [REFERENCE], [EPISODE])
        moved = ReferenceRow("nottinghamshire", "XX", "XX-1", "p2", "e1")
        closed = EpisodeRow("e1", "nottinghamshire", "p2", NOON, "closed", b"2")
        newer, handed_on = PersonRow("p2", "nottinghamshire", b"3", 2), replace(IDENTIFIER, person="p2")
        await tx.forget([IDENTIFIER])
        await tx.save([newer], [handed_on], [moved], [closed])
    async with store.transaction() as tx:
        found = await tx.find([("nottinghamshire", "mosaic", "42")], [("XX", "XX-1")], ["e1"])
        assert (found.identifiers, found.references, found.episodes) == ([handed_on], [moved], {"e1": "p2"})
        assert await tx.load(["p1", "p2"]) == ({"p1": PERSON, "p2": newer}, [closed])


async def test_a_number_may_be_several_childrens_by_the_word_of_several(store: Store) -> None:
    rows = [replace(IDENTIFIER, person=person, scope=scope) for scope in ("", "XX") for person in ("p1", "p2")]
    async with store.transaction() as tx:
        await tx.save([], [*rows], [], [])
        await tx.save([], rows[:1], [], [])
        assert (await tx.find([("nottinghamshire", "mosaic", "42")], [], [])).identifiers == rows
        await tx.forget(rows[1:3])
        assert (await tx.find([("nottinghamshire", "mosaic", "42")], [], [])).identifiers == [rows[0], rows[3]]


async def test_an_incident_with_two_children_has_both_and_episodes_come_oldest_first(store: Store) -> None:
    second = ReferenceRow("nottinghamshire", "XX", "XX-1", "p2", "e2")
    older = EpisodeRow("e0", "nottinghamshire", "p1", NOON.replace(year=2025), "closed", b"")
    async with store.transaction() as tx:
        await tx.save([PERSON], [], [second, REFERENCE], [EPISODE, older])
        assert (await tx.find([], [("XX", "XX-1")], [])).references == [REFERENCE, second]
        assert (await tx.load(["p1"]))[1] == [older, EPISODE]


async def _everything(tx: Transaction) -> None:
    await tx.claim([claim("a")])
    await tx.lock(["p1"])
    await tx.save([PERSON], [IDENTIFIER], [REFERENCE], [EPISODE])
    await tx.append([line("l1", contents=b"x")], [promised("o1")])
    await tx.set_timers([("p1", "e1")], [timer("t1")])
    await tx.quarantine([unreadable("q1")])


async def _broken_off(store: Store, fault: BaseException) -> None:
    with pytest.raises(type(fault)):  # noqa: PT012 - it is to come out of the transaction
        async with store.transaction() as tx:
            await _everything(tx)
            raise fault


async def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    await _broken_off(store, asyncio.CancelledError())
    async with store.transaction() as tx:
        assert await tx.claim([claim("a")]) == {"a"}
        assert await tx.load(["p1"]) == ({}, [])
        assert await tx.ledger_after(0, 10) == []
        assert await tx.outbox_after(0, 10) == []
        assert await tx.next_timer() is None
        assert await tx.quarantined() == []
        assert (await tx.standing()).states == {}


async def test_readers_see_nothing_of_a_transaction_until_it_is_committed(two_hubs: tuple[Store, Store]) -> None:
    writer, reader = two_hubs
    async with writer.transaction() as tx:
        await _everything(tx)
        async with reader.reading() as seen:
            assert await seen.ledger_after(0, 10) == []
    async with reader.reading() as seen:
        assert [entry.id for entry in await seen.ledger_after(0, 10)] == ["l1"]


async def test_a_lock_keeps_another_off_until_the_end(two_hubs: tuple[Store, Store]) -> None:
    order: list[str] = []
    locked = asyncio.Event()

    async def first() -> None:
        async with two_hubs[0].transaction() as tx:
            await tx.lock(["b", "a"])
            locked.set()
            await tx.find([], [], ["e1"])
            order.append("first")

    async def second() -> None:
        await locked.wait()
        async with two_hubs[1].transaction() as tx:
            await tx.lock(["a", "b"])
            order.append("second")

    await asyncio.wait_for(asyncio.gather(first(), second()), 30)
    assert order == ["first", "second"]


async def test_locks_taken_in_any_order_never_block_each_other_for_good(two_hubs: tuple[Store, Store]) -> None:
    keys = [f"child {number}" for number in range(50)]

    async def work(store: Store, own: list[str]) -> None:
        for _ in range(10):
            async with store.transaction() as tx:
                await tx.lock(own)

    await asyncio.wait_for(asyncio.gather(work(two_hubs[0], keys), work(two_hubs[1], keys[::-1])), 60)


async def test_many_transactions_of_one_hub_take_turns(store: Store) -> None:
    async def add(number: int) -> None:
        async with store.transaction() as tx:
            (person,) = (await tx.load(["p1"]))[0].values()
            await tx.lock(["p1"])
            (person,) = (await tx.load(["p1"]))[0].values()
            await tx.save([PersonRow("p1", "a", b"", person.version + 1)], [], [], [])

    async with store.transaction() as tx:
        await tx.save([PersonRow("p1", "a", b"", 0)], [], [], [])
    await asyncio.gather(*(add(number) for number in range(20)))
    async with store.reading() as tx:
        assert (await tx.load(["p1"]))[0]["p1"].version == 20


@pytest.mark.parametrize("store", ["file"], indirect=True)
async def test_what_nothing_can_be_called_is_not_found_in_sqlite(store: Store) -> None:
    async with store.transaction() as tx:
        assert not (await tx.find([("a", "b", "surrogate \ud800")], [], [])).identifiers
        assert await tx.release([2**70]) == 0


@pytest.mark.postgres
@pytest.mark.parametrize("store", ["postgres"], indirect=True)
async def test_a_text_that_postgres_cannot_hold_is_refused_not_awaited(store: Store) -> None:
    for unfit in ("nul \0", "surrogate \ud800"):
        with pytest.raises(StoreRefusedError):
            async with store.transaction() as tx:
                await tx.find([("a", "b", unfit)], [], [])


async def test_a_claim_is_kept_whatever_its_sender_wrote(store: Store) -> None:
    from dataclasses import replace

    async with store.transaction() as tx:
        assert await tx.claim([replace(claim("a"), source="\0", message="\ud800", type="\udcff")]) == {"a"}
