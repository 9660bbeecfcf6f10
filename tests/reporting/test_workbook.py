"""Workbooks that run nothing of what they hold."""

from datetime import UTC, datetime, timedelta

import pytest
from workbooks import workbook

from homeward.spreadsheet import Sheet
from homeward.workbook import as_xlsx

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)


def cells(*values: object) -> list[str | None]:
    made = as_xlsx([Sheet("cells", [str(n) for n in range(len(values))], [values])], NOW)
    return workbook(made)["cells"][1]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠", "{="])
def test_text_that_would_begin_a_formula_is_text(first: str) -> None:
    assert cells(f"{first}1+1") == [f"{first}1+1"]


def test_a_link_and_a_number_in_text_stay_text() -> None:
    assert cells("https://homeward.example/", "0417", "mailto:a@homeward.example") == [
        "https://homeward.example/",
        "0417",
        "mailto:a@homeward.example",
    ]


def test_numbers_truth_and_nothing_are_plain() -> None:
    assert cells(-1.5, 3, True, False, None, 0) == ["-1.5", "3", "yes", "no", None, "0"]


def test_times_are_those_of_london_as_days_since_1900() -> None:
    summer, winter = datetime(2026, 9, 30, 23, 30, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)
    shown = [datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=float(cell or 0)) for cell in cells(summer, winter)]
    assert [f"{at:%Y-%m-%d %H:%M}" for at in shown] == ["2026-10-01 00:30", "2026-12-01 12:00"]


def test_the_same_sheets_at_the_same_instant_give_the_same_bytes() -> None:
    sheet = Sheet("s", ["a"], [["=1"], [2]])
    assert as_xlsx([sheet], NOW) == as_xlsx([sheet], NOW)


def test_what_has_no_cell_is_an_error() -> None:
    with pytest.raises(TypeError, match="set"):
        as_xlsx([Sheet("s", ["a"], [[{1}]])], NOW)
