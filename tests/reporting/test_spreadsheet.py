"""Cells that a spreadsheet can open without harm."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from homeward.spreadsheet import as_csv, as_json


def cells(*values: object) -> list[str]:
    written = as_csv([str(n) for n in range(len(values))], [values]).decode()
    return list(csv.reader(io.StringIO(written, newline="")))[1]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_text_that_would_begin_a_formula_is_shown_and_not_run(first: str) -> None:
    assert cells(f"{first}cmd|' /C calc'!A0") == [f"'{first}cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", ["M-31", "a=b", "x@y", "0417", "", " =1", "'quoted'", 'a "b", c\nd;e'])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert cells(text) == [text]


def test_numbers_truth_and_nothing_are_plain() -> None:
    assert cells(-1.5, 3, True, False, None) == ["-1.5", "3", "yes", "no", ""]


def test_times_are_those_of_london_in_both_forms() -> None:
    summer, winter = datetime(2026, 9, 30, 23, 30, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)
    expected = ["2026-10-01T00:30:00+01:00", "2026-12-01T12:00:00+00:00"]
    assert cells(summer, winter) == expected
    assert json.loads(as_json({"rows": [summer, winter]})) == {"rows": expected}


def test_lines_end_as_rfc_4180_has_it() -> None:
    assert as_csv(("a", "b"), [(1, "é")]) == "a,b\r\n1,é\r\n".encode()


def test_what_has_no_json_is_an_error() -> None:
    with pytest.raises(TypeError, match="set"):
        as_json({"rows": {1}})
