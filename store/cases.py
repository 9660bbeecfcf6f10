"""What intake asks first: which messages are new, who is being worked on, what is known. No delivery lives here."""

import hashlib
from collections.abc import Collection, Iterable
from functools import cache

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Executable,
    LargeBinary,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    null,
    select,
    tuple_,
    union_all,
)

from store.instants import UtcInstant
from store.listing import KEYS, Listing, Writing
from store.rows import Claim, EpisodeRow, IdentifierRow, KnownKeys, PersonRow, ReferenceRow
from store.session import Session
from store.tables import episode_references, episodes, identifiers, inbox, people, word

_CLAIM_COLUMNS = ("key", "source", "message", "type", "topic", "partition", "offset", "received_at", "content")
_CLAIM = Listing("claims", **{name: inbox.c[name].type for name in _CLAIM_COLUMNS}, besides=Text)
_IDENTIFIERS = Listing("numbers", authority=Text, system=Text, value=Text)
_NUMBER = ("authority", "system", "value", "person", "scope")
_FORGOTTEN = Listing("forgotten", **dict.fromkeys(_NUMBER, Text))
_REFERENCES = Listing("incidents", force=Text, incident=Text)
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

    rows, held = _CLAIM.of(postgres), inbox.alias("held")
    into = postgresql.insert(inbox) if postgres else sqlite.insert(inbox)
    aside = exists().where(held.c.key == rows.c.besides)
    chosen = select(*(rows.c[name] for name in _CLAIM_COLUMNS)).where(~aside)
    return (
        into.from_select(_CLAIM_COLUMNS, chosen).on_conflict_do_nothing(index_elements=["key"]).returning(inbox.c.key)
    )


@cache
def _claimed(postgres: bool) -> Executable:
    asked = KEYS.of(postgres)
    return select(inbox.c.key, inbox.c.content).select_from(asked.join(inbox, inbox.c.key == asked.c.key))


@cache
def _forget(postgres: bool) -> Executable:
    asked = _FORGOTTEN.of(postgres)
    key = tuple_(*(identifiers.c[name] for name in _NUMBER))
    return delete(identifiers).where(key.in_(select(*(asked.c[name] for name in _NUMBER))))


@cache
def _find(postgres: bool) -> Executable:
    """Identifiers, references and episodes at once: what was found of which, in five columns."""
    numbers, told, asked = _IDENTIFIERS.of(postgres), _REFERENCES.of(postgres), KEYS.of(postgres)
    held, known = identifiers.c, episode_references.c
    same_number = and_(*(held[name] == numbers.c[name] for name in ("authority", "system", "value")))
    same_incident = and_(known.force == told.c.force, known.incident == told.c.incident)
    nothing = cast(null(), Text)
    found = union_all(
        select(
            word("number").label("found"), held.authority, held.system, held.value, held.scope, held.person
        ).select_from(numbers.join(identifiers, same_number)),
        select(
            word("reference"), known.force, known.incident, known.authority, known.episode, known.person
        ).select_from(told.join(episode_references, same_incident)),
        select(word("episode"), episodes.c.id, nothing, nothing, nothing, episodes.c.person).select_from(
            asked.join(episodes, episodes.c.id == asked.c.key)
        ),
    ).subquery("all_found")
    return select(found).order_by(*found.c)


@cache
def owners_of_episodes(postgres: bool) -> Executable:
    """Whose episodes these are (by the keys of the listing): id and person."""
    asked = KEYS.of(postgres)
    return select(episodes.c.id, episodes.c.person).select_from(asked.join(episodes, episodes.c.id == asked.c.key))


@cache
def _records(postgres: bool) -> Executable:
    asked = KEYS.of(postgres)
    return select(people.c.id, people.c.doc).select_from(asked.join(people, people.c.id == asked.c.key))


@cache
def _load(postgres: bool) -> Executable:
    """People and their episodes at once: an episode has an owner."""
    asked = KEYS.of(postgres)
    held, theirs = people.c, episodes.c
    loaded = union_all(
        select(
            held.id, held.authority, cast(null(), Text).label("owner"), cast(null(), UtcInstant).label("opened_at"),
            cast(null(), Text).label("state"), held.doc, held.version, held.described,
        ).select_from(asked.join(people, held.id == asked.c.key)),
        select(
            theirs.id, theirs.authority, theirs.person, theirs.opened_at, theirs.state, theirs.doc,
            cast(null(), BigInteger), cast(null(), LargeBinary),
        ).select_from(asked.join(episodes, theirs.person == asked.c.key)),
    ).subquery("loaded")  # fmt: skip
    return select(loaded).order_by(loaded.c.opened_at, loaded.c.id)


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
        """Take the keys that nobody has taken yet, nor what each is claimed besides, and return them; a key that
        another open transaction holds is waited for. Of two claims with one key in `claims`, the key is returned once
        and the first is kept. To be called before `lock`."""
        if not claims:
            return set()
        rows = sorted(claims, key=lambda claim: claim.key)  # one order for all, or two hubs could wait for each other
        listed = (
            (
                *(c.key, plain(c.source), plain(c.message), plain(c.type)),
                *(c.topic, c.partition, c.offset, c.received_at, c.content, c.besides),
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
        known = KnownKeys([], [], {})
        if not (identifiers or references or episodes):
            return known
        asked = _REFERENCES.parameters(self._postgres, references)
        asked |= KEYS.parameters(self._postgres, ((episode,) for episode in sorted(episodes)))
        for found, *told, person in await self._with(_IDENTIFIERS, identifiers, _find(self._postgres), **asked):
            if found == "number":
                authority, system, value, scope = told
                known.identifiers.append(IdentifierRow(authority, system, value, person, scope))
            elif found == "reference":
                force, incident, authority, episode = told
                known.references.append(ReferenceRow(authority, force, incident, person, episode))
            else:
                known.episodes[told[0]] = person
        return known

    async def records_of(self, people: Collection[str]) -> dict[str, bytes]:
        """What is held of these people, as documents."""
        rows = await self._with(KEYS, ((p,) for p in sorted(people)), _records(self._postgres)) if people else ()
        return {row.id: row.doc for row in rows}

    async def load(self, people: Collection[str]) -> tuple[dict[str, PersonRow], list[EpisodeRow]]:
        """The people by id, and all their episodes, oldest first."""
        if not people:
            return {}, []
        persons, theirs = dict[str, PersonRow](), list[EpisodeRow]()
        for row in await self._with(KEYS, ((person,) for person in sorted(people)), _load(self._postgres)):
            if row.owner is None:
                persons[row.id] = PersonRow(row.id, row.authority, row.doc, row.version, row.described)
            else:
                theirs.append(EpisodeRow(row.id, row.authority, row.owner, row.opened_at, row.state, row.doc))
        return persons, theirs

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
