"""A hub whose keys are lost goes on: it takes in, decides and tells. That they are lost is remembered, so that nobody
says something is erased, until they are back or somebody gives them up."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hub_in_memory import Hub as Heard
from lives import AUTHORITY, LEE, NHS, dumped, hub_on, keyed, live_through, person_of, seen
from wire_messages import MONDAY, child, found, missing

from homeward.cli import main
from homeward.custody import back_up, restore
from homeward.hub import Hub
from homeward.keeping.ageing import purge_older
from homeward.keeping.erasing import Erased, forget_children
from homeward.keeping.journal import lines_missing, obey_journal
from homeward.keeping.purging import purge
from homeward.keeping.running import DailyPurge
from homeward.keeping.schedule import Schedule, load_schedule
from homeward.served import KEYS_LOST, check_keys, look_for_keys
from homeward.settings import Settings, SettingsError
from homeward.wiring import Parts
from producers.fakes import MemoryMailSender
from store import Store
from tests.shipped import shipped_directories, shipped_packs

KIM = child("compact:K-7")
EXAMPLE = Path(__file__).parents[2] / "docs" / "example" / "retention.toml"


@pytest.fixture
async def database(tmp_path: Path) -> str:
    """The address of one that has heard of a child, with its keys in `keys.db`."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    store = Store.open(keyed(url, tmp_path / "keys.db"))
    await store.create()
    await Heard(store).take(missing(0, "Z-1", child=KIM))
    await store.close()
    return url


async def lost(store: Store) -> bool:
    async with store.reading() as tx:
        return await tx.keys_lost()


async def test_a_hub_starts_without_them_says_so_and_goes_on_to_tell_people(database: str, tmp_path: Path) -> None:
    store = Store.open(keyed(database, tmp_path / "other.db"))
    heard = Heard(store)
    parts = Parts(Settings(trial=True), shipped_packs(), shipped_directories(), store, {"mail": MemoryMailSender()})
    hub = Hub(parts, ["timers"])
    await hub.start()
    assert (await hub.health.state())["faults"]["keys"] == KEYS_LOST
    before = len(await heard.rows())
    await heard.take(found(30, "Z-1", child=KIM))
    assert len(await heard.rows()) > before
    assert await lost(store)  # although what came last is sealed under keys that are here
    with pytest.raises(SettingsError, match="are not there"):
        await check_keys(store)
    purge = DailyPurge(store, {"nottinghamshire": Schedule("nottinghamshire", ())}, heard.clock.now)
    assert await purge.purge_if_due() is None
    await hub.stop()


async def test_when_they_are_back_all_is_as_it_was_and_the_next_loss_is_noticed(database: str, tmp_path: Path) -> None:
    elsewhere = Store.open(keyed(database, tmp_path / "other.db"))
    heard = Heard(elsewhere)
    assert await look_for_keys(elsewhere, heard.clock.now()) == KEYS_LOST
    await heard.take(found(30, "Z-1", child=KIM))
    back = Store.open(keyed(database, tmp_path / "keys.db"))
    assert not await lost(back)
    assert await look_for_keys(back, heard.clock.now()) is None
    await Heard(back, begins=heard.clock.now()).take(missing(60, "Z-2", child=KIM))
    again = Store.open(keyed(database, tmp_path / "third.db"))
    assert await look_for_keys(again, heard.clock.now()) == KEYS_LOST
    for store in (elsewhere, back, again):
        await store.close()


def put_back(older: Path, keys: Path) -> None:
    """An older backup of the keys takes their place."""
    with closing(sqlite3.connect(older)) as source, closing(sqlite3.connect(keys)) as copy:
        source.backup(copy)


async def test_lines_that_an_older_backup_of_the_keys_lacks_are_written_anew_and_its_keys_thrown_away(
    url: str, tmp_path: Path
) -> None:
    keys, older, database = tmp_path / "keys.db", tmp_path / "older.db", tmp_path / "backup.db"
    async with hub_on(url, keys) as hub:
        await live_through(hub)
        await live_through(hub, **LEE)
        if "postgres" not in url:
            await back_up(keyed(url, keys), database, lambda *_: None)
        put_back(keys, older)
        kim = await person_of(hub.store, NHS)
        await forget_children(hub.store, [kim], "dpo1", "", hub.clock.now())
        await purge_older(hub.store, MONDAY - timedelta(days=9), ["claims"], hub.clock.now())
        assert hub.store.keys is not None
        before = await hub.store.keys.erasures()
        put_back(older, keys)
        assert await lines_missing(hub.store) == {line.id for line in before}
        assert await look_for_keys(hub.store, hub.clock.now()) is None
        assert {line.id: line for line in await hub.store.keys.erasures()} == {line.id: line for line in before}
        assert await obey_journal(hub.store, hub.clock.now()) == Erased()
    if "postgres" in url:
        return
    again = keyed(f"sqlite+aiosqlite:///{tmp_path / 'again.db'}", keys)
    await restore(database, again, lambda *_: None)
    store = Store.open(again)
    told = await dumped(store)
    assert seen(told) == []  # what its contents are sealed under is gone, and the journal has taken the rest
    assert "Sorrel" in told["contents, opened"]
    await store.close()


async def test_a_key_that_came_back_and_is_in_use_stays(tmp_path: Path) -> None:
    url, keys, older = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db", tmp_path / "older.db"
    async with hub_on(url, keys) as hub:
        await live_through(hub)
        put_back(keys, older)
        await forget_children(hub.store, [await person_of(hub.store, NHS)], "dpo1", "", hub.clock.now())
        put_back(older, keys)
        await live_through(hub)
        assert await look_for_keys(hub.store, hub.clock.now()) is None
        assert "Zephyrine" in (await dumped(hub.store))["contents, opened"]


async def test_a_lost_line_of_the_schedules_is_not_missed_and_what_it_named_goes_with_the_next_purge(
    tmp_path: Path,
) -> None:
    url, keys, older = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db", tmp_path / "older.db"
    schedule = {AUTHORITY: load_schedule(EXAMPLE.read_text(), str(EXAMPLE), AUTHORITY)}
    async with hub_on(url, keys) as hub:
        await live_through(hub)
        put_back(keys, older)
        late = datetime(2028, 6, 3, tzinfo=UTC)
        await purge(hub.store, schedule, "purge", late)
        assert await lines_missing(hub.store) == set()
        put_back(older, keys)
        assert await look_for_keys(hub.store, late) is None
        await purge(hub.store, schedule, "purge", late + timedelta(days=1))
        assert hub.store.keys is not None
        assert len(await hub.store.keys.erasures()) == 1


async def test_lines_of_an_earlier_version_are_told_until_somebody_gives_them_up(tmp_path: Path) -> None:
    url, keys = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db"
    async with hub_on(url, keys) as hub:
        await live_through(hub)
        async with hub.store.transaction() as tx:
            await tx.erased(["of before"], hub.clock.now())
        told = await look_for_keys(hub.store, hub.clock.now())
        assert told is not None
        assert "lacks 1 lines that this database has obeyed" in told
        async with hub.store.transaction() as tx:
            await tx.give_up_keys(False, hub.clock.now())
        assert await look_for_keys(hub.store, hub.clock.now()) is None


def test_whoever_gives_them_up_says_why_and_is_in_the_ledger(database: str, tmp_path: Path) -> None:
    url = keyed(database, tmp_path / "other.db")

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["keys", *words, "--database", url])
        return result.exit_code, result.output

    assert run("status")[0] == 1
    assert run("give-up")[0] == 2
    assert run("give-up", "--why", "the disk is gone")[0] == 0
    assert run("status") == (0, "No keys are missed: they are there, or were given up.\n")
    assert run("give-up", "--why", "again")[0] == 1
    seen = CliRunner().invoke(main, ["ledger", "verify", "--database", url])
    assert seen.exit_code == 0, seen.output
