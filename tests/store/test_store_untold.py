"""Of what has not arrived and nobody has heard of, every destination is seen, however much stands before it."""

from store_examples import NOON, promise, promised

from store import Store
from store.delivery_table import deliveries


async def test_of_each_destination_the_oldest_are_seen_first(store: Store) -> None:
    """However many lanes to one mailbox have failed, those to another are not hidden behind them."""
    many = [promised(f"a{n:02}", child=f"a{n}", to="mail/n/full") for n in range(20)]
    few = [promised(f"b{n}", child=f"b{n}", to="mail/n/gone") for n in range(2)]
    elsewhere = promised("c", child="c", to="mail/n/full")._replace(authority="islington")
    await promise(store, *many, *few, elsewhere)
    await _all_fail(store)
    async with store.transaction() as tx:
        seen = await tx.untold_held(6)
    assert [row.id for row in seen] == ["a00", "a01", "a02", "b0", "b1", "c"]


async def test_what_was_told_is_not_seen_again(store: Store) -> None:
    await promise(store, *(promised(f"a{n}", child=f"a{n}") for n in range(4)))
    await _all_fail(store)
    for expected in (["a0", "a1"], ["a2", "a3"], []):
        async with store.transaction() as tx:
            seen = await tx.untold_held(2)
            await tx.mark_told([row.position for row in seen], NOON)
        assert [row.id for row in seen] == expected


async def _all_fail(store: Store) -> None:
    async with store.transaction() as tx:
        await tx._rows(deliveries.update().values(state="failed", settled_at=NOON))
