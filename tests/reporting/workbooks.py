"""What stands in an XLSX file, read from its parts, so that no library for workbooks decides what is a formula."""

import io
import re
import zipfile
from xml.etree import ElementTree

_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def workbook(content: bytes) -> dict[str, list[list[str | None]]]:
    """Sheet -> rows of cells, as text; a cell that holds a formula is an error."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        shared = [_text(item) for item in _root(parts, "xl/sharedStrings.xml").iter(f"{_SPACE}si")]
        names = [sheet.attrib["name"] for sheet in _root(parts, "xl/workbook.xml").iter(f"{_SPACE}sheet")]
        return {
            name: _rows(_root(parts, f"xl/worksheets/sheet{number}.xml"), shared)
            for number, name in enumerate(names, 1)
        }


def _root(parts: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(parts.read(name))


def _text(item: ElementTree.Element) -> str:
    return "".join(text.text or "" for text in item.iter(f"{_SPACE}t"))


def _rows(sheet: ElementTree.Element, shared: list[str]) -> list[list[str | None]]:
    width = max(_column(cell) for cell in sheet.iter(f"{_SPACE}c")) + 1
    rows = []
    for row in sheet.iter(f"{_SPACE}row"):
        cells: list[str | None] = [None] * width
        for cell in row.iter(f"{_SPACE}c"):
            assert cell.find(f"{_SPACE}f") is None, "a formula"
            value = cell.findtext(f"{_SPACE}v")
            cells[_column(cell)] = shared[int(value or 0)] if cell.get("t") == "s" else value
        rows.append(cells)
    return rows


def _column(cell: ElementTree.Element) -> int:
    """0 for A, 26 for AA."""
    number = 0
    for letter in re.sub(r"\d", "", cell.attrib["r"]):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
