"""What proves one episode to somebody who has neither the hub nor its database: its rows as they stand, the reports
that caused them, and the roots that vouch for both."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, Text, bindparam, select

from store.custody_tables import ledger_heads, ledger_roots
from store.instants import UtcInstant
from store.listing import Listing
from store.proof import LedgerLine
from store.proving import AS_IT_STANDS, Proving
from store.roots import LedgerRoot, leaves_from, path_of
from store.sealing import LedgerStamp
from store.tables import ledger, word

_PAGE = 1000
_OF_EPISODE = AS_IT_STANDS.where(ledger.c.episode == bindparam("episode", type_=Text)).order_by(ledger.c.position)
_HEAD = select(ledger_heads.c.rows, ledger_heads.c.link).where(
    ledger_heads.c.episode == bindparam("episode", type_=Text)
)
_ROOT_OF = (
    select(ledger_roots.c.number)
    .where(ledger_roots.c.through >= bindparam("position"))
    .order_by(ledger_roots.c.number)
    .limit(1)
)
_INSTANTS = Listing("instants", at=UtcInstant)


@cache
def _reports(postgres: bool) -> Executable:
    heard = AS_IT_STANDS.where(_INSTANTS.has(postgres, ledger.c.at), ledger.c.kind == word("report"))
    return heard.order_by(ledger.c.position)


@dataclass(frozen=True, slots=True)
class SealedLine:
    """A row, the root that seals it, and the path that leads from it to the root's tree; None and empty where no root
    does yet."""

    line: LedgerLine
    root: int | None
    path: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class LedgerExtract:
    """`rows` in the order of writing. `chain`: how many rows the episode's chain has, and the link of the last.
    `before`: the root before the first of `roots`, which go on to one that closes a day, or to the newest."""

    rows: tuple[SealedLine, ...]
    chain: tuple[int, str]
    before: str
    roots: tuple[LedgerRoot, ...]
    stamps: tuple[LedgerStamp, ...]


class Evidence(Proving):
    """The part of a transaction that gives out what proves an episode."""

    async def lines_of(self, episode: str) -> list[LedgerLine]:
        """Its rows as they stand, in the order of writing."""
        return [LedgerLine.of(row) for row in await self._rows(_OF_EPISODE, episode=episode)]

    async def lines_of_reports(self, instants: Collection[datetime]) -> list[LedgerLine]:
        """The rows of the reports that came at these instants."""
        found = await self._with(_INSTANTS, [(at,) for at in sorted(instants)], _reports(self._postgres))
        return [LedgerLine.of(row) for row in found]

    async def extract(self, episode: str, lines: Sequence[LedgerLine]) -> LedgerExtract:
        """What vouches for these rows. To be asked in the view in which the rows were."""
        head = (await self._rows(_HEAD, episode=episode)).first()
        leaves: dict[int, dict[int, bytes]] = {}
        rows = [await self._sealed(line, leaves) for line in lines]
        numbers = [row.root for row in rows if row.root is not None]
        roots = await self._roots_over(min(numbers), max(numbers)) if numbers else []
        given = {root.number for root in roots}
        stamps = [stamp for stamp in await self.stamps() if stamp.number in given]
        before = await self.roots_after(roots[0].number - 2, 1) if roots and roots[0].number > 1 else []
        chain = (head.rows, head.link) if head else (0, "")
        return LedgerExtract(tuple(rows), chain, before[0].root if before else "", tuple(roots), tuple(stamps))

    async def _sealed(self, line: LedgerLine, known: dict[int, dict[int, bytes]]) -> SealedLine:
        """`known`: the leaves of the roots that were looked at already, by number and position."""
        number: int | None = (await self._rows(_ROOT_OF, position=line.position)).scalar()
        if number is not None and number not in known:
            root = await self.root_after(number - 1)
            known[number] = dict(leaves_from(root.leaves)) if root else {}
        leaves = known.get(number, {}) if number is not None else {}
        if line.position not in leaves:
            return SealedLine(line, None, ())
        return SealedLine(line, number, path_of([*leaves].index(line.position), [*leaves.values()]))

    async def _roots_over(self, first: int, last: int) -> list[LedgerRoot]:
        found: list[LedgerRoot] = []
        while page := await self.roots_after(found[-1].number if found else first - 1, _PAGE):
            for root in page:
                found.append(root)
                if root.closes and root.number >= last:
                    return found
        return found
