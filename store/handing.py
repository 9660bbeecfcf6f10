"""Rows that go from the transaction that promises them straight to the relay of the same process: under which terms
they are born leased, and who takes them after the commit. What is done with them is told elsewhere."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from store.leased import LeasedRow


@dataclass(frozen=True, slots=True)
class HandingTerms:
    """The lease under which rows are born. `fences`: shard → fencing token of what `owner` holds; `until`: when it
    lapses; `channel`: the only way out that it is for; `besides`: addresses that are away."""

    owner: str
    fences: Mapping[int, int]
    until: datetime
    channel: str
    besides: Collection[str] = ()


ANY_CHANNEL = "*"


@dataclass(slots=True)
class HandedOver:
    """What a transaction has promised. `born`: rows that are leased, in their order; `left`: the channels of rows that
    wait in the table and may be claimed, or `ANY_CHANNEL`."""

    terms: HandingTerms | None = None
    born: list[LeasedRow] = field(default_factory=list)
    left: set[str] = field(default_factory=set)


class Taker(Protocol):
    """Who takes rows over. After `terms` has given some, one of the other two is called, when the transaction ends."""

    def terms(self) -> HandingTerms | None:
        """The terms for one transaction; None: its rows wait in the table."""

    def take(self, promised: HandedOver) -> None:
        """The transaction is kept."""

    def lose(self) -> None:
        """It is not, or nobody knows: rows that were born under the terms are free when their lease lapses."""
