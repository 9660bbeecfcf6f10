"""What the kit breaks with: a line that leads nowhere while it is dark, a clock that is set, topics in two lives."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest

from homeward import clock
from homeward.torture.faults.of_databases import OF_DATABASES
from homeward.torture.feed import Feed
from homeward.torture.line import line_to
from homeward.torture.listening import joined
from homeward.torture.shifted_clock import ShiftedClock
from store import Store

PATIENCE = 30.0
SOON = timedelta(minutes=1)
WAITING = (
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
    "WHERE NOT granted AND datname = current_database()"  # on this server other tests wait, too
)


@pytest.mark.postgres
async def test_a_dark_line_leads_nowhere_until_it_is_dark_no_more(postgres: Callable[[], str]) -> None:
    async with line_to(postgres()) as line:
        reached = line.url.replace("+asyncpg", "")
        line.dark = True
        with pytest.raises(TimeoutError):
            await asyncpg.connect(reached, timeout=0.5)
        line.dark = False
        connection = await asyncpg.connect(reached, timeout=PATIENCE)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()


@pytest.mark.postgres
async def test_tables_are_locked_although_a_hub_held_one_and_wants_the_other(postgres: Callable[[], str]) -> None:
    url = postgres()
    store, lock = Store.open(url), next(f for f in OF_DATABASES if f.name == "tables locked (Postgres)")
    await store.create()
    hub = await asyncpg.connect(url.replace("+asyncpg", ""))
    await hub.execute("SET deadlock_timeout = '1h'; BEGIN; LOCK TABLE deliveries")  # Postgres ends the other one
    rig: Any = SimpleNamespace(store=store, on_postgres=True)
    locking = asyncio.create_task(lock.begin(rig, cast(Feed, None)))
    watch = await asyncpg.connect(url.replace("+asyncpg", ""))
    async with asyncio.timeout(PATIENCE):
        while not await watch.fetchval(WAITING):
            pass
        await hub.execute("LOCK TABLE ledger")
        await hub.execute("COMMIT")
        await (await locking)()
    for connection in (hub, watch):
        await connection.close()
    await store.close()


def test_a_clock_that_is_set_is_read_by_the_hubs_and_time_that_passes_by_all(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    shifted = ShiftedClock(file)
    shifted.shift(-7200)
    assert file.read_text() == "-7200"
    assert shifted.now() - clock.now() < SOON
    shifted.pass_by(3600)
    assert file.read_text() == "3600"
    assert timedelta(minutes=59) < shifted.now() - clock.now() < timedelta(minutes=61)
    shifted.shift(60)
    assert file.read_text() == "3660"


def test_what_a_topic_held_in_its_first_life_comes_before_what_it_held_in_its_second() -> None:
    first, then = {"a": {0: ["m1"], 1: ["m2"]}}, {"a": {0: ["m3"]}, "b": {0: ["m4"]}}
    assert joined(first, then) == {"a": {0: ["m1", "m3"], 1: ["m2"]}, "b": {0: ["m4"]}}
