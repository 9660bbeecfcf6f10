"""Each part of the bench does what it says it measures, and refuses a run in which something was lost, came twice or
out of order."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bench import mail, timers
from bench.arrivals import check_order
from bench.growth import TIMES, multiply
from bench.relays import WARM, make_topics, promised, relayed
from bench.snapshot import snapshot
from store import EpisodeRow, PersonRow, Store
from store.migrating import migrate
from store.rows import Claim, LedgerRow
from store.tables import episodes


@pytest.fixture(params=["SQLite", "Postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "SQLite":
        return f"sqlite+aiosqlite:///{tmp_path / 'bench.db'}"
    fresh: Callable[[], str] = request.getfixturevalue("postgres")
    return fresh()


async def test_only_timers_that_are_due_are_timed_and_the_others_stay(database: str) -> None:
    store = await timers.filled(database, 30)
    try:
        turn, look = await timers.taken(store, 30, 2)
        assert min(turn, look) > 0
        with pytest.raises(AssertionError):
            await timers.taken(store, 29, 2)
    finally:
        await store.close()


async def test_a_timer_that_is_due_besides_spoils_the_run(database: str) -> None:
    store = await timers.filled(database, 1)
    try:
        async with store.transaction() as tx:
            await tx.set_timers((), [timers._timer("besides", 0, timers._NOON)])
        with pytest.raises(AssertionError, match="other timers"):
            await timers.taken(store, 2, 1)
    finally:
        await store.close()


async def test_a_snapshot_sees_nothing_of_what_goes_on(database: str) -> None:
    await migrate(database)
    store = Store.open(database)
    async with snapshot(database), store.transaction() as tx:
        await tx.append((), promised("held", 3))
    async with store.reading() as tx:
        assert sum(each.rows for each in await tx.waiting_counts()) == 3
    await store.close()


async def test_a_grown_database_holds_copies_of_what_a_hub_has_written(database: str) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)

    async def write(name: str, rows: int) -> None:
        async with store.transaction() as tx:
            await tx.claim([Claim(name, "/police/XX", name, "police.missing", "police.XX.notifications.v1", 0, 7, at)])
            child, absence = PersonRow(name, "a", b"{}", 1), EpisodeRow(f"e-{name}", "a", name, at, "open", b"{}")
            await tx.save([child], [], [], [absence])
            line = LedgerRow(name, at, "report", "a", absence.id, "cause", {}, b"told")
            await tx.append([line], promised(name, rows))

    async def counted() -> dict[str, int]:
        async with store.connection() as connection:
            asked = {table.name: select(func.count()).select_from(table) for table in TIMES}
            return {name: (await connection.execute(count)).scalar_one() for name, count in asked.items()}

    await migrate(database)
    store = Store.open(database)
    await write("seed", 3)
    async with store.connection() as connection:
        await multiply(connection)
        states = [*(await connection.execute(select(episodes.c.state))).scalars()]
    grown = await counted()
    assert grown["outbox"] == grown["deliveries"] == 3 * 100
    assert {(name, grown[name]) for name in ("inbox", "people", "ledger")} == {
        ("inbox", 1000), ("people", 100), ("ledger", 200),
    }  # fmt: skip
    assert (states.count("open"), states.count("ended")) == (10, 90)
    await write("next", 1)
    async with store.reading() as tx:
        assert sum(each.rows for each in await tx.waiting_counts()) == 3 + 1, "the copies have left"
    await store.close()


async def test_the_server_accepts_each_email_of_the_bare_connection() -> None:
    assert await mail.bare(5, "mailed") > 0


class _Server:
    """What a server said that it took, by the numbers of the e-mails."""

    def __init__(self, due: list[mail.Letter], numbers: list[int]) -> None:
        self._came = [(n, due[number].mailbox, due[number].messages) for n, number in enumerate(numbers)]

    async def told(self) -> Any:
        return self._came


@pytest.mark.parametrize("numbers", [[0, 1], [0, 1, 1, 2], [0, 2, 1]])
async def test_emails_that_are_lost_twice_or_out_of_order_spoil_the_run(numbers: list[int]) -> None:
    due = [mail.Letter("lane", "duty@children.example", f"message-{n}", b"") for n in range(3)]
    assert await mail.accepted(_Server(due, [0, 1, 2]), due) == 1.0  # type: ignore[arg-type]
    with pytest.raises(AssertionError):
        await mail.accepted(_Server(due, numbers), due)  # type: ignore[arg-type]


async def test_the_order_of_what_a_relay_sent_is_read_from_kafka(kafka: str, database: str, topic_prefix: str) -> None:
    await make_topics(kafka, topic_prefix)
    await relayed(kafka, database, 2000, topic_prefix)
    await check_order(kafka, topic_prefix, 2000 + WARM)
    with pytest.raises(AssertionError, match="missing"):
        await check_order(kafka, topic_prefix, 2001 + WARM)
