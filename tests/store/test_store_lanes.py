"""How people see what is held up, and let it go on."""

from store_examples import HOUR, NOON, Relay, ids, promise, promised

from store import Store


async def _trouble(store: Store) -> Relay:
    """Child 1: parked, with two behind it. Child 2: failed. Child 3: in doubt, one sent. Child 4: in flight."""
    for child, names in (("1", "abc"), ("2", "d"), ("3", "ef"), ("4", "g")):
        await promise(store, *(promised(name, child=child, at=NOON + HOUR) for name in names))
    relay = await Relay(store).own()
    rows = {row.row.id: row for row in await relay.claim()}
    await relay.settle(
        rows["a"].settled("parked", "topic is gone"),
        *(rows[name].settled("retrying") for name in "bc"),
        rows["d"].settled("failed", "550"),
        rows["e"].settled("in_doubt"),
        rows["f"].settled("accepted"),
        now=NOON + 2 * HOUR,
    )
    return relay


async def test_what_is_held_up_is_listed_with_reason_age_and_what_waits_behind(store: Store) -> None:
    await _trouble(store)
    async with store.reading() as tx:
        held = await tx.held_up()
    assert [(each.row, each.state, each.detail, each.waiting) for each in held] == [
        ("a", "parked", "topic is gone", 2),
        ("d", "failed", "550", 0),
        ("e", "in_doubt", "", 0),
    ]
    parked = held[0]
    assert (parked.since, parked.lane, parked.attempts) == (NOON + 2 * HOUR, "1|topic/care.v1", 1)
    assert (parked.authority, parked.destination, parked.type) == (
        *("nottinghamshire", "topic/care.v1", "notify.missing"),
    )


async def test_a_released_lane_goes_on_in_order_from_the_beginning(store: Store) -> None:
    relay = await _trouble(store)
    async with store.transaction() as tx:
        held = await tx.held_up()
        assert await tx.release([each.position for each in held if each.state == "parked"]) == 1
        assert await tx.release([each.position for each in held if each.state == "parked"]) == 0
    rows = await relay.claim(NOON + 2 * HOUR)
    assert ids(rows) == ["a", "b", "c"]
    assert [row.attempts for row in rows] == [1, 2, 2]


async def test_the_failed_and_the_doubtful_can_be_tried_again_but_not_what_is_in_flight(store: Store) -> None:
    relay = await _trouble(store)
    async with store.transaction() as tx:
        everything = [kept.position for kept in await tx.outbox_after(0, 10)]
        assert await tx.release(everything) == 5
    assert ids(await relay.claim(NOON + 2 * HOUR)) == ["a", "b", "c", "d", "e"]


async def test_the_standing_counts_what_is_not_sent_and_knows_the_oldest_promise(store: Store) -> None:
    async with store.reading() as tx:
        empty = await tx.standing()
    assert (empty.states, empty.oldest, empty.quarantined) == ({}, None, 0)
    await _trouble(store)
    await promise(store, promised("new", child="5", at=NOON + 3 * HOUR))
    async with store.reading() as tx:
        standing = await tx.standing()
    assert standing.states == {"prepared": 1, "retrying": 2, "parked": 1, "failed": 1, "in_doubt": 1, "sending": 1}
    assert standing.oldest == NOON + HOUR
