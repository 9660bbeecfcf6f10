"""A hub whose keys are lost goes on: it takes in, decides and tells. That they are lost is remembered, so that nobody
says something is erased, until they are back or somebody gives them up."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from hub_in_memory import Hub as Heard
from lives import keyed
from wire_messages import child, found, missing

from homeward.cli import main
from homeward.hub import Hub
from homeward.keeping.running import DailyPurge
from homeward.keeping.schedule import Schedule
from homeward.served import KEYS_LOST, check_keys, look_for_keys
from homeward.settings import Settings, SettingsError
from homeward.wiring import Parts
from producers.fakes import MemoryMailSender
from store import Store
from tests.shipped import shipped_directories, shipped_packs

KIM = child("compact:K-7")


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
