"""Who is filed under which blocking key: how somebody who may be meant is found without a number. What the keys are
made of, and whether two descriptions mean one child, is not known here."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Delete, Executable, Text, and_, delete, exists, func, or_, select

from store.listing import KEYS, Listing, Writing
from store.session import Session
from store.tables import blocking, people

_COLUMNS = ("key", "authority", "person")
_SAVE = Writing(blocking, _COLUMNS, replaces=())
_FOUND = Listing("found", person=Text)
_WHOSE = Listing("whose", person=Text)
_FILED = Listing("filed", key=Text, authority=Text, person=Text)

CROWDED = 200
"""A key under which an authority has more people than this says little by itself."""


@dataclass(frozen=True, slots=True)
class BlockedRow:
    """Somebody filed under a key."""

    key: str
    authority: str
    person: str
    among: int = 1
    """How many are filed under the key at that authority."""


@cache
def _blocked(postgres: bool) -> Executable:
    """Of a key that is crowded at an authority only whoever shares another of the keys asked for."""
    asked, held = KEYS.of(postgres), blocking
    among = func.count().over(partition_by=(held.c.key, held.c.authority)).label("among")
    shared = func.count().over(partition_by=held.c.person).label("shared")
    filed = select(held.c.key, held.c.authority, held.c.person, among, shared)
    found = filed.select_from(asked.join(held, held.c.key == asked.c.key)).subquery("filed")
    kept = or_(found.c.among <= CROWDED, found.c.shared > 1)
    return select(found.c.key, found.c.authority, found.c.person, found.c.among).where(kept)


@cache
def _described(postgres: bool) -> Executable:
    asked = _FOUND.of(postgres)
    known = and_(people.c.id == asked.c.person, people.c.described.is_not(None))
    return select(people.c.id, people.c.described).select_from(asked.join(people, known))


@cache
def _unfile(postgres: bool) -> Delete:
    whose, filed = _WHOSE.of(postgres), _FILED.of(postgres)
    wanted = exists().where(*(filed.c[name] == blocking.c[name] for name in _COLUMNS))
    return delete(blocking).where(blocking.c.person.in_(select(whose.c.person)), ~wanted)


class Blocking(Session):
    """The part of a transaction that finds who may be meant."""

    async def blocked(self, keys: Collection[str]) -> tuple[list[BlockedRow], dict[str, bytes]]:
        """Everybody who is filed under one of these keys, and how each is described. A crowded key alone finds nobody:
        a postcode that stands for "no fixed abode" would bring hundreds who share nothing else."""
        if not keys:
            return [], {}
        found = await self._with(KEYS, ((key,) for key in sorted(keys)), _blocked(self._postgres))
        rows = [BlockedRow(*row) for row in found]
        asked = sorted({(row.person,) for row in rows})
        held = await self._with(_FOUND, asked, _described(self._postgres)) if asked else ()
        return rows, {row.id: row.described for row in held}

    async def file(self, people: Collection[str], rows: Collection[BlockedRow]) -> None:
        """File these people under these keys and under no others."""
        values = sorted((r.key, r.authority, r.person) for r in rows)
        if people:
            given = _WHOSE.parameters(self._postgres, ((person,) for person in sorted(people)))
            given |= _FILED.parameters(self._postgres, values)
            await self._put_later(_unfile(self._postgres), blocking, given)
        await self._write(_SAVE, values, apart=bool(people))
