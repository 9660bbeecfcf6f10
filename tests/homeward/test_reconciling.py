"""`homeward reconcile`: a force's daily list against what was heard, both ways, and what is said of a list that cannot
be read."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from hub_in_memory import Hub
from wire_messages import child, found, missing, police

from homeward.cli import main
from store import Store

AT = "2026-06-03T06:00:00Z"
"""When the list was made: 42 hours after Monday noon."""
HEADING = "reference,missing_since,returned_at,name\n"
OWN_CHILD = {"child": child("compact:K-1")}
Reconcile = Callable[..., Result]


async def _live(url: str) -> None:
    """OPEN is missing since Monday noon. BACK returned on Tuesday evening; OLD long before the list; FALSE was taken
    back. Another force has one too."""
    store = Store.open(url)
    await store.create()
    hub = Hub(store)
    for hours, name in ((-200, "OLD"), (0, "OPEN"), (1, "BACK"), (2, "FALSE")):
        await hub.take(missing(hours, name, child=child(f"compact:K-{name}")))
    of_another_force = missing(3, "OTHERS", force="YY", child=child("compact:K-9"))
    await hub.intake.process_batch([hub.raw(of_another_force, "police.YY.notifications.v1")])
    await hub.take(found(-150, "OLD"), found(30, "BACK"), police("retracted", 31, "FALSE"))
    await store.close()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('reconciled') / 'hub.db'}"
    asyncio.run(_live(url))
    return url


@pytest.fixture
def reconcile(url: str, tmp_path: Path) -> Reconcile:
    def run(content: str | bytes, *words: str, force: str = "xx") -> Result:
        file = tmp_path / "list.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return CliRunner().invoke(main, ["reconcile", force, str(file), "--at", AT, "--database", url, *words])

    return run


def differences(done: Result) -> list[tuple[Any, ...]]:
    assert done.exit_code in (0, 3), done.output
    told = orjson.loads(done.stdout)
    return [(d["finding"], d["reference"], d["line"]) for d in told["differences"]]


AGREED = f"{HEADING}OPEN,2026-06-01 13:00,,Robin Madeup\nBACK,01/06/2026 14:00,2026-06-02T18:00:00Z,Jo\n"


def test_a_list_that_agrees_says_so_and_exits_with_0(reconcile: Reconcile) -> None:
    done = reconcile(AGREED)
    assert done.exit_code == 0, done.output
    assert done.stderr == "XX: on the list: 2. Differences: 0.\n"
    assert done.stdout == ""


def test_who_is_missing_on_either_side_is_told_and_the_exit_code_is_3(reconcile: Reconcile) -> None:
    done = reconcile(f"{HEADING}NOBODY,2026-06-01 13:00,,Robin Madeup\nBACK,,2026-06-02T18:00Z,\n", "--json")
    assert done.exit_code == 3
    assert differences(done) == [("not_heard_of", "NOBODY", 2), ("not_on_the_list", "OPEN", None)]


def test_times_that_differ_are_told_with_both(reconcile: Reconcile) -> None:
    done = reconcile(f"{HEADING}OPEN,2026-06-01 11:00,2026-06-02 10:00,\nBACK,2026-06-01 14:04,,\n")
    assert done.exit_code == 3
    rows = [line.split("  ") for line in done.stdout.splitlines()]
    assert [[cell.strip() for cell in row if cell.strip()] for row in rows[1:]] == [
        ["2", "OPEN", "another start", "2026-06-01 11:00", "2026-06-01 13:00", "nottinghamshire"],
        ["3", "BACK", "another return", "-", "2026-06-02 19:00", "nottinghamshire"],
        ["2", "OPEN", "another return", "2026-06-02 10:00", "-", "nottinghamshire"],
    ]


def test_what_came_after_the_list_was_made_is_no_difference(reconcile: Reconcile) -> None:
    listed = f"{HEADING}OPEN,,,\nBACK,,,\n"
    assert differences(reconcile(listed, "--at", "2026-06-02T12:00:00Z", "--json")) == []
    assert differences(reconcile(listed, "--json")) == [("another_return", "BACK", 3)]


def test_a_report_that_was_taken_back_is_told_where_the_list_has_it_and_not_missed_where_it_has_not(
    reconcile: Reconcile,
) -> None:
    assert differences(reconcile(f"{AGREED}FALSE,,,\n", "--json")) == [("taken_back", "FALSE", 4)]


def test_how_far_the_list_goes_back_can_be_said(reconcile: Reconcile) -> None:
    assert ("not_on_the_list", "OLD", None) in differences(reconcile(AGREED, "--hours", "250", "--json"))


@pytest.mark.parametrize(
    "given",
    [
        ("--hours", "nan"), ("--minutes", "nan"), ("--minutes", "inf"), ("--minutes", "1e300"),
        ("--at", "0001-01-01T00:00:00Z"), ("--at", "0001-01-01T00:00:00+05:00"), ("--at", "9999-12-31T23:59:59Z"),
    ],
)  # fmt: skip
def test_what_no_calendar_has_is_refused_in_a_line(reconcile: Reconcile, given: tuple[str, str]) -> None:
    done = reconcile("reference\n", *given)
    assert (done.exit_code, done.exception.__class__) == (2, SystemExit)
    assert given[0] in done.output


def test_a_time_of_the_year_one_is_no_time(reconcile: Reconcile) -> None:
    done = reconcile("reference,missing_since\nA-1,0001-01-01 00:30\n")
    assert done.exit_code == 1
    assert "line 2, column 'missing_since': it is no time" in done.output


def test_another_force_and_another_authority_have_nothing_to_do_with_it(reconcile: Reconcile) -> None:
    assert differences(reconcile(HEADING, "--json", force="YY")) == [("not_on_the_list", "OTHERS", None)]
    assert differences(reconcile(AGREED, "--authority", "islington", "--json")) == []


def test_a_force_that_lists_nobody_is_compared_too(reconcile: Reconcile) -> None:
    assert differences(reconcile(HEADING, "--json")) == [
        ("not_on_the_list", "BACK", None), ("not_on_the_list", "OPEN", None),
    ]  # fmt: skip


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_no_name_of_the_list_is_told_and_who_looked_is_kept(
    words: tuple[str, ...], reconcile: Reconcile, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    done = reconcile(f"{AGREED}NOBODY,,,Robin Madeup\n", *words, "--as", "d.officer")
    assert "Madeup" not in done.output + caplog.text
    shown = reconcile(HEADING, "--as", "d.officer")
    assert "Madeup" not in shown.output
    looked = CliRunner().invoke(main, ["access", "--by", "d.officer", "--database", url])
    assert "homeward reconcile XX" in looked.output
    assert "nottinghamshire" in looked.output


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "the file is empty. Its first line names the columns: reference, missing_since, returned_at"),
        ("\n \n", "the file is empty"),
        ("name,dob\nRobin,2011\n", "line 1: there is no column 'reference'"),
        ("reference,Reference\n1,2\n", "line 1: the column 'reference' stands there more than once"),
        (f"{HEADING},2026-06-01 13:00,,Robin\n", "line 2, column 'reference': it is empty"),
        (f"{HEADING}X,,,\nOPEN,yesterday,,Robin\n", "line 3, column 'missing_since': it is no time. Write it like"),
        (f"{HEADING}OPEN,2026-06-01,,\n", "line 2, column 'missing_since': it is no time"),
        (f"{HEADING}OPEN,,2027-01-01 00:00,\n", "line 2, column 'returned_at': it is later than the list"),
        (f"{HEADING}OPEN,2026-06-01 10:00,2026-06-01 09:00,\n", "line 2, column 'returned_at': it is before 'missing"),
        (f'{HEADING}OPEN,,,"Robin\n', "line 2: it is no CSV ("),
        (f"{HEADING}{'X' * 201},,,\n", "line 2, column 'reference': it is no reference"),
        (f"{HEADING}O\0PEN,,,\n", "line 2, column 'reference': it is no reference"),
        (HEADING + "A,,,\n" * 50_001, "line 50002: more than 50000 rows, and no list of a day"),
        (f"{HEADING}OPEN,0001-01-01T00:00+14:00,,\n", "line 2, column 'missing_since': it is no time"),
        (HEADING + "A,x,,\n" * 30, "… and 10 more"),
        ("x" * (20 * 2**20 + 1), "the file has more than 20 MB, and is no list of a day"),
    ],
    ids=lambda text: text[:30] if len(text) < 200 else "long",
)  # fmt: skip
def test_a_list_that_cannot_be_read_says_where_and_quotes_nothing(
    content: str, told: str, reconcile: Reconcile
) -> None:
    done = reconcile(content)
    assert done.exit_code == 1
    assert told in done.output
    assert "Robin" not in done.output
    assert "yesterday" not in done.output


def test_a_list_as_a_spreadsheet_writes_it_is_read(reconcile: Reconcile) -> None:
    rows = "Reference;Missing Since;Name;Returned At\r\n OPEN ;01/06/2026 13:00;Zoë;\r\n;;;\r\nBACK;;;02/06/2026 19:00"
    for content in (rows.encode("utf-8-sig"), rows.encode("cp1252"), rows.replace(";", "\t").encode()):
        assert reconcile(content).exit_code == 0


@pytest.mark.parametrize("name", [b"Robin \x85 Madeup", "Robin\u2028Madeup".encode(), b"Robin\x0cMadeup"])
def test_only_an_end_of_line_ends_a_row_whatever_stands_in_a_name(name: bytes, reconcile: Reconcile) -> None:
    plain = reconcile(f"{AGREED}NOBODY,,,Robin\n", "--json")
    assert differences(reconcile(f"{AGREED}NOBODY,,,".encode() + name + b"\n", "--json")) == differences(plain)
