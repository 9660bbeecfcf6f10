"""A changed procedure on what was really heard: exactly the messages that differ, and nothing is sent for it."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from hub_in_memory import POLICE, Hub, hub
from wire_messages import MONDAY, child, found, later, missing

from homeward.cli import main
from homeward.looking import Looker
from homeward.rehearsal.messages import Differences
from homeward.rehearsal.running import changed_pack, rehearse_pack
from intake.records import RawRecord
from schemas.cloudevents import binary, read
from store import Store
from tests.shipped import shipped_directories

SHIPPED = Path(__file__).parents[2] / "protocols" / "nottinghamshire" / "6.5.toml"
LIMIT = 'interview = {within = "72h"'
LOOKER = Looker("o.kaur", "homeward rehearse")
YEARS, APART = 2, 730  # hours between two children
HOURS = YEARS * 365 * 24


@pytest.fixture
def shorter(tmp_path: Path) -> Path:
    """The procedure with 48 hours for the interview in place of 72."""
    text = SHIPPED.read_text("utf-8")
    assert LIMIT in text
    file = tmp_path / "6.6.toml"
    file.write_text(text.replace(LIMIT, 'interview = {within = "48h"').replace('version = "6.5"', 'version = "6.6"'))
    return file


def reports() -> Iterator[bytes]:
    """A child every month who comes back, each month later than the month before; every second one is known."""
    for number, hours in enumerate(range(0, HOURS, APART)):
        whose = child(f"compact:K-{number % 7}")
        yield missing(hours, f"P-{number}", child=whose, child_protection_concern=number % 3 == 0)
        yield found(hours + 3 + 5 * number, f"P-{number}")


async def lived(told: Hub) -> None:
    """Everything is heard and every clock of two years has run."""
    for value in sorted(reports(), key=lambda each: orjson.loads(each)["time"]):
        hours = (told.raw(value).timestamp - MONDAY) / timedelta(hours=1)
        await told.fall(hours)
        await told.take(value)
    await told.fall(HOURS)


async def differ(told: Hub, file: Path, since: float = 0) -> Differences:
    changed = changed_pack(file, told.packs)
    now = told.clock.now()
    done = await rehearse_pack(
        told.store, told.packs, shipped_directories(), changed, later(since), now, LOOKER, lambda line: None
    )
    assert done.lost == 0
    return done.found


async def test_a_shorter_limit_changes_what_hangs_on_it_in_two_years_and_nothing_else(shorter: Path) -> None:
    async with hub() as told:
        await lived(told)
        said = await told.said()
        found = await differ(told, shorter)
    assert (found.new, found.gone) == ((), ())
    on_it = {each["id"] for each in said if each["type"] in ("rhi.request", "rhi.breach")}
    assert len(on_it) >= 10
    assert {before.id for before, _ in found.changed} == on_it
    assert found.alike == len(said) - len(on_it)
    for before, after in found.changed:
        moved = before.due and after.due and before.due - after.due
        assert (before.at - after.at, moved)[before.type == "rhi.request"] == timedelta(hours=24)


async def test_the_procedure_as_it_is_changes_nothing_and_only_who_looked_is_written(tmp_path: Path) -> None:
    async with hub() as told:
        await told.take(missing(), found(5))
        await told.fall(200)
        rows, lines = await told.rows(), len(await told.ledger("decision"))
        found_ = await differ(told, SHIPPED)
        assert (found_.new, found_.gone, found_.changed) == ((), (), ())
        assert found_.alike == len(await told.said())
        assert await told.rows() == rows
        assert len(await told.ledger("decision")) == lines
        (look,) = await told.ledger("look")
    assert look.entry == {"who": "o.kaur", "what": "homeward rehearse nottinghamshire 6.5"}


@pytest.fixture
def in_april(shorter: Path) -> Path:
    """The same, to come into force in some years."""
    file = shorter.with_name("in-april.toml")
    text = re.sub("^in_force_from = .*$", "in_force_from = 2099-04-01", shorter.read_text(), flags=re.MULTILINE)
    assert "2099-04-01" in text
    file.write_text(text)
    return file


async def test_a_version_that_comes_into_force_later_is_rehearsed_as_if_it_had_been(
    shorter: Path, in_april: Path
) -> None:
    async with hub() as told:
        await told.take(missing(), found(30), missing(100, "P-2"), found(130, "P-2"))
        await told.fall(300)
        changed = (await differ(told, shorter)).changed
        assert changed
        assert (await differ(told, in_april)).changed == changed


async def test_local_settings_are_rehearsed_alike_from_the_day_that_is_asked_for(tmp_path: Path) -> None:
    local = tmp_path / "local.toml"
    local.write_text('authority = "nottinghamshire"\nauto_release = false\n')
    async with hub() as told:
        for number in range(3):
            await told.take(missing(100 * number, f"P-{number}"), found(100 * number + 30, f"P-{number}"))
            await told.fall(100 * number + 40)
        every, later_ones = await differ(told, local), await differ(told, local, since=199)
    assert {said.type for said in every.gone} >= {"rhi.request"}
    assert {said.kind for said in every.new} >= {"release_awaited"}
    assert {said.incident for said in every.gone} == {"P-0", "P-1", "P-2"}
    assert {said.incident for said in later_ones.gone} == {"P-2"}


async def test_a_message_in_headers_is_heard_again_as_it_was() -> None:
    async with hub() as told:
        headers, body = binary(read((), missing()))
        raw = RawRecord(POLICE, 0, 99, body, MONDAY, headers=tuple(headers))
        await told.intake.process_batch([raw])
        await told.fall(100)
        found = await differ(told, SHIPPED)
        assert found.alike == len(await told.said()) > 3
    assert not found.changed


def test_the_command_tells_it_in_words_and_as_a_page(shorter: Path, tmp_path: Path) -> None:
    async def fill(url: str) -> None:
        store = Store.open(url)
        await store.create()
        told = Hub(store)
        await told.take(missing(), found(30))
        await told.take(missing(100, "P-2"), found(130, "P-2"))
        await told.fall(300)
        await store.close()

    url = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    asyncio.run(fill(url))
    words = ["rehearse", str(shorter), "--since", "2026-06-01", "--database", url]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "Would have been sent otherwise: " in done.output
    assert "Arrange a return interview, to " in done.output
    assert "(was due " in done.output
    written = CliRunner().invoke(main, [*words, "--html", str(tmp_path / "changes.html")])
    assert written.exit_code == 0, written.output
    page = (tmp_path / "changes.html").read_text("utf-8")
    assert "What would change for Nottinghamshire" in page
    assert "P-2" in page
    assert "K-1" not in page
    data = orjson.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert data["new"] == data["gone"] == []
    assert {each["after"]["type"] for each in data["changed"]} >= {"rhi.request"}
    assert "2026-13-01" in CliRunner().invoke(main, [*words[:3], "2026-13-01"]).output
