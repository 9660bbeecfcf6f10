"""The SSDA903 table before the sector's own validator (csc-validator-be-903): it passes what the hub passes, and
refuses the rows that the hub says it will."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from reporting_world import IN_CARE, case, child, entries, found, london, missing, refused

from enrichment.children import Child
from homeward.spreadsheet import as_csv
from reporting.ssda903 import SSDA903
from routing.case import Case

PYTHON = Path(sys.prefix) / "ssda903" / "bin" / "python"
RUNNER = Path(__file__).with_name("ssda903_validator.py")
CHECKS = {
    *("564", "565", "566", "567", "570", "571", "574", "575", "576", "577", "578", "580", "581", "586"),
    *("1004", "1005", "1006", "INT04", "INT13"),
}
YEAR, LAST_YEAR = "2026/27", "2025/26"


def in_care(number: str, *cases: Case, **record: Any) -> Child:
    return child(*cases, **(IN_CARE | {"identifiers": (("mosaic", number),)} | record))


def validated(*children: Child) -> dict[str, list[int]]:
    """What the validator says of the year's table, with last year's beside it and every child in care all the time:
    check -> rows."""
    files = {
        "This year": {"missing.csv": returned(YEAR, *children), **_in_care_throughout(children)},
        "Prev year": {"missing.csv": returned(LAST_YEAR, *children)},
    }
    assert PYTHON.exists(), "the validator is not installed: `make test` installs it"
    asked = json.dumps({"year": 2027, "files": files})
    done = subprocess.run([PYTHON, RUNNER], input=asked, capture_output=True, text=True, check=True, timeout=120)
    told = json.loads(done.stdout)
    assert (set(told["ran"]), told["not_run"]) == (CHECKS, [])
    found_faults: dict[str, list[int]] = told["found"]
    return found_faults


def returned(period: str, *children: Child) -> str:
    """The table as the hub writes it."""
    rows = [entry.cells for entry in entries(SSDA903, *children, period=period)]
    return as_csv(SSDA903.columns, rows).decode()


def _in_care_throughout(children: tuple[Child, ...]) -> dict[str, str]:
    known = [(dict(c.record.identifiers)["mosaic"], c.record.date_of_birth) for c in children]
    header = [(n, "M", f"{born:%d/%m/%Y}", "WBRI", "UN1", "0", "") for n, born in known if born]
    episodes = [(n, "01/02/2020", "S", "C2", "N1", "U6", "PR1", "", "", "", "NG2 7QP", "NG2 7QP", "") for n, _ in known]
    place = ("HOME_POST", "PL_POST", "URN")
    return {
        "header.csv": as_csv(("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"), header).decode(),
        "episodes.csv": as_csv(
            (
                *("CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER"),
                *("DEC", "REC", "REASON_PLACE_CHANGE", *place),
            ),
            episodes,
        ).decode(),
    }


def test_a_year_of_missing_periods_passes_every_check_on_them() -> None:
    often = (case(missing(f"2026-{month:02}-03 21:00"), found(f"2026-{month:02}-04 07:00")) for month in range(4, 13))
    over_both_years = case(missing("2026-03-30 12:00"), found("2026-04-02 12:00"))
    same_day = [case(missing(f"2026-05-05 {hour}:00"), found(f"2026-05-05 {hour + 1}:30")) for hour in (10, 14)]
    gone = case(missing("2027-02-28 12:00"), found("2027-04-02 12:00"))
    absent = case(missing("2026-06-01 18:00", classification="absent"), found("2026-06-01 23:00"))
    older = case(missing("2026-07-02 12:00", left_at=london("2026-06-30 12:00")), found("2026-07-03 12:00"))
    children = (
        in_care("M31", *often),
        in_care("M32", over_both_years, gone),
        in_care("M33", *same_day, absent, older),
    )
    assert len(entries(SSDA903, *children, period=YEAR)) == 15
    assert refused(SSDA903, *children, period=YEAR) == []
    assert validated(*children) == {}


AWAY = case(missing("2026-09-10 12:00"), found("2026-09-14 12:00"))


@pytest.mark.parametrize(
    ("cases", "born"),
    [
        ([case(missing("2026-09-10 12:00"), found("2026-09-08 12:00"))], date(2011, 9, 1)),
        ([case(missing("2026-09-08 12:00")), AWAY], date(2011, 9, 1)),
        ([AWAY, case(missing("2026-09-12 12:00"), found("2026-09-15 12:00"))], date(2011, 9, 1)),
        ([AWAY], date(2026, 9, 10)),
    ],
    ids=["ends before it starts", "starts while one is open", "overlaps", "starts on the day of birth"],
)
def test_what_the_hub_says_would_be_refused_is_refused_by_the_same_check(cases: list[Case], born: date) -> None:
    one = in_care("M31", *cases, date_of_birth=born)
    ours = {(rule, row - 1) for row, _, rule, _ in refused(SSDA903, one, period=YEAR)}
    theirs = {(rule, row) for rule, rows in validated(one).items() for row in rows}
    assert ours == theirs != set()
