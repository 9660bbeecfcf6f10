"""What the ledger says of deliveries, row by row: those that left together share a line."""

from collections.abc import Iterable, Iterator
from typing import Any

from store import LedgerEntry


def ends(lines: Iterable[LedgerEntry]) -> Iterator[dict[str, Any]]:
    """The end of each row, as a line of its own would tell it."""
    for line in lines:
        if line.kind != "delivery":
            continue
        if "rows" not in line.entry:
            yield dict(line.entry)
        for row in line.entry.get("rows", ()):
            yield {**dict(zip(line.entry["columns"], row, strict=True)), "outcome": line.entry["outcome"]}
