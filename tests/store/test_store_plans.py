"""That no statement of daily work reads a table from end to end: what was done with years ago costs nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from store_examples import HOUR, NOON, Relay, claim, line, promise, promised, timer, unreadable

from store import EpisodeRow, IdentifierRow, PersonRow, ReferenceRow, Store
from store.blocking import BlockedRow
from store.listening import FeedHour, FeedState
from store.noting import Note
from store.register_freshness import RegisterFreshness
from store.rows import WorkRow

MAY_BE_READ = (
    "each",
    "quarantine",
    "leases",
    "head",
    "parts",
    "owners",
    "shards",
    "listed",
    "filed",
    "found_",
    "(subquery",
    "CONSTANT",
)
"""Small by nature: what waits for people, a row for each shard, and what a statement is given or has just found."""

_FROM_THE_BEGINNING = "SEARCH row USING INTEGER PRIMARY KEY (rowid>"  # deliveries from a position on: from the first


class Watched:
    """A store on SQLite that explains each statement as it comes: `scans` are the tables it would read whole."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.scans: list[str] = []
        self.seen = 0
        event.listen(store._engine.sync_engine, "after_cursor_execute", self._explain)

    def _explain(
        self, connection: Connection, cursor: object, statement: str, given: object, context: object, many: bool
    ) -> None:
        if not statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE", "INSERT")):
            return
        self.seen += 1
        one = given[0] if many and isinstance(given, list) else given
        explaining = connection.connection.cursor()
        explaining.execute(f"EXPLAIN QUERY PLAN {statement}", one)
        steps = [str(step[3]) for step in explaining.fetchall()]
        explaining.close()
        whole = [step for step in steps if step.startswith("SCAN") and " USING " not in step and "VIRTUAL" not in step]
        whole += [step for step in steps if step.startswith(_FROM_THE_BEGINNING)]
        self.scans += [f"{step}: {statement}" for step in whole if not any(table in step for table in MAY_BE_READ)]


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    store = Store.open(f"sqlite+aiosqlite:///{tmp_path / 'store.db'}")
    await store.create()
    yield Watched(store)
    await store.close()


async def test_intake_reads_no_table_whole(watched: Watched) -> None:
    async with watched.store.transaction() as tx:
        await tx.claim([claim("a"), claim("b")])
        await tx.claimed(["a"])
        await tx.noted(["a"])
        await tx.note([Note("a", "x", NOON)])
        await tx.count_notes("x", NOON)
        await tx.find([("n", "mosaic", "1")], [("XX", "XX-1")], ["e1"])
        await tx.load(["p1"])
        await tx.blocked(["k1"])
        await tx.file(["p1"], [BlockedRow("k1", "n", "p1")])
        await tx.forget([IdentifierRow("n", "mosaic", "2", "p1")])
        await tx.note_register_freshness([RegisterFreshness("n", NOON, NOON)])
        await tx.save(
            [PersonRow("p1", "n", b"", 1)],
            [IdentifierRow("n", "mosaic", "1", "p1")],
            [ReferenceRow("n", "XX", "XX-1", "p1", "e1")],
            [EpisodeRow("e1", "n", "p1", NOON, "open", b"")],
        )
        await tx.append([line("l1", contents=b"x")], [promised("o1")])
        await tx.set_timers([("p1", "e1"), ("p1", None)], [timer("t1")])
        await tx.quarantine([unreadable("q1")])
        await tx.due_timers(NOON + HOUR, 10)
        await tx.next_timer()
    assert watched.seen > 12
    assert watched.scans == []


async def test_a_hub_that_starts_asks_the_indexes_alone_who_has_work(watched: Watched) -> None:
    async with watched.store.transaction() as tx:
        rows = [("e1", "n", "open"), ("e2", "b", "open"), ("e3", "n", "open"), ("e4", "over", "found")]
        await tx.save([], [], [], [EpisodeRow(id_, where, "p1", NOON, state, b"") for id_, where, state in rows])
        work = WorkRow("w1", "e4", "e4", "waits", "r", None, "task", "task.create", None, "routine", "m1", NOON, None)
        await tx.set_work(["e4"], [work])
        watched.scans.clear()
        assert await tx.authorities_at_work() == {"n", "b", "waits"}
        assert await tx.governing() == set()
        assert await tx.authorities_held_up() == set()
    assert watched.scans == []


async def test_a_relay_reads_no_table_whole(watched: Watched) -> None:
    await promise(watched.store, promised("a"), promised("b"), promised("c"))
    relay = await Relay(watched.store).own()
    one, two, _ = await relay.claim(overtaking=("notify.found",))
    async with watched.store.transaction() as tx:
        await tx.keep_addresses({one.position: "x"})
        await tx.renew_leases("one", [one.position, two.position], NOON, HOUR)
        await tx.settle("one", [one.settled("accepted"), two.settled("retrying")], NOON)
        await tx.next_attempt(NOON)
        await tx.oldest_due(NOON, ["mail", "topic"])
        await tx.standing()
        await tx.held_up()
        await tx.untold_held(10)
        await tx.untold_waiting("immediate", 10)
        await tx.untold_waiting("routine", 10, "mail")
        await tx.release([one.position])
    assert watched.seen > 12
    assert watched.scans == []


async def test_looking_back_reads_no_table_whole(watched: Watched) -> None:
    async with watched.store.reading() as tx:
        await tx.ledger_of_episode("e1")
        await tx.ledger_about("m1")
        await tx.facts_since("nottinghamshire", NOON)
        await tx.people_heard_of("nottinghamshire", NOON)
        await tx.ledger_after(5, 10)
        await tx.contents("hash")
        await tx.outbox_of_episode("e1")
        await tx.outbox_of_episodes(["e1", "e2"])
        await tx.outbox_of_episodes(["e1", "e2"], waiting=True)
        await tx.outbox_of_message("m1")
        await tx.outbox_after(5, 10)
    assert watched.seen == 11
    assert watched.scans == []


async def test_looking_for_silent_feeds_reads_no_table_whole_but_their_own_list(watched: Watched) -> None:
    async with watched.store.transaction() as tx:
        await tx.claim([claim("a")])
        await tx.feed_states()
        await tx.arrived(NOON)
        await tx.feed_hours({1, 2})
        await tx.week_of_feed("police.xx.notifications.v1")
        await tx.keep_heard([FeedState("f", NOON, NOON)], [FeedHour(1, "f", 1, 1, NOON)])
        await tx.forget_feed("f")
    assert [step for step in watched.scans if "SCAN feed_" not in step] == []


async def test_who_looked_is_found_in_one_statement_that_reads_no_table_whole(watched: Watched) -> None:
    async with watched.store.reading() as tx:
        for asked in (tx.looks_at(["n", "b"], "M-1", NOON), tx.looks_by("o.kaur", NOON), tx.looks_by("x", NOON, "n")):
            watched.seen = 0
            await asked
            assert watched.seen == 1
    assert watched.scans == []
