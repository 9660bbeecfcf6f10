"""Who may do what only one process may do: relay a shard, run the timers. What is done under it lives elsewhere.

A name is held by a lease: it stands until an instant and must be renewed. A process that hangs, or that the network has
cut off, loses it so; no session need end for that. Each change of hands raises the fencing token, by which a former
owner that does not know yet is told apart. Processes on several machines need clocks that agree within seconds. A lease
that stands for longer than any would was taken by a clock that was ahead, and bars nobody.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    FromClause,
    Text,
    and_,
    bindparam,
    literal,
    or_,
    select,
    true,
    update,
)

from store.database import Store
from store.errors import translated
from store.instants import UtcInstant
from store.lapsing import lapsed, lapsing
from store.listing import KEYS, Listing
from store.session import Session
from store.tables import leases

_HELD = Listing("held", name=Text, fence=BigInteger)
_OWNER = bindparam("whose", type_=Text)
_UNTIL = bindparam("lasts", type_=UtcInstant)


@cache
def _take(postgres: bool) -> Executable:
    from sqlalchemy.dialects import postgresql, sqlite

    names = KEYS.of(postgres)
    into = postgresql.insert(leases) if postgres else sqlite.insert(leases)
    chosen = select(names.c.key, _OWNER, _UNTIL, literal(1))
    insert = into.from_select(["name", "owner", "until", "fence"], chosen if postgres else chosen.where(true()))
    free = or_(lapsed(leases.c.until), leases.c.owner == _OWNER)
    return insert.on_conflict_do_update(
        index_elements=["name"],
        set_={"owner": insert.excluded.owner, "until": insert.excluded.until, "fence": leases.c.fence + 1},
        where=free,
    ).returning(leases.c.name, leases.c.fence)


@cache
def _prolong(postgres: bool) -> Executable:
    held = _HELD.of(postgres)

    def mine(rows: FromClause) -> ColumnElement[bool]:
        return and_(leases.c.name == rows.c.name, leases.c.fence == rows.c.fence, leases.c.owner == _OWNER)

    if postgres:  # an UPDATE by itself would lock them in any order, and a claim waits for them in that of their names
        chosen = select(held).select_from(held.join(leases, mine(held)))
        held = chosen.order_by(leases.c.name).with_for_update(of=leases).cte("locked")
    return update(leases).where(mine(held)).values(until=_UNTIL).returning(leases.c.name)


@cache
def _free(postgres: bool) -> Executable:
    names = KEYS.of(postgres)
    joined = names.outerjoin(leases, leases.c.name == names.c.key)
    return select(names.c.key).select_from(joined).where(or_(leases.c.name.is_(None), lapsed(leases.c.until)))


class _Leases(Session):
    """The statements on the table of leases, inside a transaction."""

    async def take(self, names: Collection[str], owner: str, now: datetime, lease: timedelta) -> dict[str, int]:
        asked, given = ((name,) for name in sorted(names)), lapsing(now, lease)
        taken = await self._with(KEYS, asked, _take(self._postgres), whose=owner, lasts=now + lease, **given)
        return {row.name: row.fence for row in taken}

    async def free(self, names: Collection[str], now: datetime, lease: timedelta) -> set[str]:
        asked = ((name,) for name in sorted(names))
        return set((await self._with(KEYS, asked, _free(self._postgres), **lapsing(now, lease))).scalars())

    async def prolong(self, held: Mapping[str, int], owner: str, until: datetime) -> set[str]:
        mine = await self._with(_HELD, sorted(held.items()), _prolong(self._postgres), whose=owner, lasts=until)
        return set(mine.scalars())


async def owners_at_work(store: Store, now: datetime) -> list[str]:
    """The processes that hold something at this instant."""
    held = select(leases.c.owner).where(leases.c.until > now).distinct().order_by(leases.c.owner)
    async with store.reading_connection() as connection:
        with translated():
            return list((await connection.execute(held)).scalars())


class Ownership:
    """What one process holds, name by name, with the fencing token of each. `owner` is unique to a process and its
    start. Not for use by two tasks at once."""

    def __init__(self, store: Store, owner: str) -> None:
        self.owner = owner
        self._store = store
        self._held: dict[str, int] = {}

    @property
    def held(self) -> Mapping[str, int]:
        """Name → fencing token, as of the last call."""
        return self._held

    async def acquire(self, names: Collection[str], now: datetime, lease: timedelta) -> Mapping[str, int]:
        """Take those of `names` that nobody holds; returns all that is held now."""
        wanted = set(names) - self._held.keys()
        if wanted:
            async with self._store.connection(brief=True) as connection:
                taken = await _Leases(connection).take(wanted, self.owner, now, lease)
            self._held.update(taken)
        return self._held

    async def free(self, names: Collection[str], now: datetime, lease: timedelta) -> set[str]:
        """Those of `names` that nobody holds at this instant."""
        async with self._store.reading_connection() as connection:
            return await _Leases(connection).free(names, now, lease)

    async def renew(self, now: datetime, lease: timedelta) -> Mapping[str, int]:
        """Prolong what is held; returns what is held still. To be called well within `lease`."""
        if self._held:
            async with self._store.connection(brief=True) as connection:
                mine = await _Leases(connection).prolong(self._held, self.owner, now + lease)
            self._held = {name: fence for name, fence in self._held.items() if name in mine}
        return self._held

    async def release(self, now: datetime, names: Collection[str] | None = None) -> None:
        """Give up these names or, where none are given, everything, so that another may take it at once."""
        held = {name: fence for name, fence in self._held.items() if names is None or name in names}
        self._held = {name: fence for name, fence in self._held.items() if name not in held}
        if held:
            async with self._store.connection(brief=True) as connection:
                await _Leases(connection).prolong(held, self.owner, now)
