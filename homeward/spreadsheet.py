"""Rows as CSV that is safe to open in a spreadsheet, and as JSON. Times are London's, with their offset. Workbooks are
made in `homeward.workbook`."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from routing.calendar import LONDON

# With these a spreadsheet begins a formula or a command; the wide forms are those of East Asian keyboards.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


def begins_a_formula(text: str) -> bool:
    """Whether a spreadsheet that reads the text would run it."""
    return text.startswith(_BEGINS_A_FORMULA)


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with a line of headings, as RFC 4180 has it. Text that would begin a formula gets an apostrophe before it:
    the spreadsheet then shows it and does not run it."""
    written = io.StringIO(newline="")
    table = csv.writer(written)
    table.writerow(columns)
    table.writerows([_cell(value) for value in row] for row in rows)
    return written.getvalue().encode()


def as_json(told: Mapping[str, Any]) -> bytes:
    """Indented JSON; values stay as they are."""
    return orjson.dumps(told, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_PASSTHROUGH_DATETIME) + b"\n"


def _cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return _plain(value)
        case str():
            return f"'{value}" if begins_a_formula(value) else value
        case _:
            return value


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(LONDON).isoformat(timespec="seconds")
    raise TypeError(f"no JSON for {type(value).__name__}")
