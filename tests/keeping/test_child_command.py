"""What a child may ask for, by command: everything of their own, nobody else's data, and a line in the ledger each
time."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from lives import AUTHORITY, KIM, LEE, NHS, SERVICES, everything_arrives, hub_on, live_through, person_of
from wire_messages import case, found, missing

from homeward.cli import main
from homeward.keeping.bundle import disclosures, said_of_child
from routing.library import Packs
from store import Store
from tests.shipped import shipped_packs

OTHERS = ("Sorrel", "9434765870", "Ottoline")
WHO = ("--as", "dpo1")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A hub's database with a child, a sister and somebody who reported."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", url)

    async def filled() -> None:
        async with hub_on(url, tmp_path / "hub.keys.db") as hub:
            sister = {"identifier": LEE["identifiers"][0], "relation": "sibling"}
            await live_through(hub)
            await hub.take(case("case.context", 7, child=KIM, services=SERVICES, relations=[sister]))
            said = {
                "circumstances": "with Lee Sorrel",
                "informant": {"name": "Ottoline"},
                "linked_incidents": ["Z-870"],
            }
            await hub.take(missing(30, "Z-2", child=KIM, **said))
            await hub.take(missing(30, "Z-870", child=LEE))
            await hub.take(found(40, "Z-2", child=KIM))
            await everything_arrives(hub.store, hub.clock.now())

    asyncio.run(filled())
    return url


def run(*arguments: str, exit_code: int = 0) -> Result:
    done = CliRunner().invoke(main, ["child", *arguments])
    assert done.exit_code == exit_code, done.output
    return done


async def _looks(url: str) -> list[str]:
    store = Store.open(url)
    async with store.reading() as tx:
        lines = [line for line in await tx.ledger_after(0, 10_000) if line.kind == "look"]
    await store.close()
    return [f"{line.entry['who']}: {line.entry['what']}" for line in lines]


def test_a_copy_holds_every_disclosure_and_nobody_elses_data(database: str, tmp_path: Path) -> None:
    run(NHS, "export", str(tmp_path / "bundle"), *WHO)
    text, page = (tmp_path / "bundle.json").read_text(), (tmp_path / "bundle.html").read_text()
    told = orjson.loads(text)
    assert [word for word in OTHERS if word in text or word in page] == []
    assert [word for word in ("Quillfeather", "3 Wagtail Mews", NHS) if word not in page] == []
    assert asyncio.run(_messages_about(database, NHS)) == {each["message"] for each in told["disclosures"]} != set()
    assert all(each["to"] and each["ways"] and each["clauses"] for each in told["disclosures"])
    assert any(clause["says"] for each in told["disclosures"] for clause in each["clauses"])
    assert {"circumstances", "informant"} <= {name for each in told["heard"] for name in each["read_before_giving"]}
    assert len(told["episodes"]) == 2


async def _messages_about(url: str, number: str) -> set[str]:
    store = Store.open(url)
    kim = await person_of(store, number)
    async with store.reading() as tx:
        mine = {*(await tx.traces_of(kim)).episodes}
        rows = [promise.row for promise in await tx.outbox_after(0, 10_000)]
    await store.close()
    return {row.message_id for row in rows if row.subject in mine}


def test_each_look_is_written_down_with_who_and_what(database: str, tmp_path: Path) -> None:
    run(NHS, "show", *WHO)
    run(NHS, "disclosures", *WHO)
    run(NHS, "export", str(tmp_path / "bundle"), *WHO)
    looks = asyncio.run(_looks(database))
    assert {"dpo1: homeward child show", "dpo1: homeward child disclosures", "dpo1: homeward child export"} <= {*looks}
    assert "dpo1, homeward child show" in (tmp_path / "bundle.html").read_text()


def test_who_was_told_is_listed_with_the_clause(database: str) -> None:
    listed = run(NHS, "disclosures", *WHO).output
    assert "to allocated_social_worker (sw1)" in listed
    assert "NOTTS-" in listed


def test_what_the_pack_keeps_back_is_said_with_the_reason() -> None:
    assert said_of_child({"child": {"given_name": "Kim", "carers": ["Jo"]}, "note": "Jo"})[0] == {
        "child": {"given_name": "Kim"}
    }


async def test_withheld_fields_are_named_for_their_readers(tmp_path: Path) -> None:
    packs = shipped_packs()
    pack = replace(packs.newest(AUTHORITY), withheld={"notify.missing": ("risk",)})
    async with hub_on(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db") as hub:
        await live_through(hub)
        async with hub.store.reading() as tx:
            told: list[dict[str, Any]] = disclosures(
                await tx.outbox_after(0, 1000), await tx.ledger_after(0, 1000), Packs([pack, packs.hub]), AUTHORITY
            )
    withheld = {each["type"]: [field["field"] for field in each["withheld"]] for each in told}
    assert withheld["notify.missing"] == ["risk"]
    assert {*map(tuple, withheld.values())} == {(), ("risk",)}
    assert "16LA" in next(each["withheld"][0]["why"] for each in told if each["withheld"])


async def test_a_correction_goes_the_way_of_the_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", url)
    async with hub_on(url, tmp_path / "hub.keys.db") as hub:
        await live_through(hub)
        monkeypatch.setattr("homeward.clock.now", lambda: hub.clock.now() + timedelta(hours=1))
        asked = [NHS, "rectify", "--set", "given_name=Zephyrina", "--set", "date_of_birth=2012-11-28", *WHO]
        done = await asyncio.to_thread(CliRunner().invoke, main, ["child", *asked])
        assert "register.nottinghamshire.children.v1 under the key" in done.stderr
        record = next(line for line in done.stdout.splitlines() if line.startswith("{"))
        kim = await person_of(hub.store, NHS)
        async with hub.store.reading() as tx:
            assert b"Zephyrina" not in ((await tx.load([kim]))[0][kim].described or b"")
        await hub.take(record.encode())
        async with hub.store.reading() as tx:
            row = (await tx.load([kim]))[0][kim]
        assert b"Zephyrina" in (row.described or b"")
        assert b"2012-11-28" in row.doc


@pytest.mark.parametrize(
    ("change", "says"),
    [("shoe_size=4", "cannot be put right here"), ("date_of_birth=soon", "The contract does not take this")],
)
def test_what_cannot_be_put_right_is_refused(database: str, change: str, says: str) -> None:
    done = CliRunner().invoke(main, ["child", NHS, "rectify", "--set", change, *WHO])
    assert done.exit_code
    assert says in done.output


def test_a_child_who_is_restricted_is_not_forgotten_until_it_is_lifted(database: str) -> None:
    run(NHS, "restrict", "--why", "inquiry", "--until", "2200-01-01", *WHO)
    assert "restricted by dpo1: inquiry" in run(NHS, "show", *WHO).output
    why = ("--why", "asked", *WHO)
    assert "held by dpo1: inquiry" in run(NHS, "forget", "--yes", *why, exit_code=1).output
    assert run(NHS, "restrict", "--lift", "--why", "closed", *WHO).output == "Lifted.\n"
    assert "Forgotten: " in run(NHS, "forget", "--yes", *why).output
    assert "Nobody here has this number" in run(NHS, "show", *WHO, exit_code=1).output


def test_a_hold_takes_the_place_of_another_only_where_that_is_said(database: str) -> None:
    run(NHS, "restrict", "--why", "inquiry", *WHO)
    refused = run(NHS, "restrict", "--why", "a day more", "--until", "2200-01-01", *WHO, exit_code=1).output
    assert "held already, by dpo1 until somebody lifts it: inquiry. Nothing was changed" in refused
    assert "restricted by dpo1: inquiry" in run(NHS, "show", *WHO).output
    run(NHS, "restrict", "--replace", "--why", "a day more", "--until", "2200-01-01", *WHO)
    assert "restricted by dpo1: a day more" in run(NHS, "show", *WHO).output
    again = run(NHS, "restrict", "--why", "inquiry", *WHO, exit_code=1).output
    assert "by dpo1 until 2200-01-01: a day more" in again


def test_nothing_is_erased_before_somebody_has_said_yes(database: str) -> None:
    done = CliRunner().invoke(main, ["child", NHS, "forget", "--why", "asked", *WHO], input="n\n")
    assert done.exit_code == 1
    assert "Say why" in run(NHS, "forget", *WHO, exit_code=2).output
    run(NHS, "show", *WHO)


def test_a_child_of_another_authority_is_not_shown(database: str) -> None:
    assert "Nobody here has this number" in run("--authority", "islington", NHS, "show", *WHO, exit_code=1).output


@pytest.mark.parametrize("command", [("show",), ("forget", "--yes", "--why", "asked")])
def test_without_the_keys_nothing_is_said_to_be_all_or_to_be_erased(
    database: str, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "hub.keys.db").rename(tmp_path / "elsewhere.db")
    assert "HOMEWARD_KEYS_URL: the keys of this database" in run(NHS, *command, *WHO, exit_code=1).output
    assert not (tmp_path / "hub.keys.db").exists()
    (tmp_path / "elsewhere.db").rename(tmp_path / "hub.keys.db")
    assert "episodes: 2" in run(NHS, "show", *WHO).output


def test_a_child_is_not_held_until_a_day_that_is_past(database: str) -> None:
    past = ("restrict", "--why", "inquiry", "--until", "1999-01-01", *WHO)
    assert "That day has begun already" in run(NHS, *past, exit_code=2).output
    assert "restricted" not in run(NHS, "show", *WHO).output


def test_a_field_without_a_value_is_not_emptied(database: str) -> None:
    assert "FIELD=VALUE" in run(NHS, "rectify", "--set", "given_name", *WHO, exit_code=2).output


def test_who_looked_at_a_child_who_was_forgotten_is_found_by_the_id_that_was_printed(database: str) -> None:
    run(NHS, "export", f"{database.removeprefix('sqlite+aiosqlite:///')}-copy", *WHO)
    said = run(NHS, "forget", "--yes", "--why", "asked", *WHO).output
    words = said[said.index("access --child") :].split()
    looked = CliRunner().invoke(main, words).output
    assert "homeward child export" in looked
    assert "homeward child forget" in looked


def test_a_copy_that_cannot_be_written_is_told_by_its_file(database: str, tmp_path: Path) -> None:
    said = run(NHS, "export", str(tmp_path / "nowhere" / "bundle"), *WHO, exit_code=1).output
    assert "bundle.json: No such file or directory" in said


def test_keys_that_cannot_be_read_are_not_taken_for_the_database(database: str, tmp_path: Path) -> None:
    (tmp_path / "hub.keys.db").write_text("no database at all, and long enough to be looked at as one")
    assert "the keys: DatabaseError" in run(NHS, "show", *WHO, exit_code=1).output
