"""What a relay relies on: rows come in the order of their lanes, once, and only the holder of a lease may settle."""

from datetime import datetime

import pytest
from sqlalchemy import select
from store_examples import LEASE, NOON, SECOND, Relay, ids, promise, promised

from store import Store
from store.delivery_table import deliveries

FOUND = "notify.found"


async def test_rows_come_in_the_order_of_promising_with_what_a_sender_needs(store: Store) -> None:
    topic, mail = promised("z"), promised("a", to="mail/nottinghamshire/manager")
    await promise(store, topic, mail, promised("m", child="another"))
    relay = await Relay(store).own()
    rows = [*await relay.claim(), *await relay.claim(channel="mail")]
    assert ids(rows) == ["z", "m", "a"]
    assert rows[0].row == topic
    assert (rows[0].lane, rows[0].attempts, rows[0].overtakes) == ("child|topic/care.v1", 1, False)
    assert [row.address for row in rows] == ["care.v1", "care.v1", None]


async def test_several_rows_of_a_lane_come_in_one_batch_and_the_limit_cuts_from_the_end(store: Store) -> None:
    await promise(store, *(promised(row) for row in "abc"))
    relay = await Relay(store).own()
    assert ids(await relay.claim(limit=2)) == ["a", "b"]
    assert await relay.claim() == []


async def test_what_is_leased_blocks_its_lane_and_no_other(store: Store) -> None:
    await promise(store, promised("a"), promised("b"), promised("c", child="another"), promised("d", to="topic/x"))
    relay = await Relay(store).own()
    (head,) = await relay.claim(limit=1)
    assert ids(await relay.claim()) == ["c", "d"]
    assert await relay.settle(head.settled("accepted")) == 1
    assert ids(await relay.claim()) == ["b"]


async def test_a_row_in_wait_blocks_its_lane_until_it_is_due_and_then_comes_first(store: Store) -> None:
    await promise(store, promised("a"), promised("b"))
    relay = await Relay(store).own()
    first, second = await relay.claim()
    again = NOON + 5 * SECOND
    assert await relay.settle(first.settled("retrying", "busy", again), second.settled("retrying", "", NOON)) == 2
    assert await relay.claim(again - SECOND) == []
    async with store.reading() as tx:
        assert await tx.next_attempt(NOON) == again
    assert [(row.row.id, row.attempts) for row in await relay.claim(again)] == [("a", 2), ("b", 2)]


async def test_the_oldest_that_is_due_is_what_a_relay_could_send_now(store: Store) -> None:
    async def oldest(at: datetime) -> datetime | None:
        async with store.reading() as tx:
            return await tx.oldest_due(at, ["mail", "topic"])

    assert await oldest(NOON) is None
    await promise(store, promised("a"), promised("b"), promised("c", child="another"))
    assert await oldest(NOON) == promised("a").at
    relay = await Relay(store).own()
    first, second, third = await relay.claim()
    assert await oldest(NOON) is None
    again = NOON + 5 * SECOND
    await relay.settle(first.settled("retrying", "busy", again), second.settled("parked"), third.settled("accepted"))
    assert await oldest(again - SECOND) is None
    assert await oldest(again + SECOND) == again


@pytest.mark.parametrize("outcome", ["parked", "failed"])
async def test_a_parked_or_dead_row_blocks_its_lane_but_a_found_passes(store: Store, outcome: str) -> None:
    await promise(store, promised("a"), promised("b"), promised("c", type=FOUND), promised("d", type=FOUND))
    relay = await Relay(store).own()
    (head,) = await relay.claim(limit=1)
    assert outcome in ("parked", "failed")
    await relay.settle(head.settled("parked" if outcome == "parked" else "failed"))
    assert await relay.claim() == []
    passing = await relay.claim(overtaking=(FOUND,))
    assert [(row.row.id, row.overtakes) for row in passing] == [("c", True), ("d", True)]


async def test_a_found_does_not_pass_what_is_in_flight_or_in_wait(store: Store) -> None:
    await promise(store, promised("a"), promised("b", type=FOUND))
    relay = await Relay(store).own()
    (head,) = await relay.claim(limit=1, overtaking=(FOUND,))
    assert await relay.claim(overtaking=(FOUND,)) == []
    await relay.settle(head.settled("retrying", "", NOON + SECOND))
    assert await relay.claim(overtaking=(FOUND,)) == []
    assert [(r.row.id, r.overtakes) for r in await relay.claim(NOON + SECOND, overtaking=(FOUND,))] == [
        *(("a", False), ("b", False)),
    ]


async def test_a_row_in_doubt_blocks_nothing_and_is_not_sent_again_by_itself(store: Store) -> None:
    await promise(store, promised("a"), promised("b"))
    relay = await Relay(store).own()
    (head,) = await relay.claim(limit=1)
    await relay.settle(head.settled("in_doubt", "connection lost after DATA"))
    assert ids(await relay.claim()) == ["b"]


async def test_a_row_put_back_untried_has_lost_no_attempt_and_keeps_its_place(store: Store) -> None:
    await promise(store, promised("a"), promised("b"))
    relay = await Relay(store).own()
    first, second = await relay.claim()
    await relay.settle(first.settled("retrying", "busy"), second.settled("untried", "", NOON + SECOND))
    assert [(row.row.id, row.attempts) for row in await relay.claim()] == [("a", 2)]
    assert await relay.claim() == []
    async with store.reading() as tx:
        assert [(kept.attempts, kept.detail) for kept in await tx.outbox_after(0, 2)] == [(2, "busy"), (0, None)]


async def test_a_claim_can_be_limited_to_a_channel_and_the_order_of_its_lanes_holds(store: Store) -> None:
    to_mail = "mail/nottinghamshire/manager"
    await promise(store, promised("a", to=to_mail), promised("b"), promised("c", to=to_mail), promised("d"))
    relay = await Relay(store).own()
    assert ids(await relay.claim(channel="mail", limit=1)) == ["a"]
    assert await relay.claim(channel="mail") == []
    assert ids(await relay.claim()) == ["b", "d"]


async def test_an_address_is_kept_with_what_was_handed_over_and_forgotten_with_what_was_not(store: Store) -> None:
    to_mail = "mail/nottinghamshire/manager"
    await promise(store, promised("a", to=to_mail), promised("b"), promised("c", child="another", to=to_mail))
    relay = await Relay(store).own()
    (topic,), (put_off, doubtful) = await relay.claim(), await relay.claim(channel="mail")
    async with store.transaction() as tx:
        await tx.keep_addresses({row.position: "one@care.example" for row in (put_off, topic, doubtful)})
        await tx.keep_addresses({put_off.position: "two@care.example"})
        await tx.keep_addresses({})
    await relay.settle(put_off.settled("retrying"), topic.settled("retrying"), doubtful.settled("in_doubt"))
    async with store.reading() as tx:
        kept = [row.address for row in await tx.outbox_after(0, 10)]
    assert kept == [None, "care.v1", "one@care.example"]


async def test_a_claim_can_leave_topics_out_or_be_for_them_alone(store: Store) -> None:
    await promise(store, promised("a"), promised("b", to="topic/gone.v1"), promised("c", to="topic/gone.v1"))
    relay = await Relay(store).own()
    now = (NOON, LEASE)
    async with store.transaction() as tx:
        only = await tx.claim_deliveries("one", relay.fences, *now, 1, "topic", only=["gone.v1"])
        besides = await tx.claim_deliveries("one", relay.fences, *now, 9, "topic", besides=["gone.v1"])
    assert (ids(only), ids(besides)) == (["b"], ["a"])


async def test_rows_of_a_dead_relay_come_back_when_their_lease_lapses_and_the_dead_one_settles_nothing(
    store: Store,
) -> None:
    await promise(store, promised("a"), promised("b"), promised("c"))
    dead = await Relay(store, "dead").own()
    held = await dead.claim(limit=2)
    await dead.ownership.release(NOON)
    heir = await Relay(store, "heir").own(NOON)
    assert await heir.claim(NOON + LEASE - SECOND) == []
    rows = await heir.claim(NOON + LEASE)
    assert [(row.row.id, row.attempts) for row in rows] == [("a", 2), ("b", 2), ("c", 1)]
    assert rows[0].fence > held[0].fence
    assert await dead.settle(*(row.settled("accepted") for row in held)) == 0
    assert await heir.settle(*(row.settled("accepted") for row in rows)) == 3


async def test_of_what_a_former_relay_leased_the_part_is_freed_that_has_lapsed(store: Store) -> None:
    await promise(store, promised("a"), promised("b", child="other"), promised("c", child="third"))
    former = await Relay(store, "former").own()
    assert ids(await former.claim(limit=1)) == ["a"]
    assert ids(await former.claim(NOON + SECOND, limit=1)) == ["b"]
    await former.ownership.release(NOON)
    heir = await Relay(store, "heir").own()
    async with store.transaction() as tx:
        assert await tx.free_lapsed(heir.fences, NOON, LEASE) == (0, 2)
        assert await tx.free_lapsed(former.fences, NOON + LEASE, LEASE) == (0, 0), "it is no former one to itself"
        assert await tx.free_lapsed(heir.fences, NOON + LEASE, LEASE) == (1, 1)
    assert ids(await heir.claim(NOON + LEASE)) == ["a", "c"]


async def test_rows_of_a_relay_that_died_while_its_clock_was_ahead_come_back_at_once(store: Store) -> None:
    await promise(store, promised("a"))
    ahead = NOON + 100 * LEASE
    dead = await Relay(store, "dead").own(ahead)
    assert ids(await dead.claim(ahead)) == ["a"]
    heir = await Relay(store, "heir").own(NOON)
    assert ids(await heir.claim(NOON)) == ["a"]


async def test_the_same_relay_does_not_take_its_own_rows_twice_however_slow_it_is(store: Store) -> None:
    await promise(store, promised("a"))
    relay = await Relay(store).own()
    (slow,) = await relay.claim()
    assert await relay.claim(NOON + 10 * LEASE) == []
    assert await relay.settle(slow.settled("accepted")) == 1


async def test_a_renewed_lease_holds(store: Store) -> None:
    await promise(store, promised("a"))
    slow = await Relay(store, "slow").own()
    (row,) = await slow.claim()
    async with store.transaction() as tx:
        assert await tx.renew_leases("slow", [row.position], NOON + LEASE - SECOND, LEASE) == 1
        assert await tx.renew_leases("heir", [row.position], NOON, LEASE) == 0
    await slow.ownership.release(NOON)
    heir = await Relay(store, "heir").own()
    assert await heir.claim(NOON + LEASE) == []
    assert await slow.settle(row.settled("accepted")) == 1


async def test_a_relay_that_has_lost_its_shards_claims_nothing(store: Store) -> None:
    await promise(store, promised("a"))
    lost = await Relay(store, "lost").own()
    await lost.ownership.release(NOON)
    heir = await Relay(store, "heir").own()
    assert await lost.claim() == []
    lost.fences = heir.fences
    assert await lost.claim() == []
    assert ids(await heir.claim()) == ["a"]


async def test_a_settlement_counts_once(store: Store) -> None:
    await promise(store, promised("a"), promised("b"))
    relay = await Relay(store).own()
    one, two = await relay.claim()
    assert await relay.settle(one.settled("accepted")) == 1
    assert await relay.settle(one.settled("parked"), two.settled("accepted")) == 1
    assert await relay.settle() == 0
    async with store.reading() as tx:
        assert [kept.state for kept in await tx.outbox_after(0, 10)] == ["accepted", "accepted"]


async def test_what_simply_left_is_kept_the_same_alone_as_among_others(store: Store) -> None:
    """The statement for rows that all left says less than the one for any end."""
    await promise(store, *(promised(row, child=row) for row in "abc"))
    relay = await Relay(store).own()
    for row in await relay.claim():
        await relay.settle(row.settled("retrying", "full", NOON, "ref"))
    one, two, other = await relay.claim(NOON)
    await relay.settle(one.settled("accepted"))
    await relay.settle(two.settled("accepted"), other.settled("parked", "full"))
    alike = [column for column in deliveries.c if column.name not in ("position", "lane", "shard")]
    async with store.reading() as tx:
        kept = await tx._rows(select(*alike).where(deliveries.c.position.in_([one.position, two.position])))
    first, second = map(tuple, kept)
    assert first == second
    assert first[alike.index(deliveries.c.state)] == "accepted"
