"""What a table is: its columns, and the rows that one child gives to it. The tables themselves are in
`reporting.listings` and `reporting.returns`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from enrichment.children import Child
from reporting.reading import children_of
from reporting.span import Span
from store import Transaction

Cell = str | int | float | bool | datetime | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for. `system`: whose number stands for a child; None, the first that the register holds.
    `own`: the key and the official codes of the authority, in small letters."""

    span: Span
    system: str | None = None
    own: frozenset[str] = frozenset()

    def number(self, child: Child) -> str:
        """The number that stands for the child; empty where the register holds none."""
        numbers = (value for system, value in child.record.identifiers if self.system in (None, system))
        return next(numbers, "")


@dataclass(frozen=True, slots=True)
class ReportTable:
    """`rows_of` gives a child's rows, each with the instant that it is sorted by; `doubts` says, in words, what a
    person should look at before the rows are used."""

    columns: tuple[str, ...]
    rows_of: Callable[[Child, Asked], Iterator[tuple[datetime, Row]]]
    doubts: Callable[[Sequence[Row]], list[str]] = lambda rows: []


async def filled(tx: Transaction, authority: str, table: ReportTable, asked: Asked) -> list[Row]:
    """The rows of all children of the authority, oldest first."""
    rows: list[tuple[datetime, Row]] = []
    async for child in children_of(tx, authority):
        rows += table.rows_of(child, asked)
    return [row for _, row in sorted(rows, key=lambda row: row[0])]
