"""A hub with a schedule purges once a day by itself, and says so where it does not come to it."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lives import AUTHORITY, dumped, hub_on, live_through

from homeward.cli import main
from homeward.keeping.running import DailyPurge
from homeward.keeping.schedule import load_schedule
from store import Store

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


async def _words(folder: Path) -> str:
    store = Store.open(f"sqlite+aiosqlite:///{folder / 'hub.db'}")
    told = await dumped(store)
    await store.close()
    return " ".join(told.values())


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
