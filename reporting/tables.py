"""What a table is: its columns, the rows that one child gives to it, and the rows that whoever it is for would refuse.
The tables themselves are in `reporting.listings`, `reporting.ssda903`, `reporting.safeguarding` and
`reporting.annex_a`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from enrichment.children import Child
from episodes.episode import Episode
from reporting.reading import children_of
from reporting.span import Span
from routing.library import Packs
from routing.pack import Pack
from store import Transaction

ALL_KNOWN = datetime.max.replace(tzinfo=UTC)
Cell = str | int | float | bool | datetime | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for. `system`: whose number stands for a child; None, the first that the register holds.
    `own`: the key and the official codes of the authority, in small letters. `at`: when it is made, in UTC. `packs`:
    those that govern the episodes, where it matters what a procedure asks for."""

    span: Span
    system: str | None = None
    own: frozenset[str] = frozenset()
    at: datetime = ALL_KNOWN
    packs: Packs | None = None

    def number(self, child: Child) -> str:
        """The number that stands for the child; empty where the register holds none."""
        numbers = (value for system, value in child.record.identifiers if self.system in (None, system))
        return next(numbers, "")

    def pack_of(self, episode: Episode) -> Pack | None:
        """The version that governs an episode; PackError where its file is gone."""
        return self.packs.version(episode.authority, episode.pack) if self.packs else None


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A row with the instant that it is sorted by, and the episode that it comes from: by these a person finds it again
    where the row itself does not say it."""

    at: datetime
    cells: Row
    episode: Episode

    @property
    def incidents(self) -> str:
        return "; ".join(f"{r.force} {r.incident}" for r in self.episode.references)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why whoever the table is for would refuse a row. `row` counts from 1, below the headings. `rule` is the number of
    the recipient's own check, where it has one. `reason` holds nothing of what the row says."""

    row: int
    entry: TableEntry
    column: str
    reason: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class ReportTable:
    """`rows_of` gives a child's rows, `refusals` those of all rows that would be refused. `child`: the column that says
    who the child is. `prescribed`: the form is somebody else's, so nothing may be added to it."""

    columns: tuple[str, ...]
    rows_of: Callable[[Child, Asked], Iterator[TableEntry]]
    refusals: Callable[[Sequence[TableEntry]], Iterable[Refusal]] = lambda entries: ()
    child: str = "child"
    prescribed: bool = False


async def filled(tx: Transaction, authority: str, table: ReportTable, asked: Asked) -> list[TableEntry]:
    """The rows of all children of the authority, oldest first."""
    entries: list[TableEntry] = []
    async for child in children_of(tx, authority):
        entries += table.rows_of(child, asked)
    return sorted(entries, key=lambda entry: entry.at)
