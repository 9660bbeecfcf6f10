"""What intake asks first: which messages are new, who is being worked on, what is known. No delivery lives here."""

import hashlib
from collections.abc import Collection, Iterable
from functools import cache

from sqlalchemy import ARRAY, BigInteger, Executable, Text, and_, bindparam, delete, func, select, true, tuple_

from store.listing import KEYS, Listing, Writing
from store.rows import Claim, EpisodeRow, IdentifierRow, KnownKeys, PersonRow, ReferenceRow
from store.session import Session
from store.tables import episode_references, episodes, identifiers, inbox, people

_CLAIM_COLUMNS = ("key", "source", "message", "type", "topic", "partition", "offset", "received_at", "content")
_CLAIM = Listing("claims", **{name: inbox.c[name].type for name in _CLAIM_COLUMNS})
_IDENTIFIERS = Listing("asked", authority=Text, system=Text, value=Text)
_NUMBER = ("authority", "system", "value", "person", "scope")
_FORGOTTEN = Listing("forgotten", **dict.fromkeys(_NUMBER, Text))
_REFERENCES = Listing("asked", force=Text, incident=Text)
_PERSON = ("id", "authority", "doc", "version", "described")
_SAVE_PEOPLE = Writing(people, _PERSON, replaces=_PERSON[1:])
_SAVE_IDENTIFIERS = Writing(identifiers, _NUMBER, replaces=())
_SAVE_REFERENCES = Writing(
    episode_references, ("authority", "force", "incident", "person", "episode"), replaces=("person",)
)
_SAVE_EPISODES = Writing(
    episodes,
    ("id", "authority", "person", "opened_at", "state", "doc", "governed_by"),
    replaces=("authority", "person", "opened_at", "state", "doc", "governed_by"),
)


@cache
def _claim(postgres: bool) -> Executable:
    from sqlalchemy.dialects import postgresql, sqlite

    rows = _CLAIM.of(postgres)
    into = postgresql.insert(inbox) if postgres else sqlite.insert(inbox)
    # SQLite reads ON CONFLICT after a bare SELECT as a join: hence the WHERE.
    chosen = select(rows) if postgres else select(rows).where(true())
    return (
        into.from_select(_CLAIM_COLUMNS, chosen).on_conflict_do_nothing(index_elements=["key"]).returning(inbox.c.key)
    )


@cache
def _claimed(postgres: bool) -> Executable:
    asked = KEYS.of(postgres)
    return select(inbox.c.key, inbox.c.content).select_from(asked.join(inbox, inbox.c.key == asked.c.key))


@cache
def _identifiers(postgres: bool) -> Executable:
    asked, held = _IDENTIFIERS.of(postgres), identifiers
    same = and_(*(held.c[name] == asked.c[name] for name in ("authority", "system", "value")))
    columns = (held.c[name] for name in _NUMBER)
    order = (held.c.authority, held.c.system, held.c.value, held.c.scope, held.c.person)
    return select(*columns).select_from(asked.join(held, same)).order_by(*order)


@cache
def _forget(postgres: bool) -> Executable:
    asked = _FORGOTTEN.of(postgres)
    key = tuple_(*(identifiers.c[name] for name in _NUMBER))
    return delete(identifiers).where(key.in_(select(*(asked.c[name] for name in _NUMBER))))


@cache
def _references(postgres: bool) -> Executable:
    asked, held = _REFERENCES.of(postgres), episode_references
    same = and_(held.c.force == asked.c.force, held.c.incident == asked.c.incident)
    columns = (held.c[name] for name in ("authority", "force", "incident", "person", "episode"))
    order = (held.c.force, held.c.incident, held.c.authority, held.c.episode)
    return select(*columns).select_from(asked.join(held, same)).order_by(*order)


@cache
def owners_of_episodes(postgres: bool) -> Executable:
    """Whose episodes these are (by the keys of the listing): id and person."""
    asked = KEYS.of(postgres)
    return select(episodes.c.id, episodes.c.person).select_from(asked.join(episodes, episodes.c.id == asked.c.key))


@cache
def _people(postgres: bool) -> Executable:
    asked = KEYS.of(postgres)
    columns = (people.c[name] for name in _PERSON)
    return select(*columns).select_from(asked.join(people, people.c.id == asked.c.key))


@cache
def _records(postgres: bool) -> Executable:
    asked = KEYS.of(postgres)
    return select(people.c.id, people.c.doc).select_from(asked.join(people, people.c.id == asked.c.key))


@cache
def _episodes_of(postgres: bool) -> Executable:
    asked = KEYS.of(postgres)
    columns = (episodes.c[name] for name in ("id", "authority", "person", "opened_at", "state", "doc"))
    joined = asked.join(episodes, episodes.c.person == asked.c.key)
    return select(*columns).select_from(joined).order_by(episodes.c.opened_at, episodes.c.id)


@cache
def _lock() -> Executable:
    keys = func.unnest(bindparam("keys", type_=ARRAY(BigInteger))).column_valued("key")
    return select(func.count(func.pg_advisory_xact_lock(keys)))


def lock_number(key: str) -> int:
    """The number (signed, 64 bits) that stands for a key in Postgres' advisory locks."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), signed=True)


class Cases(Session):
    """The part of a transaction by which reports are taken in."""

    async def claim(self, claims: Collection[Claim]) -> set[str]:
        """Take the keys that nobody has taken yet and return them; a key that another open transaction holds is waited
        for. Of two claims with one key in `claims`, the key is returned once and the first is kept. To be called
        before `lock`."""
        if not claims:
            return set()
        rows = sorted(claims, key=lambda claim: claim.key)  # one order for all, or two hubs could wait for each other
        listed = (
            (
                *(c.key, plain(c.source), plain(c.message), plain(c.type)),
                *(c.topic, c.partition, c.offset, c.received_at, c.content),
            )
            for c in rows
        )
        taken = await self._with(_CLAIM, listed, _claim(self._postgres))
        return set(taken.scalars())

    async def claimed(self, keys: Collection[str]) -> dict[str, str | None]:
        """The hash of what was said under each key that is taken, also in this transaction; None where it is not
        known."""
        if not keys:
            return {}
        rows = await self._with(KEYS, ((key,) for key in sorted(keys)), _claimed(self._postgres))
        return {row.key: row.content for row in rows}

    async def lock(self, keys: Iterable[str]) -> None:
        """Keep everyone else off these keys until the transaction ends. Only on Postgres: SQLite has one writer."""
        numbers = sorted({lock_number(key) for key in keys})
        if numbers and self._postgres:
            await self._rows(_lock(), keys=numbers)

    async def find(
        self,
        identifiers: Collection[tuple[str, str, str]],
        references: Collection[tuple[str, str]],
        episodes: Collection[str],
    ) -> KnownKeys:
        """Look up (authority, system, value), (force, incident) and episode ids; what is unknown is left out."""
        found = KnownKeys([], [], {})
        if identifiers:
            rows = await self._with(_IDENTIFIERS, identifiers, _identifiers(self._postgres))
            found.identifiers.extend(IdentifierRow(*row) for row in rows)
        if references:
            rows = await self._with(_REFERENCES, references, _references(self._postgres))
            found.references.extend(ReferenceRow(*row) for row in rows)
        if episodes:
            rows = await self._with(
                KEYS, ((episode,) for episode in sorted(episodes)), owners_of_episodes(self._postgres)
            )
            found.episodes.update((row.id, row.person) for row in rows)
        return found

    async def records_of(self, people: Collection[str]) -> dict[str, bytes]:
        """What is held of these people, as documents."""
        rows = await self._with(KEYS, ((p,) for p in sorted(people)), _records(self._postgres)) if people else ()
        return {row.id: row.doc for row in rows}

    async def load(self, people: Collection[str]) -> tuple[dict[str, PersonRow], list[EpisodeRow]]:
        """The people by id, and all their episodes, oldest first."""
        if not people:
            return {}, []
        asked = [(person,) for person in sorted(people)]
        persons = await self._with(KEYS, asked, _people(self._postgres))
        theirs = await self._with(KEYS, asked, _episodes_of(self._postgres))
        return {row.id: PersonRow(*row) for row in persons}, [EpisodeRow(*row) for row in theirs]

    async def save(
        self,
        people: Collection[PersonRow],
        identifiers: Collection[IdentifierRow],
        references: Collection[ReferenceRow],
        episodes: Collection[EpisodeRow],
    ) -> None:
        """Write these rows as they stand now, each over its former state; an identifier leads to all to whom it was
        given. No row may be given twice."""
        await self._write(_SAVE_PEOPLE, sorted(_values(p) for p in people))
        await self._write(_SAVE_IDENTIFIERS, sorted(_number(i) for i in identifiers))
        await self._write(
            _SAVE_REFERENCES, sorted((r.authority, r.force, r.incident, r.person, r.episode) for r in references)
        )
        rows = [(e.id, e.authority, e.person, e.opened_at, e.state, e.doc, e.governed_by) for e in episodes]
        await self._write(_SAVE_EPISODES, sorted(rows, key=lambda row: row[0]))

    async def forget(self, identifiers: Collection[IdentifierRow]) -> None:
        """These lead to their people no more; one that leads to somebody else stays. To be called before `save`."""
        if identifiers:
            rows = sorted(_number(i) for i in identifiers)
            await self._with(_FORGOTTEN, rows, _forget(self._postgres))


def _number(i: IdentifierRow) -> tuple[str, ...]:
    return i.authority, i.system, i.value, i.person, i.scope


def _values(p: PersonRow) -> tuple[str, str, bytes, int, bytes | None]:
    return p.id, p.authority, p.doc, p.version, p.described


def plain(text: str) -> str:
    """The text without what Postgres cannot store. Only for what is kept as a trace, never for a key."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\0")
