"""How far the hub's own canaries have got, and that of all that was ever sent they alone may leave the outbox."""

import pytest
from sqlalchemy import text
from store_examples import MINUTE, NOON, SECOND, promised

from store import OutboxRow, Store
from store.canaries import CanaryRow
from store.migrating import migrate
from store.rows import CANARY

EVERY = 15 * MINUTE


def bird(row: str, walk: str, to: str = "topic/islington.canary.v1") -> OutboxRow:
    told = (walk, "authority", "canary", CANARY, b"{}", NOON, None, ("HUB",), "islington", None)
    return OutboxRow(row, *told, to, "routine", None)


async def begun(store: Store, walk: str, at: int = 0, by_mail: bool = False) -> bool:
    now = NOON + at * MINUTE
    async with store.transaction() as tx:
        return await tx.begin_canary("islington", walk, by_mail, now, now - EVERY)


async def reached(store: Store, walk: str, *stages: str) -> list[CanaryRow]:
    async with store.transaction() as tx:
        return [row for stage in stages for row in await tx.reach(stage, [walk], NOON + SECOND)]  # type: ignore[arg-type]


async def present(store: Store) -> CanaryRow:
    async with store.reading() as tx:
        (row,) = await tx.canaries()
    return row


async def count(store: Store, table: str) -> int:
    async with store.connection() as connection:
        return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


async def without_deliveries(store: Store, statement: str) -> None:
    async with store.connection() as connection:
        await connection.execute(text("DELETE FROM deliveries"))
        await connection.execute(text(statement))


async def test_one_sets_out_when_the_last_did_long_enough_ago_and_only_one_of_two(store: Store) -> None:
    assert await begun(store, "one")
    assert not await begun(store, "two", at=14)
    assert await begun(store, "three", at=15)
    assert not await begun(store, "four", at=15)
    assert (await present(store)).walk == "three"


async def test_it_is_home_when_it_has_got_through_every_stage_that_it_has(store: Store) -> None:
    await begun(store, "one", by_mail=True)
    assert (await present(store)).waits_for == "sent"
    await reached(store, "one", "sent", "topic", "taken")
    assert ((await present(store)).waits_for, (await present(store)).whole_at) == ("mail", None)
    await reached(store, "one", "mail")
    assert ((await present(store)).waits_for, (await present(store)).whole_at) == (None, NOON + SECOND)
    await begun(store, "two", at=15)
    assert ((await present(store)).waits_for, (await present(store)).whole_at) == ("sent", NOON + SECOND)


async def test_a_stage_is_news_once_and_of_another_ones_canary_never(store: Store) -> None:
    await begun(store, "one")
    assert [row.authority for row in await reached(store, "one", "taken")] == ["islington"]
    assert await reached(store, "one", "taken") == []
    assert await reached(store, "somebody else's", "taken") == []
    await begun(store, "two", at=15)
    assert await reached(store, "one", "topic") == []


async def test_what_is_left_of_one_that_is_over_goes_and_of_the_one_under_way_stays(store: Store) -> None:
    await begun(store, "one")
    async with store.transaction() as tx:
        await tx.append([], [promised("kept"), bird("old", "one"), bird("letter", "one", "mail/hub/canary")])
    await begun(store, "two", at=15)
    async with store.transaction() as tx:
        await tx.append([], [bird("new", "two")])
        await tx.call_off_canaries(NOON)
        assert await tx.drop_canaries() == 2
    assert (await count(store, "outbox"), await count(store, "deliveries")) == (2, 2)
    await reached(store, "two", "sent", "taken", "topic")
    async with store.transaction() as tx:
        await tx.call_off_canaries(NOON)
        assert await tx.drop_canaries() == 1
    assert (await count(store, "outbox"), await count(store, "deliveries")) == (1, 1)


@pytest.mark.parametrize("by_steps", [True, False], ids=["migrated", "created"])
async def test_no_other_row_may_leave_and_none_becomes_a_canary(url: str, by_steps: bool) -> None:
    store = Store.open(url)
    await (migrate(url) if by_steps else store.create())
    async with store.transaction() as tx:
        await tx.append([], [promised("a"), bird("b", "one")])
    for statement in ("DELETE FROM outbox", f"UPDATE outbox SET type = '{CANARY}'"):
        with pytest.raises(Exception, match="only grows"):
            await without_deliveries(store, statement)
    assert await count(store, "outbox") == 2
    async with store.transaction() as tx:
        await tx.call_off_canaries(NOON)
        assert await tx.drop_canaries() == 1
    assert (await count(store, "outbox"), await count(store, "deliveries")) == (1, 1)
    await store.close()
