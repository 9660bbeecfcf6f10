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
from workbooks import workbook

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


YEAR_SO_FAR = """\
2026/27 is not over yet. This is what is known so far.
nottinghamshire, ssda903: 1 April 2026 to 31 March 2027 (council year 2026/27)
"""


async def test_ssda903_for_the_year_so_far(hub: Hub, run: Run) -> None:
    await september(hub)
    result = await run("--period", "2026/27", "--table", "ssda903")
    assert result.stdout_bytes.decode().split("\r\n") == [
        "CHILD,DOB,MISSING,MIS_START,MIS_END",
        "M31,01/09/2011,M,31/08/2026,01/09/2026",
        "M31,01/09/2011,M,10/09/2026,11/09/2026",
        "M31,01/09/2011,M,30/09/2026,",
        "",
    ]
    assert (result.stderr, result.exit_code) == (YEAR_SO_FAR, 0)


async def test_an_interview_is_not_applicable_where_the_pack_asks_for_none_and_open_while_a_person_is_to_judge(
    hub: Hub, run: Run
) -> None:
    await september(hub)
    result = await run("--period", "2026-09", "--table", "safeguarding", "--number", "mosaic", "--format", "json")
    told = json.loads(result.stdout)
    assert [(row["miss_person_id"], row["miss_missing_rhi_offered"]) for row in told["rows"]] == [
        ("M31", "NA"),  # a first short episode of a child who is not vulnerable
        ("M31", "Y"),
        ("", None),  # nobody has said whether the child is vulnerable
        ("M31", None),
    ]
    (refused,) = told["refused"]
    assert (refused["row"], refused["incidents"], refused["column"]) == (3, "XX P-3", "miss_person_id")
    assert result.exit_code == 3
    assert "miss_person_id: the register holds no such number of the child." in result.stderr
    assert result.stderr.endswith("1 of 4 rows would be refused.\n")


async def test_files_say_whose_they_are_and_for_which_days(hub: Hub, run: Run, tmp_path: Path) -> None:
    await september(hub)
    out = ("--out", str(tmp_path / "returns"))
    listed = await run("--period", "2026/27-Q2", "--table", "episodes", *out)
    path = tmp_path / "returns" / "nottinghamshire-episodes-2026-07-01-to-2026-09-30.csv"
    assert (listed.stdout, listed.exit_code) == (f"{path}\n", 0)
    assert path.stat().st_mode & 0o077 == 0
    first = next(csv.DictReader(io.StringIO(path.read_text())))
    assert (first["authority"], first["first_day"], first["last_day"]) == (
        "nottinghamshire",
        "2026-07-01",
        "2026-09-30",
    )
    summary = table(await run("--period", "2026-09"))
    assert summary[0] == {"figure": "authority", "value": "nottinghamshire"}
    assert {"figure": "last_day", "value": "2026-09-30"} in summary


async def test_the_refusals_are_written_beside_a_return_that_stays_pure(hub: Hub, run: Run, tmp_path: Path) -> None:
    await september(hub)
    words = ("--period", "2026-09", "--table", "safeguarding", "--number", "mosaic", "--out", str(tmp_path))
    result = await run(*words)
    assert result.exit_code == 3
    name = "nottinghamshire-safeguarding-2026-09-01-to-2026-09-30"
    assert result.stdout.split() == [f"{tmp_path}/{name}.csv", f"{tmp_path}/{name}-refusals.csv"]
    columns = (tmp_path / f"{name}.csv").read_text().splitlines()[0].split(",")
    assert columns[0] == "miss_table_id"
    (refused,) = csv.DictReader(io.StringIO((tmp_path / f"{name}-refusals.csv").read_text()))
    assert {key: refused[key] for key in ("authority", "row", "incidents", "reason")} == {
        "authority": "nottinghamshire",
        "row": "3",
        "incidents": "XX P-3",
        "reason": "the register holds no such number of the child",
    }


async def test_a_workbook_holds_the_table_what_it_is_and_what_would_be_refused(
    hub: Hub, run: Run, tmp_path: Path
) -> None:
    await september(hub)
    words = ("--period", "2026-09", "--table", "safeguarding", "--number", "mosaic", "--out", str(tmp_path))
    await run(*words, "--format", "xlsx")
    sheets = workbook((tmp_path / "nottinghamshire-safeguarding-2026-09-01-to-2026-09-30.xlsx").read_bytes())
    assert list(sheets) == ["safeguarding", "about", "refusals"]
    assert [row[5] for row in sheets["safeguarding"]] == ["miss_missing_rhi_offered", "NA", "Y", None, None]
    about = {row[0]: row[1] for row in sheets["about"]}
    assert (about["authority"], about["first_day"], about["last_day"], about["rows_refused"]) == (
        "nottinghamshire",
        "2026-09-01",
        "2026-09-30",
        "1",
    )
    assert sheets["refusals"][1][:1] == ["3"]


async def test_annex_a_for_the_last_12_months(hub: Hub, run: Run) -> None:
    await september(hub)
    result = await run("--period", "2025-10-01..2026-09-30", "--table", "annex-a", "--number", "mosaic")
    (row,) = table(result)
    assert [*row.values()] == ["M31", "01/09/2011", "3", "0", "a) Yes", "a) Yes"]
    assert "Annex A asks for 12 months" not in result.stderr
    assert "Annex A asks for 12 months" in (await run("--period", "2026-09", "--table", "annex-a")).stderr


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
    result = await run("--period", "2026-09", "--table", "ssda903")
    assert result.exit_code == 3
    assert "'=1+1,01/09/2011" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--period", "2026-13"], "Write a month (2026-09)"),
        (["--period", "2027-01"], "2027-01 has not started."),
        (["--period", "2026-09", "--table", "children"], "'children' is not one of"),
        (["--period", "2026-09", "--format", "xlsx"], "--format xlsx needs --out"),
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
