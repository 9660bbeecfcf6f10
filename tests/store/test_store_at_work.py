"""At which authorities something is under way: an open episode, or something that waits for somebody."""

from store_examples import NOON

from store import EpisodeRow, Store
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
