"""Roots over all rows of the ledger, with and without an episode: each over the rows since the one before. The hub
seals every minute (`homeward.sealing`); the first root of a day in London closes the days before, and is the one to
stamp.

A row is sealed when nothing can be written before it any more. SQLite has one writer, so that is at once. On Postgres a
transaction that drew its positions earlier may commit later: what is there is noted, with the transactions under way,
and sealed at a later look, when all of these have ended (`Settled`). What is then still put in between is no row that
was under way, and is named as put in. A transaction draws positions before it is known as under way for the length of
one statement at most; between two looks lie at least as many seconds as a statement may take (`store.postgres`).

What `verify` cannot see: of rows of no episode that no root covers yet, that one was changed together with its hash,
was put in or is gone. That is one look after they were written on SQLite, two on Postgres.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, bindparam, func, literal_column, select, text

from store.custody_tables import ledger_roots, ledger_stamps
from store.listing import Writing
from store.roots import LedgerRoot
from store.session import Session
from store.tables import ledger

_COLUMNS = ("number", "at", "closes", "through", "rows", "tree", "root", "leaves")
_ROOT = Writing(ledger_roots, _COLUMNS, replaces=())
_STAMP = Writing(ledger_stamps, ("number", "at", "service", "token"), replaces=())
_NUMBER = ledger_roots.c.number
_WHOLE = select(*(ledger_roots.c[name] for name in _COLUMNS)).order_by(_NUMBER)
_NEXT = _WHOLE.where(bindparam("after") < _NUMBER).limit(1)
_BRIEF = select(*(ledger_roots.c[name] for name in _COLUMNS[:-1]))
_FOLLOWING = _BRIEF.where(bindparam("after") < _NUMBER).order_by(_NUMBER).limit(bindparam("most"))
_NEWEST = _BRIEF.order_by(_NUMBER.desc()).limit(1)
_CLOSING = _BRIEF.where(ledger_roots.c.closes.is_not(None)).order_by(_NUMBER.desc()).limit(1)
_CLOSED_AFTER = select(func.min(ledger_roots.c.at)).where(
    ledger_roots.c.closes.is_not(None), bindparam("after") < _NUMBER
)
_STAMPED_THROUGH = select(func.coalesce(func.max(ledger_stamps.c.number), 0))
_STAMPS = select(*(ledger_stamps.c[name] for name in ("number", "at", "service", "token"))).order_by(
    ledger_stamps.c.number
)
_STAMPED = select(ledger_stamps.c.number).where(ledger_stamps.c.number == bindparam("number"))
_UNSEALED = (
    select(ledger.c.position, ledger.c.hash, ledger.c.link)
    .where(ledger.c.position > bindparam("after"), ledger.c.position <= bindparam("through"))
    .order_by(ledger.c.position)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a look at the ledger has seen: the highest position, the first transaction that had not begun then, and the
    oldest that was still under way. On SQLite there never is one."""

    through: int
    to_come: int
    under_way: int

    def holds(self, now: "Settled") -> bool:
        """Whether everything that was under way at this look has ended by a later one."""
        return now.under_way >= self.to_come


@dataclass(frozen=True, slots=True)
class LedgerStamp:
    """What a service has said of a root: the answer to a request by RFC 3161, as it came."""

    number: int
    at: datetime
    service: str
    token: bytes


@cache
def _seen(postgres: bool) -> Executable:
    top = select(func.coalesce(func.max(ledger.c.position), 0)).scalar_subquery()
    if not postgres:
        return select(top, literal_column("0"), literal_column("0"))
    ends = [text(f"pg_snapshot_{end}(pg_current_snapshot())::text::bigint") for end in ("xmax", "xmin")]
    return select(top, *ends)


class Sealing(Session):
    """The part of a transaction that seals the ledger."""

    async def seen(self) -> Settled:
        """How far the ledger has come, and who is still writing. To be asked in a reading of its own: what is noted
        first must be what was there first."""
        return Settled(*(await self._rows(_seen(self._postgres))).one())

    async def newest_root(self) -> LedgerRoot | None:
        """The root that vouches for all others, without its leaves."""
        row = (await self._rows(_NEWEST)).first()
        return LedgerRoot(*row) if row else None

    async def closing_root(self) -> LedgerRoot | None:
        """The newest root that closes a day, without its leaves."""
        row = (await self._rows(_CLOSING)).first()
        return LedgerRoot(*row) if row else None

    async def closed_after(self, number: int) -> datetime | None:
        """When the first root after a number was made that closes a day."""
        made: datetime | None = (await self._rows(_CLOSED_AFTER, after=number)).scalar_one()
        return made

    async def root_after(self, number: int) -> LedgerRoot | None:
        """The next root after a number (0: the first), with its leaves."""
        row = (await self._rows(_NEXT, after=number)).first()
        return LedgerRoot(*row) if row else None

    async def roots_after(self, number: int, limit: int) -> list[LedgerRoot]:
        """The next roots after a number, without their leaves."""
        return [LedgerRoot(*row) for row in await self._rows(_FOLLOWING, after=number, most=limit)]

    async def unsealed(self, after: int, through: int, limit: int) -> list[tuple[int, str, str | None]]:
        """Position, hash and link of the next rows between two positions."""
        found = await self._rows(_UNSEALED, after=after, through=through, most=limit)
        return [(row.position, row.hash, row.link) for row in found]

    async def seal(self, root: LedgerRoot) -> None:
        """Keep a root. Where another hub has kept one of this number, that one stays."""
        await self._write(_ROOT, [tuple(getattr(root, name) for name in _COLUMNS)])

    async def stamp(self, stamps: Sequence[LedgerStamp]) -> None:
        """Keep what a service has said of roots. Where one has been stamped, that stamp stays."""
        await self._write(_STAMP, [(s.number, s.at, s.service, s.token) for s in stamps])

    async def is_stamped(self, number: int) -> bool:
        """Whether the root of that number has a stamp."""
        return (await self._rows(_STAMPED, number=number)).first() is not None

    async def stamped_through(self) -> int:
        """The number of the newest root that has a stamp; 0 where none has."""
        return int((await self._rows(_STAMPED_THROUGH)).scalar_one())

    async def stamps(self) -> list[LedgerStamp]:
        """All stamps, by the number of their root."""
        return [LedgerStamp(*row) for row in await self._rows(_STAMPS)]
