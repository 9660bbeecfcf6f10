"""What a proof of the ledger finds, in words. How it is found is told in `store.proving`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from store.instants import written
from store.ledger import entry_hash
from store.roots import LedgerRoot


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A row of the ledger exactly as it stands, whatever somebody may have put there. `at` as SQLite keeps it."""

    position: int
    id: str
    at: str
    kind: str
    authority: str | None
    episode: str | None
    causation: str | None
    entry: str
    contents_hash: str | None
    hash: str
    number: int | None
    link: str | None

    @classmethod
    def of(cls, values: Any) -> Self:
        """Of the columns in this order. SQLite takes anything anywhere; what has no place here becomes text."""
        return cls(*(_plain(each) for each in values))

    @property
    def holds(self) -> bool:
        """Whether its hash is that of what it says."""
        told = (self.kind, self.authority, self.episode, self.causation, self.entry, self.contents_hash)
        return entry_hash(self.id, self.at, *told) == self.hash

    @property
    def fits(self) -> bool:
        """Whether it has number and link, or neither; and an episode where it has them."""
        return (self.number is None) == (self.link is None) and (self.number is None or self.episode is not None)


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """`where` and `what` in words. `position` is that of the row, `root` the number of the root that the fault is
    of."""

    where: str
    what: str
    position: int | None = None
    root: int | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.what}."


@dataclass(slots=True)
class LedgerProof:
    """What was found. `rows` were looked at, of which `sealed` are as a root has them; the `newest` root vouches for
    all others. `chained`: a row of a chain was seen. `without_link`: how many sealed rows behind it stand in no
    chain."""

    rows: int = 0
    sealed: int = 0
    without_link: int = 0
    newest: LedgerRoot | None = None
    chained: bool = False
    faults: list[LedgerFault] = field(default_factory=list)
    _named: set[int] = field(default_factory=set)

    def add(self, where: str, what: str, position: int | None = None, root: int | None = None) -> None:
        """One more fault. A row is named once, for the first thing that is wrong with it."""
        if position in self._named:
            return
        if position is not None:
            self._named.add(position)
        self.faults.append(LedgerFault(where, what, position, root))

    def names(self, row: LedgerLine) -> bool:
        """Whether something is known to be wrong with it."""
        return row.position in self._named

    def of_row(self, row: LedgerLine, what: str) -> None:
        """The same of a row that is there."""
        self.add(f"Row {row.position} ({row.kind}, {row.at[:19].replace('T', ' ')}Z, id {row.id})", what, row.position)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return written(value)
    return value if isinstance(value, int | str | None) else repr(value)
