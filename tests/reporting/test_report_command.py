"""`homeward report`, over a hub that has heard what it tells of: a SQLite file and a real Postgres."""

import asyncio
import csv
import io
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from reporting_hub import Hub, compact

from homeward.cli import main
from store import Store

Run = Callable[..., Awaitable[Result]]
IN_CARE = {"legal_status": "care_order", "plan": "looked_after", "services": [{"service": "cscs", "worker": "sw1"}]}


@pytest.fixture
def run(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in a thread of its own, at the time that the hub's clock shows."""
    monkeypatch.setattr("homeward.clock.now", hub.clock.now)

    async def command(*arguments: str, database: str = hub.url) -> Result:
        words = ["report", "nottinghamshire", "--database", database, *arguments]
        return await asyncio.to_thread(CliRunner().invoke, main, words)

    return command


async def september(hub: Hub) -> None:
    """Two children: one in care, away over the end of August, in September and over its end; one at home."""
    await hub.register("2026-08-31 09:00", **IN_CARE)
    await hub.missing("2026-08-31 22:00")
    await hub.found("2026-09-01 10:00")
    await hub.missing("2026-09-10 12:00", "P-2")
    await hub.missing("2026-09-10 13:00", "P-3", "K-2")
    await hub.found("2026-09-10 23:00", "P-3")
    await hub.found("2026-09-11 18:00", "P-2")
    await hub.outcome("2026-09-14 18:00", "completed", "P-2")
    await hub.missing("2026-09-30 23:30", "P-4")
    await hub.until("2026-10-05 12:00")


def table(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout_bytes.decode(), newline="")))


async def test_the_summary_says_what_the_hub_has_sent(hub: Hub, run: Run) -> None:
    await september(hub)
    (sent,) = [data for data in await hub.sent("report.data") if data["period"] == "2026-09"]
    made = json.loads((await run("--period", "2026-09", "--format", "json")).stdout)
    assert made == {
        "authority": "nottinghamshire",
        "table": "summary",
        "period": "2026-09",
        "first_day": "2026-09-01",
        "last_day": "2026-09-30",
        "figures": sent["figures"],
    }
    figures = {row["figure"]: row["value"] for row in table(await run("--period", "2026-09"))}
    assert figures["episodes.started"] == "3"
    assert figures["episodes.missing_at_end"] == "1"
    assert figures["children.repeat"] == "1"
    assert figures["interviews.done_within_72_hours"] == "1"
    assert figures["meetings.mam.requested"] == "1"


async def test_the_lists_name_children_by_the_number_asked_for(hub: Hub, run: Run) -> None:
    await september(hub)
    episodes = table(await run("--period", "2026-09", "--table", "episodes", "--number", "compact"))
    assert [(row["child"], row["incidents"], row["standing"]) for row in episodes] == [
        ("K-1", "XX P-1", "returned"),
        ("K-1", "XX P-2", "returned"),
        ("K-2", "XX P-3", "returned"),
        ("K-1", "XX P-4", "missing"),
    ]
    assert episodes[0]["start"] == "2026-08-31T22:00:00+01:00"
    (done,) = [
        row for row in table(await run("--period", "2026-09", "--table", "interviews")) if row["result"] == "completed"
    ]
    assert (done["child"], done["within_72_hours"]) == ("M31", "yes")
    meetings = table(await run("--period", "2026-Q3", "--table", "meetings"))
    assert ("requested", "mam") in [(row["act"], row["kind"]) for row in meetings]


async def test_ssda903_for_the_year_so_far(hub: Hub, run: Run) -> None:
    await september(hub)
    result = await run("--period", "2026-04-01..2027-03-31", "--table", "ssda903")
    assert result.stdout_bytes.decode().split("\r\n") == [
        "CHILD,DOB,MISSING,MIS_START,MIS_END",
        "M31,01/09/2011,M,31/08/2026,01/09/2026",
        "M31,01/09/2011,M,10/09/2026,11/09/2026",
        "M31,01/09/2011,M,30/09/2026,",
        "",
    ]
    assert result.stderr == "2026-04-01..2027-03-31 is not over yet. This is what is known so far.\n"


async def test_the_safeguarding_dataset_as_json_with_what_to_look_at(hub: Hub, run: Run) -> None:
    await september(hub)
    result = await run("--period", "2026-09", "--table", "safeguarding", "--number", "mosaic", "--format", "json")
    told = json.loads(result.stdout)["rows"]
    assert [(row["miss_person_id"], row["miss_missing_rhi_offered"]) for row in told] == [
        ("M31", "N"),
        ("M31", "Y"),
        ("", "N"),
        ("M31", None),
    ]
    assert result.stderr == ("Check before use: rows without miss_person_id (no such number in the register): 1\n")


async def test_a_correction_reaches_a_report_of_a_month_that_is_long_over(hub: Hub, run: Run) -> None:
    await hub.missing("2026-09-01 00:30")
    await hub.found("2026-09-01 05:00")
    await hub.until("2026-10-01 00:00")
    (sent,) = [data for data in await hub.sent("report.data") if data["period"] == "2026-09"]
    assert sent["figures"]["episodes"]["started"] == 1
    await hub.missing("2026-10-03 10:00", reported_at="2026-08-31 23:30")
    months = [json.loads((await run("--period", m, "--format", "json")).stdout) for m in ("2026-08", "2026-09")]
    assert [month["figures"]["episodes"]["started"] for month in months] == [1, 0]


async def test_a_retraction_takes_the_episode_out(hub: Hub, run: Run) -> None:
    await hub.missing("2026-09-10 12:00")
    await hub.tell("2026-09-10 14:00", "police.retracted", incident="P-1", force="XX")
    episodes = table(await run("--period", "2026-09", "--table", "episodes"))
    assert [(row["standing"], row["counted"]) for row in episodes] == [("retracted", "no")]
    assert table(await run("--period", "2026-09", "--table", "safeguarding")) == []


async def test_a_number_that_would_run_in_a_spreadsheet_does_not(hub: Hub, run: Run) -> None:
    await hub.register("2026-09-01 09:00", {"system": "mosaic", "value": "=1+1"}, compact("K-1"), **IN_CARE)
    await hub.missing("2026-09-10 12:00", "@SUM(A1)")
    (row,) = table(await run("--period", "2026-09", "--table", "episodes"))
    assert row["child"] == "'=1+1"
    (row,) = table(await run("--period", "2026-09", "--table", "ssda903"))
    assert row["CHILD"] == "'=1+1"


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--period", "2026-13"], "Write a month (2026-09)"),
        (["--period", "2027-01"], "2027-01 has not started."),
        (["--period", "2026-09", "--table", "children"], "'children' is not one of"),
        ([], "Missing option '--period'"),
    ],
)
async def test_a_wrong_question_is_told_in_a_sentence(hub: Hub, run: Run, arguments: list[str], fault: str) -> None:
    await hub.until("2026-10-05 12:00")
    result = await run(*arguments)
    assert result.exit_code == 2
    assert fault in result.stderr
    assert result.stdout == ""


def test_an_authority_without_a_pack_is_told_with_those_that_have_one() -> None:
    for word in ("elsewhere", "hub"):
        result = CliRunner().invoke(main, ["report", word, "--period", "2020-01"])
        assert result.exit_code == 2
        assert "nottinghamshire" in result.stderr


def test_an_authority_of_ones_own_is_found_where_the_settings_name_its_pack(tmp_path: Path) -> None:
    pack = tmp_path / "packs" / "testshire" / "1.toml"
    pack.parent.mkdir(parents=True)
    pack.write_text(
        'authority = "testshire"\nversion = "1"\nin_force_from = 2020-01-01\nintake = "officer"\n'
        '[source]\npublisher = "Testshire"\ntitle = "For tests"\ndate = "undated"\npublished = "nowhere"\n'
        '[roles]\nofficer = {name = "duty officer"}\n'
    )
    url = f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    asyncio.run(_tables(url))
    words = ["report", "Testshire", "--period", "2020-01", "--table", "episodes", "--database", url]
    result = CliRunner().invoke(main, words, env={"HOMEWARD_PACKS": str(tmp_path / "packs")})
    assert table(result) == []


async def _tables(url: str) -> None:
    store = Store.open(url)
    await store.create()
    await store.close()


def test_a_database_without_tables_is_told_with_the_mend(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    result = CliRunner().invoke(main, ["report", "nottinghamshire", "--period", "2020-01", "--database", url])
    assert result.exit_code == 1
    assert "Run `homeward migrate`." in result.stderr
    assert result.stdout == ""
