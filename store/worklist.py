"""What waits for somebody, one row for each recipient, and which episodes are open: the read model for queries by
people. It is written in the same transaction as what it is about."""

from collections.abc import AsyncIterator, Collection, Iterable
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Executable,
    Select,
    Text,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    union_all,
)

from store.errors import translated
from store.listing import Listing, Writing
from store.rows import EpisodeRow, WorkRow
from store.session import Session
from store.tables import IS_GOVERNED, episode_references, episodes, timers, word, worklist

_PAGE = 200  # episodes in memory at once
_COLUMNS = (
    *("id", "case_id", "episode", "authority", "role", "person", "wanted", "type", "kind", "urgency", "message"),
    *("since", "due"),
)
_EPISODE = ("id", "authority", "person", "opened_at", "state", "doc")
_SAVE = Writing(worklist, _COLUMNS, replaces=_COLUMNS[1:])
_CASES = Listing("cases", key=Text)
_WANTED = Listing("work", key=Text)
_ROWS = select(*(worklist.c[name] for name in _COLUMNS))
# Soonest first; what has no limit last, and of that the longest asked first.
_ORDER = (worklist.c.due.is_(None), worklist.c.due, worklist.c.since, worklist.c.id)
_AUTHORITY: ColumnElement[bool] = worklist.c.authority == bindparam("authority", type_=Text)
_ALL = _ROWS.where(_AUTHORITY).order_by(*_ORDER)
_FOR = _ROWS.where(
    _AUTHORITY,
    worklist.c.role == bindparam("role", type_=Text),
    or_(worklist.c.person.is_(None), worklist.c.person == bindparam("person", type_=Text)),
).order_by(*_ORDER)
_ABOUT = _ROWS.where(worklist.c.message == bindparam("message", type_=Text)).order_by(*_ORDER)
_OPEN_EPISODES = (
    select(*(episodes.c[name] for name in _EPISODE))
    .where(episodes.c.authority == bindparam("authority", type_=Text), episodes.c.state == word("open"))
    .order_by(episodes.c.opened_at, episodes.c.id)
)
_OF_REFERENCE = (
    select(*(episodes.c[name] for name in _EPISODE))
    .select_from(episodes.join(episode_references, episode_references.c.episode == episodes.c.id))
    .where(
        and_(
            episode_references.c.force == bindparam("force", type_=Text),
            episode_references.c.incident == bindparam("incident", type_=Text),
        )
    )
    .order_by(episodes.c.authority, episodes.c.opened_at, episodes.c.id)
)


def _each(authority: ColumnElement[str], *where: ColumnElement[bool]) -> Select[str]:
    """Every value that the column has, one step along its index for each, however many rows there are."""
    least = select(func.min(authority).label("authority")).where(*where).cte("each", recursive=True)
    further = select(func.min(authority)).where(authority > least.c.authority, *where).scalar_subquery()
    every = least.union_all(select(further).where(least.c.authority.is_not(None)))
    return select(every.c.authority).where(every.c.authority.is_not(None))


_AT_WORK = (_each(worklist.c.authority), _each(episodes.c.authority, episodes.c.state == word("open")))
_QUESTIONS = select(func.count((worklist.c.message + worklist.c.wanted).distinct())).where(_AUTHORITY)
_QUESTIONS_FOR = _QUESTIONS.where(
    or_(
        worklist.c.role.in_(bindparam("roles", expanding=True)),
        worklist.c.person == bindparam("person", type_=Text),
    )
)
_CASES_WANTING = select(func.count(worklist.c.case_id.distinct())).where(
    _AUTHORITY, worklist.c.wanted == bindparam("wanted", type_=Text)
)
_ANY = select(worklist.c.id).limit(1)
_GOVERNING = _each(episodes.c.governed_by, IS_GOVERNED)
_WITH_TIMER = timers.join(episodes, episodes.c.id == timers.c.episode)
_AT_WORK_UNDER = (
    select(episodes.c.id)
    .where(
        IS_GOVERNED,
        episodes.c.governed_by == bindparam("pack", type_=Text),
        or_(episodes.c.state == word("open"), episodes.c.id.in_(select(timers.c.episode))),
    )
    .limit(1)
)
_UNSAID: ColumnElement[bool] = episodes.c.governed_by == word("")
_UNSAID_AT_WORK = union_all(
    select(episodes.c.authority, episodes.c.doc).where(episodes.c.state == word("open"), _UNSAID),
    select(episodes.c.authority, episodes.c.doc).select_from(_WITH_TIMER).where(_UNSAID),
)


@cache
def _drop(postgres: bool) -> Delete:
    cases, wanted = _CASES.of(postgres), _WANTED.of(postgres)
    return delete(worklist).where(
        worklist.c.case_id.in_(select(cases.c.key)), worklist.c.id.not_in(select(wanted.c.key))
    )


@cache
def _of_cases(postgres: bool) -> Executable:
    cases = _CASES.of(postgres)
    return _ROWS.where(worklist.c.case_id.in_(select(cases.c.key))).order_by(*_ORDER)


class Worklist(Session):
    """The part of a transaction that knows what waits for whom."""

    async def set_work(self, cases: Collection[str], rows: Collection[WorkRow]) -> None:
        """Let exactly these rows stand for these cases."""
        postgres = self._postgres
        if cases:
            given = _CASES.parameters(postgres, ((case,) for case in sorted(cases)))
            given |= _WANTED.parameters(postgres, ((row.id,) for row in rows))
            await self._put_later(_drop(postgres), worklist, given)
        values = sorted((_values(row) for row in rows), key=lambda each: each[0])
        await self._write(_SAVE, values, apart=bool(cases))

    async def work_of(self, authority: str) -> list[WorkRow]:
        """All that waits at an authority, what runs out first first."""
        return [WorkRow(*row) for row in await self._rows(_ALL, authority=authority)]

    async def work_for(self, authority: str, role: str, person: str | None) -> list[WorkRow]:
        """What waits for a role, less what is another named person's; without a person, what is nobody's by name."""
        return [WorkRow(*row) for row in await self._rows(_FOR, authority=authority, role=role, person=person)]

    async def work_about(self, message: str) -> list[WorkRow]:
        """What this message waits for."""
        return [WorkRow(*row) for row in await self._rows(_ABOUT, message=message)]

    async def work_of_cases(self, cases: Iterable[str]) -> list[WorkRow]:
        """What waits in these cases."""
        asked = [(case,) for case in sorted(cases)]
        return [WorkRow(*row) for row in await self._with(_CASES, asked, _of_cases(self._postgres))] if asked else []

    async def count_work(self, authority: str, roles: Collection[str] | None, person: str) -> int:
        """How many things wait at an authority for one of these roles (None: for any), or for this person by name; what
        is asked of several is one thing."""
        if roles is None:
            return int((await self._rows(_QUESTIONS, authority=authority)).scalar_one())
        found = await self._rows(_QUESTIONS_FOR, authority=authority, roles=[*roles], person=person)
        return int(found.scalar_one())

    async def cases_wanting(self, authority: str, wanted: str) -> int:
        """In how many cases of an authority something of this kind waits."""
        count: int = (await self._rows(_CASES_WANTING, authority=authority, wanted=wanted)).scalar_one()
        return count

    async def has_work(self) -> bool:
        """Whether anything waits for anybody."""
        return (await self._rows(_ANY)).first() is not None

    async def open_episodes(self, authority: str) -> list[EpisodeRow]:
        """The open episodes of an authority, oldest first."""
        return [EpisodeRow(*row) for row in await self._rows(_OPEN_EPISODES, authority=authority)]

    async def authorities_at_work(self) -> set[str]:
        """Every authority that has an open episode, or somebody for whom something waits."""
        return {str(row[0]) for asked in _AT_WORK for row in await self._rows(asked)}

    async def governing(self, besides: Collection[str] = ()) -> set[str]:
        """The packs, such as `nottinghamshire 6.5`, less these, that govern an episode which is open or has a timer."""
        others = {str(row[0]) for row in await self._rows(_GOVERNING)} - {"", *besides}
        return {pack for pack in sorted(others) if (await self._rows(_AT_WORK_UNDER, pack=pack)).first()}

    async def unsaid_at_work(self) -> AsyncIterator[tuple[str, bytes]]:
        """The authority and the document of every such episode of which an older version of Homeward did not say by
        which pack it is governed; a few at a time."""
        await self.flush()
        with translated():
            async for rows in (await self._connection.stream(_UNSAID_AT_WORK)).partitions(_PAGE):
                for authority, document in rows:
                    yield authority, document

    async def episodes_of_reference(self, force: str, incident: str) -> list[EpisodeRow]:
        """The episodes and alerts that have a police reference, at every authority."""
        return [EpisodeRow(*row) for row in await self._rows(_OF_REFERENCE, force=force, incident=incident)]


def _values(row: WorkRow) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _COLUMNS)
