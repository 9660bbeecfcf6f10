"""What a retention schedule asks and empties: the children of an authority with what is held of each, and what of it
goes before an instant. How long that is, is told elsewhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import orjson
from sqlalchemy import Executable, LargeBinary, Text, bindparam, delete, func, null, or_, select, update

from store.contents_table import UNASSIGNED, sealed_contents
from store.instants import UtcInstant
from store.listing import KEYS
from store.retention import ARRIVED
from store.rows import EpisodeRow, PersonRow
from store.session import Session
from store.tables import episodes, identifiers, ledger, outbox, people, quarantine, word

_BEFORE = bindparam("before", type_=UtcInstant)
_ONE = bindparam("one", type_=Text)


@dataclass(frozen=True, slots=True)
class ContentsAt:
    """That contents of a kind are held about a child since an instant."""

    person: str
    kind: str
    at: datetime


@cache
def _held_at(postgres: bool) -> Executable:
    chosen = (KEYS.has(postgres, sealed_contents.c.person), sealed_contents.c.contents.is_not(None))
    return select(sealed_contents.c.person, sealed_contents.c.kind, sealed_contents.c.at).where(*chosen)


@cache
def _last_words(postgres: bool) -> Executable:
    asked = KEYS.of(postgres)
    joined = asked.join(episodes, episodes.c.person == asked.c.key).join(ledger, ledger.c.episode == episodes.c.id)
    last = func.max(ledger.c.at, type_=UtcInstant).label("last")
    return select(episodes.c.person, last).select_from(joined).group_by(episodes.c.person)


@cache
def _numbered(postgres: bool) -> Executable:
    return select(identifiers.c.person).where(KEYS.has(postgres, identifiers.c.person)).distinct()


_EMPTY = (
    update(sealed_contents)
    .where(
        sealed_contents.c.person == _ONE,
        sealed_contents.c.kind.in_(bindparam("kinds", expanding=True, type_=Text)),
        sealed_contents.c.at < _BEFORE,
        sealed_contents.c.contents.is_not(None),
    )
    .values(contents=null())
)
_KEPT_EPISODES = select(episodes.c.id).where(
    or_(episodes.c.person.in_(bindparam("held", expanding=True, type_=Text)), episodes.c.state == word("open"))
)
_MESSAGES = (
    outbox.c.authority == _ONE,
    func.length(outbox.c.payload) > 0,
    outbox.c.position.in_(ARRIVED),
    or_(outbox.c.subject.is_(None), outbox.c.subject.not_in(_KEPT_EPISODES)),
)
_NEEDLE = bindparam("needle", type_=LargeBinary)
_NAMING = select(people.c.id).where(func.instr(people.c.doc, _NEEDLE) > 0)
_NAMING_ON_POSTGRES = select(people.c.id).where(func.position(_NEEDLE.op("IN")(people.c.doc)) > 0)
_UNASSIGNED = (
    sealed_contents.c.person == UNASSIGNED,
    sealed_contents.c.at < _BEFORE,
    sealed_contents.c.contents.is_not(None),
    sealed_contents.c.hash.not_in(bindparam("kept", expanding=True, type_=Text)),
)
_OLD = select(quarantine.c.id, quarantine.c.key, quarantine.c.value).where(quarantine.c.at < _BEFORE)


class Keeping(Session):
    """The part of a transaction that a schedule works with."""

    async def contents_at(self, people: Collection[str]) -> list[ContentsAt]:
        """What is held about these children, without what it says."""
        rows = await self._with(KEYS, ((person,) for person in sorted(people)), _held_at(self._postgres))
        return [ContentsAt(*row) for row in rows]

    async def last_words(self, people: Collection[str]) -> dict[str, datetime]:
        """When something was last heard or decided in an episode of each of these children."""
        rows = await self._with(KEYS, ((person,) for person in sorted(people)), _last_words(self._postgres))
        return {row.person: row.last for row in rows}

    async def numbered(self, people: Collection[str]) -> set[str]:
        """Those of the children to whom a number leads."""
        rows = await self._with(KEYS, ((person,) for person in sorted(people)), _numbered(self._postgres))
        return {*rows.scalars()}

    async def empty_contents(self, person: str, kinds: Collection[str], before: datetime) -> int:
        """Empty what is held about a child of these kinds since before an instant; returns how many there were."""
        return (await self._rows(_EMPTY, one=person, kinds=[*kinds], before=before)).rowcount

    async def replace_documents(self, person: PersonRow | None, cases: Sequence[EpisodeRow]) -> None:
        """Write these documents over those that are there."""
        if person is not None:
            changed = update(people).where(people.c.id == person.id)
            await self._rows(changed.values(doc=person.doc, described=person.described))
        for case in cases:
            await self._rows(update(episodes).where(episodes.c.id == case.id).values(doc=case.doc))

    async def people_naming(self, numbers: Collection[str]) -> list[str]:
        """Every child, of any authority, in whose document one of these numbers stands: their own, or a relative's."""
        found = set[str]()
        for number in sorted(numbers):
            needle = orjson.dumps(number)
            found |= {*(await self._rows(_NAMING_ON_POSTGRES if self._postgres else _NAMING, needle=needle)).scalars()}
        return sorted(found)

    async def drop_identifiers(self, person: str) -> None:
        """No number leads to the child any more."""
        await self._rows(delete(identifiers).where(identifiers.c.person == person))

    async def count_old_messages(self, authority: str, before: datetime, held: Collection[str]) -> int:
        """How many messages of an authority arrived before an instant and still say something; none about a child who
        is missing or `held`."""
        asked = select(func.count()).select_from(outbox).where(*_MESSAGES)
        return int((await self._rows(asked, one=authority, before=before, held=[*held])).scalar_one())

    async def empty_old_messages(self, authority: str, before: datetime, held: Collection[str]) -> int:
        """Empty them."""
        emptied = update(outbox).where(*_MESSAGES).values(payload=b"")
        return (await self._rows(emptied, one=authority, before=before, held=[*held])).rowcount

    async def old_quarantine(self, before: datetime) -> list[tuple[str, bytes | None, bytes | None]]:
        """What was set aside before an instant, read since or not: id, key and value."""
        return [(row.id, row.key, row.value) for row in await self._rows(_OLD, before=before)]

    async def count_unassigned(self, before: datetime) -> int:
        """How many contents there are about no known child, from before an instant."""
        asked = select(func.count()).select_from(sealed_contents).where(*_UNASSIGNED)
        return int((await self._rows(asked, before=before, kept=[])).scalar_one())

    async def empty_unassigned(self, before: datetime, kept: Collection[str] = ()) -> int:
        """Empty them, but for those with these hashes. Where none is left, the keys of their days go too."""
        emptied = update(sealed_contents).where(*_UNASSIGNED).values(contents=null())
        count = (await self._rows(emptied, before=before, kept=[*kept])).rowcount
        if self._keys and not kept:
            await self._keys.throw_away_days(before.date())
        return count

    async def drop_quarantine(self, ids: Collection[str]) -> int:
        """Remove these; returns how many there were."""
        return (await self._rows(delete(quarantine).where(quarantine.c.id.in_([*ids])))).rowcount
