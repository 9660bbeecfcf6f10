"""Moving from SQLite to Postgres and back, backing up and restoring: nothing is lost, and the hub goes on as before."""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hub_in_memory import Hub
from seals import seal
from wire_messages import context, found, missing

from homeward import clock
from homeward.cli import main
from homeward.custody import drill
from homeward.sealing import Sealer
from homeward.served import check_served
from homeward.settings import SettingsError
from routing.library import HUB, Packs
from store import Ownership, Store
from store.migrating import migrate
from tests.shipped import shipped_packs

pytestmark = pytest.mark.postgres
CHILD = context(-1, "compact:K-1", services=[{"service": "cscs", "worker": "sw1", "manager": "tm1"}])
BEFORE = (CHILD, missing(0, "P-1", concerns=["cse"]))
AFTER = found(30, "P-1")
CHANGED = "UPDATE ledger SET hash = 'another' WHERE position = 1"
DAYS = 24.0 * 6


@pytest.fixture
def source(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/old.db"


@pytest.fixture
def target(postgres: Callable[[], str]) -> str:
    return postgres()


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def lived(url: str, *reports: bytes) -> None:
    """A hub that has taken these reports in, on that database, and has sealed them."""
    await migrate(url)
    store = Store.open(url)
    hub = Hub(store)
    await hub.take(*reports)
    await seal(Sealer(store, hub.clock.now))
    await store.close()


async def goes_on(url: str, until: float) -> list[tuple[str, str, str]]:
    """What a hub on that database says from now on: (message id, type, to whom), in order."""
    store = Store.open(url)
    async with store.reading() as tx:
        already = len(await tx.outbox_after(0, 10_000))
    hub = Hub(store)
    await hub.take(AFTER)
    await hub.fall(until)
    async with store.reading() as tx:
        rows = (await tx.outbox_after(0, 10_000))[already:]
    await store.close()
    return [(row.row.message_id, row.row.type, row.row.destination) for row in rows]


async def in_thread(*arguments: str) -> Result:
    """Commands run a loop of their own."""
    return await asyncio.to_thread(call, *arguments)


async def test_after_a_move_the_hub_goes_on_as_if_nothing_had_been(source: str, target: str, tmp_path: Path) -> None:
    await lived(source, *BEFORE)
    done = await in_thread("move", "--database", source, "--to", target)
    assert done.exit_code == 0, done.output
    assert "Now set HOMEWARD_DATABASE_URL" in done.output
    back = f"sqlite+aiosqlite:///{tmp_path}/back.db"
    assert (await in_thread("move", "--database", target, "--to", back)).exit_code == 0
    said = await goes_on(source, DAYS)
    assert said
    assert await goes_on(target, DAYS) == said
    assert await goes_on(back, DAYS) == said
    for url in (source, target, back):
        verified = await in_thread("ledger", "verify", "--database", url)
        assert (verified.exit_code, "Newest root: 1, of " in verified.output) == (0, True), verified.output


async def test_a_database_that_holds_something_is_not_moved_into(source: str, target: str) -> None:
    await lived(source, *BEFORE)
    await lived(target, CHILD)
    done = await in_thread("move", "--database", source, "--to", target)
    assert done.exit_code == 1
    assert "The database to fill is not empty" in done.output


async def test_a_database_on_which_a_hub_works_is_not_moved(source: str, target: str) -> None:
    await lived(source, *BEFORE)
    store, lease = Store.open(source), timedelta(hours=1)
    await Ownership(store, "hub-1").acquire(["timers"], clock.now(), lease)
    await store.close()
    done = await in_thread("move", "--database", source, "--to", target)
    assert (done.exit_code, done.output) == (
        1, "Error: A hub works on the database to move (hub-1). Stop it, then try again.\n",
    )  # fmt: skip


async def test_a_backup_is_for_its_owner_alone_and_gives_everything_back(
    source: str, target: str, tmp_path: Path
) -> None:
    file = tmp_path / "backup.db"
    await lived(target, *BEFORE)
    assert (await in_thread("backup", str(file), "--database", target)).exit_code == 0
    assert file.stat().st_mode & 0o077 == 0
    assert names_in(tmp_path) == {"backup.db"}
    assert "exists. Name a new file." in (await in_thread("backup", str(file), "--database", target)).output
    drilled = await in_thread("restore", str(file), "--drill")
    assert (drilled.exit_code, "The backup holds" in drilled.output) == (0, True), drilled.output
    assert (await in_thread("restore", str(file), "--database", source)).exit_code == 0
    assert await goes_on(source, DAYS) == await goes_on(target, DAYS)


async def test_a_drill_names_a_line_that_was_changed(source: str, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    await lived(source, *BEFORE)
    assert (await in_thread("backup", str(file), "--database", source)).exit_code == 0
    with sqlite3.connect(file) as changed:
        changed.execute("DROP TRIGGER ledger_no_update")
        changed.execute(CHANGED)
    changed.close()
    assert (
        "The ledger is not what was written. Row 1 (report" in (await in_thread("restore", str(file), "--drill")).output
    )
    assert (await in_thread("restore", str(file), "--database", f"{source}.new")).exit_code == 1


async def test_what_cannot_be_backed_up_leaves_no_file(source: str, tmp_path: Path) -> None:
    await lived(source, CHILD)
    with sqlite3.connect(tmp_path / "old.db") as changed:
        changed.execute("DROP TRIGGER ledger_no_update")
        changed.execute(CHANGED)
    changed.close()
    file = tmp_path / "backup.db"
    done = await in_thread("backup", str(file), "--database", source)
    assert done.exit_code == 1, done.output
    assert not file.exists()


async def test_a_pack_that_is_gone_is_named_by_the_drill_and_refused_by_the_hub(source: str, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    await lived(source, *BEFORE)
    (governing,), (hub,) = (shipped_packs().all()[name] for name in ("nottinghamshire", HUB))
    store, newer = Store.open(source), Packs([replace(governing, version="7.0"), hub])
    with pytest.raises(SettingsError, match=r"governed by nottinghamshire 6\.5, which this hub does not have"):
        await check_served(store, newer)
    await check_served(store, shipped_packs())
    await store.close()
    assert (await in_thread("backup", str(file), "--database", source)).exit_code == 0
    assert (await drill(file, newer)).lacking == ("nottinghamshire 6.5",)
