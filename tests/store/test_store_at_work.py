"""At which authorities something is under way: an open episode, or something that waits for somebody; and by which
packs it is governed; and of which something has not arrived."""

from sqlalchemy import text
from store_examples import NOON, promise, promised, timer

from store import EpisodeRow, Store
from store.delivery_table import deliveries
from store.rows import WorkRow


async def test_every_authority_with_an_open_episode_or_open_work_is_named_once(store: Store) -> None:
    states = [
        ("e1", "n", "open"),
        ("e2", "b", "open"),
        ("e3", "n", "open"),
        ("e4", "owed", "found"),
        ("e5", "o", "found"),
    ]
    async with store.transaction() as tx:
        assert await tx.authorities_at_work() == set()
        rows = [EpisodeRow(id_, authority, "p1", NOON, state, b"") for id_, authority, state in states]
        await tx.save([], [], [], rows)
        work = WorkRow("w1", "e4", "e4", "owed", "r", None, "task", "task.create", None, "routine", "m1", NOON, None)
        await tx.set_work(["e4"], [work])
        assert await tx.authorities_at_work() == {"n", "b", "owed"}


async def test_every_authority_of_which_something_has_not_arrived_is_named_once(store: Store) -> None:
    states = ["parked", "failed", "bounced", "in_doubt", "retrying", "prepared", "sending", "accepted", "failed"]
    rows = [promised(f"m{n}", child=f"c{n}") for n in range(len(states))]
    await promise(store, *(row._replace(authority=f"{n % 8}") for n, row in enumerate(rows)))
    async with store.transaction() as tx:
        for position, state in enumerate(states, 1):
            at = NOON if state == "retrying" else None
            mine = deliveries.c.position == position
            await tx._rows(deliveries.update().where(mine).values(state=state, next_attempt_at=at))
        assert await tx.authorities_held_up() == {each.authority for each in await tx.held_up(retrying=True)}
        assert await tx.authorities_held_up() == {"0", "1", "2", "3", "4"}


async def test_a_pack_is_needed_that_governs_an_episode_which_is_open_or_has_a_timer(store: Store) -> None:
    rows = [
        EpisodeRow("e1", "n", "p1", NOON, "open", b"", "n 1"),
        EpisodeRow("e2", "n", "p1", NOON, "found", b"", "n 2"),
        EpisodeRow("e3", "n", "p1", NOON, "found", b"", "n 3"),
        EpisodeRow("e4", "n", "p1", NOON, "duties", b"", None),
    ]
    async with store.transaction() as tx:
        await tx.save([], [], [], rows)
        await tx.set_timers([("p1", "e2"), ("p1", "e4")], [timer("t2", episode="e2"), timer("t4", episode="e4")])
        assert await tx.governing() == {"n 1", "n 2"}
        assert await tx.governing(besides={"n 1"}) == {"n 2"}
        assert [each async for each in tx.unsaid_at_work()] == []


async def test_of_what_an_older_version_wrote_the_document_is_given(store: Store) -> None:
    rows = [EpisodeRow(id_, "n", "p1", NOON, state, id_.encode()) for id_, state in
            (("e1", "open"), ("e2", "found"), ("e3", "found"))]  # fmt: skip
    async with store.transaction() as tx:
        await tx.save([], [], [], rows)
        await tx.set_timers([("p1", "e2")], [timer("t2", episode="e2")])
        await tx._rows(text("UPDATE episodes SET governed_by = ''"))
        assert {doc async for _, doc in tx.unsaid_at_work()} == {b"e1", b"e2"}
        assert await tx.governing() == set()
