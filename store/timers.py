"""The timers: set, read and looked ahead to. What a timer asks when it is due is decided elsewhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Delete, Executable, Insert, Text, bindparam, delete, func, or_, select, true, update

from store.instants import UtcInstant
from store.listing import KEYS, Listing
from store.rows import TimerRow
from store.session import Session
from store.tables import timers

_COLUMNS = ("id", "authority", "person", "episode", "rule", "due_at")
_OWNERS = Listing("owners", person=Text, episode=Text)
_WANTED = Listing("wanted", **{name: timers.c[name].type for name in _COLUMNS})
_STANDING = Listing("standing", key=Text)


@cache
def _drop(postgres: bool) -> Delete:
    owner, held, wanted = _OWNERS.of(postgres), timers.alias("held"), _STANDING.of(postgres)
    same = (held.c.person == owner.c.person) & held.c.episode.is_not_distinct_from(owner.c.episode)
    owned = select(held.c.id).select_from(owner.join(held, same))
    return delete(timers).where(timers.c.id.in_(owned), timers.c.id.not_in(select(wanted.c.key)))


@cache
def _set(postgres: bool) -> Insert:
    from sqlalchemy.dialects import postgresql, sqlite

    rows = _WANTED.of(postgres)
    into = postgresql.insert(timers) if postgres else sqlite.insert(timers)
    insert = into.from_select(_COLUMNS, select(rows) if postgres else select(rows).where(true()))
    taken_over = {name: insert.excluded[name] for name in _COLUMNS[1:]}
    differs = or_(*(timers.c[name].is_distinct_from(value) for name, value in taken_over.items()))
    return insert.on_conflict_do_update(index_elements=["id"], set_=taken_over, where=differs)


_READ = (*(timers.c[name] for name in _COLUMNS), timers.c.failures)
_UNTIL = bindparam("until", type_=UtcInstant)
_DUE = (
    select(*_READ)
    .where(timers.c.due_at <= _UNTIL, or_(timers.c.again_at.is_(None), timers.c.again_at <= _UNTIL))
    .order_by(timers.c.due_at, timers.c.id)
    .limit(bindparam("most"))
)
_IN_TURN = timers.c.again_at.is_(None)
_PAST = timers.c.due_at <= bindparam("now", type_=UtcInstant)
_COUNTS = select(
    select(func.count()).select_from(timers).scalar_subquery(),
    select(func.count()).where(_IN_TURN, _PAST).scalar_subquery(),
    select(func.count()).select_from(timers).where(timers.c.again_at.is_not(None)).scalar_subquery(),
    select(func.min(timers.c.due_at, type_=UtcInstant)).where(_IN_TURN).scalar_subquery(),
)


@dataclass(frozen=True, slots=True)
class TimerCounts:
    """How many timers stand, how many of them are due, how many were set aside because they failed, and when the
    earliest of the others is or was due (None: there is none)."""

    standing: int
    overdue: int
    set_aside: int
    earliest: datetime | None


_NEXT = select(
    select(func.min(timers.c.due_at, type_=UtcInstant)).where(_IN_TURN).scalar_subquery(),
    select(func.min(timers.c.again_at, type_=UtcInstant)).where(timers.c.again_at.is_not(None)).scalar_subquery(),
)
_BRING_FORWARD = (
    update(timers)
    .where(timers.c.rule == bindparam("named"), timers.c.due_at > bindparam("now", type_=UtcInstant))
    .values(due_at=bindparam("now", type_=UtcInstant))
)
_SET_ASIDE = (
    update(timers)
    .where(timers.c.id == bindparam("timer"))
    .values(failures=timers.c.failures + 1, again_at=bindparam("again", type_=UtcInstant))
)


@cache
def _standing(postgres: bool) -> Executable:
    asked = KEYS.of(postgres)
    joined = asked.join(timers, timers.c.id == asked.c.key)
    return select(*_READ).select_from(joined).where(timers.c.due_at <= _UNTIL).order_by(timers.c.due_at, timers.c.id)


class Timers(Session):
    """The part of a transaction that keeps the clocks."""

    async def set_timers(self, owners: Collection[tuple[str, str | None]], wanted: Sequence[TimerRow]) -> None:
        """Let exactly the timers `wanted` stand for these owners (person and episode, or person alone). A timer that
        stands already as it is wanted is not touched."""
        rows = sorted((t.id, t.authority, t.person, t.episode, t.rule, t.due_at) for t in wanted)
        postgres = self._postgres
        if owners:
            given = _OWNERS.parameters(postgres, owners)
            given |= _STANDING.parameters(postgres, ((row[0],) for row in rows))
            await self._put_later(_drop(postgres), timers, given)
        if rows:
            await self._put_later(_set(postgres), timers, _WANTED.parameters(postgres, rows), apart=bool(owners))

    async def due_timers(self, until: datetime, limit: int) -> list[TimerRow]:
        """What is due up to and including `until`, by instant and then by id, without what is set aside beyond it."""
        rows = await self._rows(_DUE, until=until, most=limit)
        return [TimerRow(*row) for row in rows]

    async def timer_counts(self, now: datetime) -> TimerCounts:
        """How the clocks stand."""
        return TimerCounts(*(await self._rows(_COUNTS, now=now)).one())

    async def standing_timers(self, ids: Collection[str], until: datetime) -> list[TimerRow]:
        """Those of the timers that still stand and are due up to and including `until`, in the same order, set aside or
        not."""
        asked = ((id,) for id in sorted(ids))
        return [TimerRow(*row) for row in await self._with(KEYS, asked, _standing(self._postgres), until=until)]

    async def set_aside(self, timer: str, again_at: datetime) -> None:
        """A timer has failed once more: it is not due before that instant."""
        await self._rows(_SET_ASIDE, timer=timer, again=again_at)

    async def bring_forward(self, rule: str, now: datetime) -> None:
        """What this rule asks is due now at the latest, whatever a clock said that was ahead when it was set."""
        await self._rows(_BRING_FORWARD, named=rule, now=now)

    async def next_timer(self) -> datetime | None:
        """When the next timer is due, or one that was set aside is to be asked again; None if there is none."""
        return min((at for at in (await self._rows(_NEXT)).one() if at is not None), default=None)
