"""What could not be read is kept whole, whatever it holds, and can be asked for again."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from store_examples import HOUR, NOON, claim, unreadable

from store import QuarantineRow, Store

ANY_TEXT = some.text(some.characters(exclude_categories=()), max_size=20)
ANY_BYTES = some.one_of(some.none(), some.binary(max_size=50))


async def _hold(store: Store, *rows: QuarantineRow) -> None:
    async with store.transaction() as tx:
        await tx.quarantine(rows)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(ANY_BYTES, some.lists(some.tuples(ANY_TEXT, some.binary(max_size=20)), max_size=4), ANY_BYTES, ANY_TEXT)
async def test_any_message_is_held_with_every_byte(
    store: Store, key: bytes | None, headers: list[tuple[str, bytes]], value: bytes | None, detail: str
) -> None:
    row = replace(unreadable("q1"), key=key, headers=tuple(headers), value=value, detail=detail)
    async with store.transaction() as tx:
        await tx.request_replay()
        await tx.take_replays(10, NOON)
        await tx.purge_quarantine(NOON + HOUR)
        await tx.quarantine([row])
        kept = await tx.quarantined_message("q1")
    assert kept is not None
    assert (kept.row.key, kept.row.headers, kept.row.value) == (key, tuple(headers), value)
    assert (kept.state, kept.replayed_at) == ("held", None)


async def test_replays_are_taken_once_in_the_order_of_arrival(store: Store) -> None:
    rows = [unreadable("b", offset=2), unreadable("a", offset=1), unreadable("c", at=NOON - HOUR), unreadable("d")]
    await _hold(store, *rows)
    async with store.transaction() as tx:
        assert await tx.take_replays(10, NOON) == []
        assert await tx.request_replay(["a", "b", "c", "unknown"]) == 3
        assert await tx.request_replay(["a"]) == 0
    async with store.transaction() as tx:
        assert [row.id for row in await tx.take_replays(10, NOON)] == ["c", "a", "b"]
        assert await tx.take_replays(10, NOON) == []
    async with store.reading() as tx:
        assert [kept.row.id for kept in await tx.quarantined()] == ["d"]
        assert [(kept.row.id, kept.state) for kept in await tx.quarantined(replayed=True)] == [
            *(("c", "replayed"), ("d", "held"), ("a", "replayed"), ("b", "replayed")),
        ]


async def test_what_still_cannot_be_read_is_held_again(store: Store) -> None:
    await _hold(store, unreadable("q1"))
    async with store.transaction() as tx:
        assert await tx.request_replay() == 1
    async with store.transaction() as tx:
        (row,) = await tx.take_replays(10, NOON)
        await tx.quarantine([replace(row, reason="unknown_type")])
    async with store.reading() as tx:
        (kept,) = await tx.quarantined()
        assert (kept.state, kept.row.reason, kept.row.value) == ("held", "unknown_type", b"{")


async def test_a_replay_that_fails_stays_requested(store: Store) -> None:
    await _hold(store, unreadable("q1"))
    async with store.transaction() as tx:
        await tx.request_replay()
    try:
        async with store.transaction() as tx:
            await tx.take_replays(10, NOON)
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    async with store.transaction() as tx:
        assert [row.id for row in await tx.take_replays(10, NOON)] == ["q1"]


async def test_only_what_was_replayed_long_ago_is_removed(store: Store) -> None:
    await _hold(store, unreadable("done"), unreadable("held"))
    async with store.transaction() as tx:
        await tx.request_replay(["done"])
        await tx.take_replays(1, NOON)
        assert await tx.purge_quarantine(NOON) == 0
        assert await tx.purge_quarantine(NOON + timedelta(microseconds=1)) == 1
        assert [kept.row.id for kept in await tx.quarantined(replayed=True)] == ["held"]


async def test_old_claims_can_be_forgotten(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.claim([claim("old"), replace(claim("new"), received_at=NOON + HOUR)])
        assert await tx.forget_claims(NOON + HOUR) == 1
        assert await tx.claim([claim("old"), claim("new")]) == {"old"}


async def test_the_count_of_what_is_held_is_part_of_the_standing(store: Store) -> None:
    await _hold(store, unreadable("a"), unreadable("b"))
    async with store.reading() as tx:
        assert (await tx.standing()).quarantined == 2
