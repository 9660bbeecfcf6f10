"""A child who is forgotten is forgotten everywhere: in every table, in every file, and in a backup of before."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hub_in_memory import Hub
from lives import (
    CANARIES,
    KIM,
    LEE,
    NHS,
    dumped,
    everything_arrives,
    hub_on,
    keyed,
    live_through,
    person_of,
    seen,
    unreadable,
)
from wire_messages import found, missing

from homeward.custody import CustodyError, back_up, restore
from homeward.doctor.database_checks import database_findings
from homeward.keeping.erasing import forget_children
from homeward.keeping.journal import obey_journal
from homeward.served import check_keys, check_place_of_keys
from homeward.settings import Settings, SettingsError
from store import Store


async def test_a_forgotten_child_stands_in_no_table_and_others_stay(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with hub_on(url, tmp_path / "keys.db") as hub:
        await live_through(hub)
        await live_through(hub, **LEE)
        await hub.take(unreadable(KIM))
        await everything_arrives(hub.store, hub.clock.now())
        before = await dumped(hub.store)
        assert {word for word in CANARIES if seen(before, (word,))} == {*CANARIES}
        assert "quarantine" in {place.split(" in ")[1] for place in seen(before)}
        kim = await person_of(hub.store, NHS)
        erased = await forget_children(hub.store, [kim], "dpo1", "asked for it", hub.clock.now())
        assert erased.refused == {}
        after = await dumped(hub.store)
        assert seen(after) == []
        assert "Sorrel" in after["contents, opened"]
        assert await person_of(hub.store, "9434765870")
        async with hub.store.reading() as tx:
            assert (await tx.prove_ledger()).faults == []
            assert (await tx.ledger_after(0, 1000))[-1].kind == "erasure"
        assert "postgres" in url or seen(in_files(tmp_path)) == []  # while the hub still runs
    assert [word for word in CANARIES if word in caplog.text] == []


def in_files(folder: Path) -> dict[str, str]:
    return {file.name: file.read_bytes().decode(errors="replace") for file in folder.rglob("*") if file.is_file()}


async def test_a_backup_of_before_gives_nothing_back(tmp_path: Path) -> None:
    url, keys, file = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db", tmp_path / "backup.db"
    async with hub_on(url, keys) as hub:
        await live_through(hub)
        await back_up(keyed(url, keys), file, lambda *_: None)
        kim = await person_of(hub.store, NHS)
        await forget_children(hub.store, [kim], "dpo1", "", hub.clock.now())
    again = keyed(f"sqlite+aiosqlite:///{tmp_path / 'again.db'}", keys)
    await restore(file, again, lambda *_: None)
    store = Store.open(again)
    assert seen(await dumped(store)) == []
    await store.close()


async def test_a_backup_is_not_restored_where_the_journal_is_somewhere_else(tmp_path: Path) -> None:
    url, keys, file = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db", tmp_path / "backup.db"
    async with hub_on(url, keys) as hub:
        await live_through(hub)
        await back_up(keyed(url, keys), file, lambda *_: None)
        await forget_children(hub.store, [await person_of(hub.store, NHS)], "dpo1", "", hub.clock.now())
    again = f"sqlite+aiosqlite:///{tmp_path / 'again.db'}"
    with pytest.raises(CustodyError, match="journal of what was erased"):
        await restore(file, again, lambda *_: None)
    assert not (tmp_path / "again.db").exists()
    await restore(file, keyed(again, keys), lambda *_: None)  # although no key of its newest contents is left


async def test_a_hub_starts_on_a_database_of_before_the_newest_children_were_forgotten(tmp_path: Path) -> None:
    url, keys, file = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db", tmp_path / "backup.db"
    async with hub_on(url, keys) as hub:
        await live_through(hub)
        await back_up(keyed(url, keys), file, lambda *_: None)
        await forget_children(hub.store, [await person_of(hub.store, NHS)], "dpo1", "", hub.clock.now())
    as_it_was = Store.open(keyed(f"sqlite+aiosqlite:///{file}", keys))
    await check_keys(as_it_was)
    await obey_journal(as_it_was, hub.clock.now())
    assert seen(await dumped(as_it_was)) == []
    await as_it_was.close()


async def test_nobody_can_read_in_a_backup_what_was_received_about_a_forgotten_child(tmp_path: Path) -> None:
    url, keys, file = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db", tmp_path / "backup.db"
    async with hub_on(url, keys) as hub:
        await live_through(hub)
        await back_up(keyed(url, keys), file, lambda *_: None)
        opened = Store.open(keyed(f"sqlite+aiosqlite:///{file}", keys))
        assert "Quillfeather" in (await dumped(opened))["contents, opened"]
        await forget_children(hub.store, [await person_of(hub.store, NHS)], "dpo1", "", hub.clock.now())
        assert (await dumped(opened))["contents, opened"] == ""
        await opened.close()


async def test_a_backup_gives_back_whoever_was_not_forgotten(tmp_path: Path) -> None:
    url, keys, file = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db", tmp_path / "backup.db"
    async with hub_on(url, keys) as hub:
        await live_through(hub)
        await back_up(keyed(url, keys), file, lambda *_: None)
    again = keyed(f"sqlite+aiosqlite:///{tmp_path / 'again.db'}", keys)
    await restore(file, again, lambda *_: None)
    store = Store.open(again)
    assert {word for word in CANARIES if seen(await dumped(store), (word,))} == {*CANARIES}
    await store.close()


async def test_a_child_who_is_told_of_again_is_not_erased_again(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with hub_on(url, tmp_path / "keys.db") as hub:
        await live_through(hub)
        await forget_children(hub.store, [await person_of(hub.store, NHS)], "dpo1", "", hub.clock.now())
        await hub.take(missing(90, "Z-2", child=KIM))
        assert (await obey_journal(hub.store, hub.clock.now())).rows == {}
        assert "Quillfeather" in (await dumped(hub.store))["contents, opened"]


@pytest_asyncio.fixture
async def broken_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    """A hub on whose database a forgetting died when the key was gone and the rows were not."""
    async with hub_on(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db") as hub:
        await live_through(hub)
        kim = await person_of(hub.store, NHS)
        with monkeypatch.context() as dying:
            dying.setattr("homeward.keeping.erasing._ledger_row", _fails)
            with pytest.raises(RuntimeError, match="power"):
                await forget_children(hub.store, [kim], "dpo1", "", hub.clock.now())
        assert (await dumped(hub.store))["contents, opened"] == ""
        assert await person_of(hub.store, NHS) == kim
        yield hub


def _fails(*_: object) -> None:
    raise RuntimeError("power")


async def test_a_forgetting_that_was_broken_off_is_finished_by_the_next_start(broken_off: Hub) -> None:
    await obey_journal(broken_off.store, broken_off.clock.now())
    assert seen(await dumped(broken_off.store)) == []
    async with broken_off.store.reading() as tx:
        assert (await tx.prove_ledger()).faults == []


async def test_a_child_who_is_missing_since_is_forgotten_only_at_a_start_after_the_return(broken_off: Hub) -> None:
    await broken_off.take(missing(90, "Z-2", child=KIM))
    await obey_journal(broken_off.store, broken_off.clock.now())
    kim = await person_of(broken_off.store, NHS)
    async with broken_off.store.reading() as tx:
        assert (await tx.traces_of(kim)).missing
    await broken_off.take(found(91, "Z-2", child=KIM))
    await everything_arrives(broken_off.store, broken_off.clock.now())
    await obey_journal(broken_off.store, broken_off.clock.now())
    assert seen(await dumped(broken_off.store)) == []


async def test_whoever_was_forgotten_at_a_second_try_and_is_told_of_again_stays(broken_off: Hub) -> None:
    kim = await person_of(broken_off.store, NHS)
    assert (await forget_children(broken_off.store, [kim], "dpo1", "", broken_off.clock.now())).refused == {}
    await broken_off.take(missing(90, "Z-2", child=KIM), found(91, "Z-2", child=KIM))
    await obey_journal(broken_off.store, broken_off.clock.now())
    assert "Quillfeather" in (await dumped(broken_off.store))["contents, opened"]


async def test_nobody_is_forgotten_while_missing_or_while_something_is_to_be_sent(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with hub_on(url, tmp_path / "keys.db") as hub:
        await hub.take(missing(0, "Z-1", child=KIM))
        kim = await person_of(hub.store, NHS)
        refused = (await forget_children(hub.store, [kim], "dpo1", "", hub.clock.now())).refused
        assert "is missing" in refused[kim]
        await hub.take(found(5, "Z-1", child=KIM))
        refused = (await forget_children(hub.store, [kim], "dpo1", "", hub.clock.now())).refused
        assert "still to be sent" in refused[kim]
        await everything_arrives(hub.store, hub.clock.now())
        assert (await forget_children(hub.store, [kim], "dpo1", "", hub.clock.now())).refused == {}


async def test_without_the_keys_of_its_database_nothing_is_shown_or_erased(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with hub_on(url, tmp_path / "keys.db") as hub:
        await hub.take(missing(0, "Z-1", child=KIM))
        await check_keys(hub.store)
    elsewhere = Store.open(keyed(url, tmp_path / "other.db"))
    with pytest.raises(SettingsError, match="the keys of this database's contents are not there"):
        await check_keys(elsewhere)
    await elsewhere.close()
    findings = await database_findings(Settings(database_url=url, keys_url=f"sqlite+aiosqlite:///{tmp_path}/other.db"))
    assert [each.says for each in findings if each.severity == "fault"] == [
        "the keys of what was received are not there"
    ]


def test_with_postgres_somebody_has_to_say_where_the_keys_are() -> None:
    postgres = {"database_url": "postgresql+asyncpg://homeward@127.0.0.1/homeward"}
    with pytest.raises(SettingsError, match="HOMEWARD_KEYS_URL: with Postgres, say where"):
        check_place_of_keys(Settings(**postgres))
    check_place_of_keys(Settings(**postgres, keys_url="sqlite+aiosqlite:///keys.db"))
    check_place_of_keys(Settings(**postgres, trial=True))
    check_place_of_keys(Settings())
