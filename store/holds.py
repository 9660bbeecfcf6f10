"""Legal holds: children of whom nothing may go, whatever the schedule says, with who said so, why and until when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Column, Executable, Table, Text, bindparam, delete, or_, select

from store.instants import UtcInstant
from store.listing import KEYS, Writing
from store.session import Session
from store.tables import metadata

legal_holds = Table(
    "legal_holds",
    metadata,
    Column("person", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("authority", "by", "why")),
    Column("at", UtcInstant, nullable=False),
    Column("until", UtcInstant),
)
_COLUMNS = ("person", "authority", "by", "why", "at", "until")
_SAVE = Writing(legal_holds, _COLUMNS, replaces=_COLUMNS[1:])
_STANDING = or_(legal_holds.c.until.is_(None), legal_holds.c.until > bindparam("now", type_=UtcInstant))
_ALL = (
    select(*(legal_holds.c[name] for name in _COLUMNS))
    .where(_STANDING)
    .order_by(legal_holds.c.at, legal_holds.c.person)
)
_LIFT = delete(legal_holds).where(legal_holds.c.person == bindparam("one", type_=Text))


@dataclass(frozen=True, slots=True)
class Hold:
    """That nothing of a child may go. `until`: None until somebody lifts it."""

    person: str
    authority: str
    by: str
    why: str
    at: datetime
    until: datetime | None


@cache
def _of(postgres: bool) -> Executable:
    return _ALL.where(KEYS.has(postgres, legal_holds.c.person))


class Holds(Session):
    """The part of a transaction that knows of whom nothing may go."""

    async def hold_child(self, hold: Hold) -> None:
        """Keep it in place of one that the child has."""
        await self._write(_SAVE, [tuple(getattr(hold, name) for name in _COLUMNS)])

    async def lift_hold(self, person: str) -> bool:
        """Whether there was one; there is none from now on."""
        return (await self._rows(_LIFT, one=person)).rowcount > 0

    async def holds_on(self, people: Collection[str], now: datetime) -> dict[str, Hold]:
        """The holds that stand on these children."""
        if not people:
            return {}
        rows = await self._with(KEYS, ((person,) for person in sorted(people)), _of(self._postgres), now=now)
        return {row.person: Hold(*row) for row in rows}

    async def all_holds(self, now: datetime) -> list[Hold]:
        """All that stand, oldest first."""
        return [Hold(*row) for row in await self._rows(_ALL, now=now)]
