"""Sheets as one XLSX workbook that runs nothing of what it holds: text is text, however it begins, and stays so when a
cell is edited. Times are London's."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from homeward.spreadsheet import Sheet, begins_a_formula
from routing.calendar import LONDON

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_NARROWEST, _WIDEST = 8, 60  # characters


def as_xlsx(sheets: Sequence[Sheet], made_at: datetime) -> bytes:
    """The same sheets at the same instant give the same bytes."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, _OPTIONS) as book:
        book.set_properties({"created": made_at.astimezone(LONDON).replace(tzinfo=None)})
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        formats = {
            "text": book.add_format({"num_format": "@"}),
            "quoted": book.add_format({"num_format": "@", "quote_prefix": True}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            for column, name in enumerate(sheet.columns):
                page.write_string(0, column, name, heading)
                longest = max((len(str(row[column])) for row in sheet.rows), default=0)
                page.set_column(column, column, min(max(longest + 2, len(name) + 2, _NARROWEST), _WIDEST))
            for number, row in enumerate(sheet.rows, 1):
                for column, value in enumerate(row):
                    _write(page, number, column, value, formats)
            page.autofilter(0, 0, max(len(sheet.rows), 1), max(len(sheet.columns) - 1, 0))
    return written.getvalue()


def _write(page: Worksheet, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    match value:
        case None | "":
            pass
        case bool():
            page.write_string(row, column, "yes" if value else "no", formats["text"])
        case int() | float():
            page.write_number(row, column, value)
        case datetime():
            # A workbook knows no offsets.
            page.write_datetime(row, column, value.astimezone(LONDON).replace(tzinfo=None), formats["time"])
        case str():
            page.write_string(row, column, value, formats["quoted" if begins_a_formula(value) else "text"])
        case _:
            raise TypeError(f"no cell for {type(value).__name__}")
