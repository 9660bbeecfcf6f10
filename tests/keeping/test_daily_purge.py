"""A hub with a schedule purges once a day by itself, and says so where it does not come to it."""

import asyncio
import contextlib
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lives import AUTHORITY, NHS, dumped, hub_on, keyed, live_through, person_of
from wire_messages import MONDAY

from homeward.cli import main
from homeward.custody import back_up, restore
from homeward.keeping.purging import purge
from homeward.keeping.running import DailyPurge
from homeward.keeping.schedule import load_schedule
from store import Store
from store.errors import StoreUnavailableError
from store.holds import Hold

EXAMPLE = Path(__file__).parents[2] / "docs" / "example" / "retention.toml"
IN_TWO_YEARS = datetime(2028, 6, 3, tzinfo=UTC)


async def test_it_purges_when_a_day_has_passed_and_tells_when_two_have(tmp_path: Path) -> None:
    schedules = {AUTHORITY: load_schedule(EXAMPLE.read_text(), "f", AUTHORITY)}
    async with hub_on(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db") as hub:
        await live_through(hub)
        hub.clock.set(IN_TWO_YEARS)
        daily = DailyPurge(hub.store, schedules, hub.clock.now)
        done = await daily.purge_if_due()
        assert done is not None
        assert "interview" in {each.what for each in done.lines()}
        assert await daily.purge_if_due() is None
        assert daily.fault() is None
        hub.clock.set(IN_TWO_YEARS + timedelta(days=2))
        assert "nothing has been purged by the retention schedule since 2028-06-03" in (daily.fault() or "")
        assert await daily.purge_if_due() is not None
        assert daily.fault() is None


async def test_a_restart_hides_no_purge_that_keeps_failing(tmp_path: Path) -> None:
    schedules = {AUTHORITY: load_schedule(EXAMPLE.read_text(), "f", AUTHORITY)}
    async with hub_on(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db") as hub:
        await live_through(hub)

        async def told_on(day: int) -> str | None:
            """What a process that starts on that day says after a try in which the owner's database is away."""
            hub.clock.set(IN_TWO_YEARS + timedelta(days=day))
            daily = DailyPurge(hub.store, schedules, hub.clock.now, f"sqlite+aiosqlite:///{tmp_path}/none/hub.db")
            with contextlib.suppress(StoreUnavailableError):
                await daily.purge_if_due()
            return daily.fault()

        never = "nothing has been purged by the retention schedule since 2028-06-03 00:00 (it has not been tried)"
        assert [await told_on(day) for day in range(4)] == [None, None, never, never]
        hub.clock.set(IN_TWO_YEARS + timedelta(days=4))
        assert await DailyPurge(hub.store, schedules, hub.clock.now).purge_if_due() is not None
        since = never.replace("06-03", "06-07")
        assert [await told_on(day) for day in range(5, 8)] == [None, since, since]


async def test_a_purge_that_leaves_words_in_the_files_of_the_database_is_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedules = {AUTHORITY: load_schedule(EXAMPLE.read_text(), "f", AUTHORITY)}
    async with hub_on(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db") as hub:
        await live_through(hub)
        hub.clock.set(IN_TWO_YEARS)
        daily = DailyPurge(hub.store, schedules, hub.clock.now)

        async def no_room() -> None:
            raise StoreUnavailableError("disk full")

        with monkeypatch.context() as patch:
            patch.setattr(hub.store, "sweep", no_room)
            for day in range(3):
                assert daily.fault() is None
                hub.clock.set(IN_TWO_YEARS + timedelta(days=day))
                with pytest.raises(StoreUnavailableError):
                    await daily.purge_if_due()
        assert "nothing has been purged" in (daily.fault() or "")
        assert await daily.purge_if_due() is not None
        assert daily.fault() is None


async def test_what_a_purge_left_of_a_held_child_stays_also_in_a_backup_that_is_restored(tmp_path: Path) -> None:
    url, keys, file = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db", tmp_path / "backup.db"
    schedules = {AUTHORITY: load_schedule(EXAMPLE.read_text(), "f", AUTHORITY)}
    async with hub_on(url, keys) as hub:
        await live_through(hub)
        async with hub.store.transaction() as tx:
            await tx.hold_child(Hold(await person_of(hub.store, NHS), AUTHORITY, "legal1", "inquiry", MONDAY, None))
        told = (await dumped(hub.store))["outbox"]
        await back_up(keyed(url, keys), file, lambda *_: None)
        await purge(hub.store, schedules, "hub", IN_TWO_YEARS)
        assert (await dumped(hub.store))["outbox"] == told
    again = keyed(f"sqlite+aiosqlite:///{tmp_path / 'again.db'}", keys)
    await restore(file, again, lambda *_: None)
    store = Store.open(again)
    assert (await dumped(store))["outbox"] == told
    await store.close()


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a schedule, and a database with a child of whom everything is two years old."""
    (tmp_path / "directory" / AUTHORITY).mkdir(parents=True)
    shutil.copy(EXAMPLE, tmp_path / "directory" / AUTHORITY / "retention.toml")
    monkeypatch.setenv("HOMEWARD_DIRECTORY", str(tmp_path / "directory"))
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}")
    monkeypatch.setattr("homeward.clock.now", lambda: IN_TWO_YEARS)

    async def filled() -> None:
        async with hub_on(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "hub.keys.db") as hub:
            await live_through(hub)

    asyncio.run(filled())
    return tmp_path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["purge", *arguments])


async def _told(folder: Path) -> dict[str, str]:
    store = Store.open(f"sqlite+aiosqlite:///{folder / 'hub.db'}")
    told = await dumped(store)
    await store.close()
    return told


async def _words(folder: Path) -> str:
    return " ".join((await _told(folder)).values())


def test_a_dry_run_lists_by_type_and_rule_and_changes_nothing(installation: Path) -> None:
    listed = _run("--dry-run")
    assert "nottinghamshire  interview: 2  (24 months after receipt, anyone (line 36))" in listed.output
    assert "plover" in asyncio.run(_words(installation))
    assert _run().output == listed.output
    assert "plover" not in asyncio.run(_words(installation))
    assert _run().output == "Nothing has been kept for longer than the schedules say.\n"


def test_without_a_schedule_the_command_says_where_to_put_one(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (installation / "directory" / AUTHORITY / "retention.toml").unlink()
    monkeypatch.delenv("HOMEWARD_DIRECTORY")
    assert "No authority has a retention.toml" in _run().output
    assert "--only goes with --older-than" in _run("--only", "claims").output


def test_a_schedule_that_cannot_be_read_stops_every_command_that_serves(installation: Path) -> None:
    file = installation / "directory" / AUTHORITY / "retention.toml"
    file.write_text(file.read_text().replace('"interview"', '"intervew"'))
    assert "keep line 36: 'what' must be one of" in _run().output


def test_nothing_goes_by_age_while_a_child_is_held(installation: Path) -> None:
    child = ("child", NHS, "restrict", "--why", "inquiry")
    assert CliRunner().invoke(main, [*child]).exit_code == 0
    refused = _run("--older-than", "30")
    assert (refused.exit_code, "Children who are held: 1" in refused.output) == (1, True)
    assert "plover" in asyncio.run(_words(installation))
    assert _run("--older-than", "30", "--only", "claims").exit_code == 0
    assert CliRunner().invoke(main, [*child, "--lift"]).exit_code == 0
    assert _run("--older-than", "30").exit_code == 0
    assert "plover" not in asyncio.run(_told(installation))["contents, opened"]


def test_nothing_is_purged_where_the_keys_are_not(installation: Path) -> None:
    (installation / "hub.keys.db").unlink()
    for arguments in ((), ("--older-than", "30")):
        refused = _run(*arguments)
        assert (refused.exit_code, "HOMEWARD_KEYS_URL" in refused.output) == (1, True)
    assert not (installation / "hub.keys.db").exists()
