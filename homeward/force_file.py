"""A police force's list as a CSV file. What is wrong in it is told by line and column, and never by what stands there:
it may be a name."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from reporting.reconciling import ListedAbsence
from routing.calendar import LONDON
from schemas.instants import EARLIEST, LATEST

REFERENCE, SINCE, RETURNED = "reference", "missing_since", "returned_at"
_READ = (REFERENCE, SINCE, RETURNED)
_LARGEST = 20 * 2**20
"""Bytes of a file: thousands of times as many as a day has children."""
_MOST = 50_000
_LONGEST = 200
"""Characters of a reference."""
_SHOWN = 20
_WRITTEN = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
_TIMES = "Write it like 2026-03-02 09:15 or 02/03/2026 09:15 (London), or with an offset such as 2026-03-02T09:15Z"


class ForceFileError(Exception):
    """The list cannot be read. The message has a line for each fault, up to a number."""


def read_force_list(file: Path, until: datetime) -> list[ListedAbsence]:
    """The rows of the list, which was made at that instant. Raises ForceFileError, and OSError where there is no such
    file."""
    if file.stat().st_size > _LARGEST:
        raise ForceFileError(f"the file has more than {_LARGEST // 2**20} MB, and is no list of a day")
    lines = [*StringIO(_text(file.read_bytes()), newline="")]
    if not any(line.strip() for line in lines):
        raise ForceFileError(f"the file is empty. Its first line names the columns: {', '.join(_READ)}")
    table = csv.reader(lines, delimiter=_delimiter(lines[0]), strict=True)
    rows, faults = list[ListedAbsence](), list[str]()
    try:
        columns = _columns(next(table))
        for cells in table:
            if any(cell.strip() for cell in cells):
                told = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
                faults += (f"line {table.line_num}, {fault}" for fault in _faults(told, until))
                rows.append(_row(table.line_num, told))
            if len(rows) > _MOST:
                raise ForceFileError(f"line {table.line_num}: more than {_MOST} rows, and no list of a day")
    except csv.Error as error:
        raise ForceFileError(f"line {table.line_num}: it is no CSV ({error})") from None
    if faults:
        more = f"\n… and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise ForceFileError("\n".join(faults[:_SHOWN]) + more)
    return rows


def _text(content: bytes) -> str:
    """As spreadsheets write it. A reference and a time are ASCII, whatever the names are written in."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _delimiter(first: str) -> str:
    return max(",;\t", key=first.count)


def _columns(heading: Sequence[str]) -> Mapping[str, int]:
    """Where each column stands that is read. Raises ForceFileError."""
    names = [cell.strip().casefold().replace(" ", "_") for cell in heading]
    for name in _READ:
        if names.count(name) > 1:
            raise ForceFileError(f"line 1: the column '{name}' stands there more than once")
    if REFERENCE not in names:
        raise ForceFileError(f"line 1: there is no column '{REFERENCE}'. The columns that are read: {', '.join(_READ)}")
    return {name: names.index(name) for name in _READ if name in names}


def _faults(told: Mapping[str, str], until: datetime) -> Iterator[str]:
    if not told[REFERENCE]:
        yield f"column '{REFERENCE}': it is empty"
    elif len(told[REFERENCE]) > _LONGEST or not told[REFERENCE].isprintable():
        yield f"column '{REFERENCE}': it is no reference"
    for name in (SINCE, RETURNED):
        if text := told.get(name, ""):
            at = _instant(text)
            if at is None:
                yield f"column '{name}': it is no time. {_TIMES}"
            elif at > until:
                yield f"column '{name}': it is later than the list"
    since, returned = (_instant(told.get(name, "")) for name in (SINCE, RETURNED))
    if since and returned and returned < since:
        yield f"column '{RETURNED}': it is before '{SINCE}'"


def _row(line: int, told: Mapping[str, str]) -> ListedAbsence:
    return ListedAbsence(line, told[REFERENCE], _instant(told.get(SINCE, "")), _instant(told.get(RETURNED, "")))


def _instant(text: str) -> datetime | None:
    """The time in UTC; London's where it says no other. None where it is none."""
    at = _parsed(text)
    if at is None:
        return None
    try:
        known = (at if at.tzinfo else at.replace(tzinfo=LONDON)).astimezone(UTC)
    except OverflowError:
        return None  # before or after all that a calendar holds
    return known if EARLIEST <= known < LATEST else None


def _parsed(text: str) -> datetime | None:
    if ":" not in text:
        return None  # a day alone
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _WRITTEN:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - London's
        except ValueError:
            continue
    return None
