"""What the ledger's lines point to: the bytes of reports and the words of people, each sealed under the key of the
child that it is about, or under the hub's key of its kind and day where nobody knows the child.

A line names its contents by a hash over a salt and the bytes. The salt is sealed with them, so that short contents
cannot be guessed from the hash, least of all once their key is gone."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Executable,
    Text,
    and_,
    bindparam,
    exists,
    literal,
    not_,
    null,
    or_,
    select,
    union_all,
    update,
)

from store.cases import owners_of_episodes
from store.contents_table import (
    CONTENTS_COLUMNS,
    UNASSIGNED,
    KeptContents,
    OpenedContents,
    Salted,
    ToBeSealed,
    sealed_contents,
    taken_apart,
)
from store.keys import SealingKey
from store.listing import KEYS, Writing
from store.looks import about_child
from store.rows import Concerns, SendersName
from store.session import Session
from store.tables import ledger, ledger_contents, word

_KEEP = Writing(sealed_contents, CONTENTS_COLUMNS, replaces=())
_CHILD = about_child("")
"""How the look at a child in no episode begins."""


@cache
def _held(postgres: bool) -> Executable:
    """The contents with these hashes; those of before there were keys stand in the clear and have no salt."""
    asked, held = KEYS.of(postgres), sealed_contents
    columns = (held.c.hash, held.c.key, held.c.contents)
    now = select(*columns).select_from(asked.join(held, held.c.hash == asked.c.key))
    old = select(ledger_contents.c.hash, null().label("key"), ledger_contents.c.contents)
    return union_all(now, old.select_from(asked.join(ledger_contents, ledger_contents.c.hash == asked.c.key)))


@cache
def _of_causes(postgres: bool) -> Executable:
    asked = KEYS.of(postgres)
    is_report = (ledger.c.kind == word("report"), ledger.c.contents_hash.is_not(None))
    heard = and_(ledger.c.causation == asked.c.key, *is_report)
    return select(ledger.c.causation, ledger.c.contents_hash).select_from(asked.join(ledger, heard))


@cache
def _of_lines(postgres: bool) -> Executable:
    asked, held = KEYS.of(postgres), sealed_contents
    columns = (ledger.c.id, *(held.c[name] for name in ("hash", "kind", "key", "contents", "at")))
    line = asked.join(ledger, ledger.c.id == asked.c.key)
    theirs = and_(held.c.hash == ledger.c.contents_hash, held.c.person == literal(UNASSIGNED, Text))
    return select(*columns).select_from(line.join(held, theirs)).where(held.c.contents.is_not(None))


@cache
def _empty(postgres: bool) -> Executable:
    chosen = KEYS.has(postgres, sealed_contents.c.hash)
    return update(sealed_contents).where(chosen, sealed_contents.c.person == UNASSIGNED).values(contents=null())


_FORMER, _PERSON = bindparam("former", type_=Text), bindparam("heir", type_=Text)
_MOVED = bindparam("moved", type_=Text)
_THEIRS = sealed_contents.alias("theirs")
_HAS_THEM = exists().where(_THEIRS.c.hash == sealed_contents.c.hash, _THEIRS.c.person == _PERSON)
_FROM = and_(sealed_contents.c.person == _FORMER, or_(_MOVED.is_(None), sealed_contents.c.episode == _MOVED))
_HAND_OVER = update(sealed_contents).where(_FROM, not_(_HAS_THEM)).values(person=_PERSON)
_LEAVE = update(sealed_contents).where(_FROM).values(contents=null())
_NEWEST = (
    select(sealed_contents.c.key, sealed_contents.c.person)
    .where(sealed_contents.c.contents.is_not(None), sealed_contents.c.key != UNASSIGNED)
    .order_by(sealed_contents.c.at.desc())
    .limit(20)
)
_OF_PERSON = (
    select(*(sealed_contents.c[name] for name in CONTENTS_COLUMNS))
    .where(sealed_contents.c.person == _PERSON, sealed_contents.c.contents.is_not(None))
    .order_by(sealed_contents.c.at, sealed_contents.c.hash)
)


class Contents(Session):
    """The part of a transaction that keeps contents and opens them."""

    async def contents(self, hash: str) -> bytes | None:
        """The bytes with this hash, or None where there are none or they have been purged."""
        return (await self.contents_of([hash])).get(hash)

    async def contents_of(self, hashes: Collection[str]) -> dict[str, bytes]:
        """The bytes by their hash; what has been purged, or whose key was thrown away, is not there."""
        held, _ = await self._open(hashes)
        return {hash: opened.bytes for hash, opened in held.items()}

    async def salted_contents(self, hashes: Collection[str]) -> dict[str, tuple[bytes, bytes]]:
        """What was hashed before the bytes, and the bytes, by the hash over one after the other: for somebody who is to
        prove them."""
        held, _ = await self._open(hashes)
        return {hash: (opened.before, opened.bytes) for hash, opened in held.items()}

    async def names_of(self, hashes: Collection[str]) -> dict[str, SendersName]:
        """What their senders call the messages with these contents, by hash; of before it was kept there, nothing."""
        held, _ = await self._open(hashes)
        return {hash: opened.name for hash, opened in held.items() if opened.name is not None}

    async def names_of_causes(self, causes: Collection[str]) -> dict[str, SendersName]:
        """The same by what the ledger calls the messages as causes."""
        asked = ((cause,) for cause in sorted(causes))
        rows = [*await self._with(KEYS, asked, _of_causes(self._postgres))] if causes else []
        names = await self.names_of([row.contents_hash for row in rows])
        return {row.causation: names[row.contents_hash] for row in rows if row.contents_hash in names}

    async def altered_contents(self, hashes: Collection[str]) -> set[str]:
        """Those of the hashes whose contents are still held and are not what was written."""
        _, altered = await self._open(hashes)
        return altered

    async def contents_about(self, person: str) -> list[KeptContents]:
        """All that is held about a child, oldest first."""
        rows = [*await self._rows(_OF_PERSON, heir=person)]
        keys = await self._keys_of(rows)
        opened = ((row, taken_apart(plain)) for row in rows if (plain := _unsealed(row, keys)))
        return [
            KeptContents(row.hash, row.person, row.line, row.episode, row.kind, row.at, each.name, each.bytes)
            for row, each in opened
        ]

    async def own_contents(self, lines: Mapping[str, Sequence[Concerns]]) -> None:
        """It has become known whom the contents of these lines (by id) are about: they are sealed anew under the keys
        of these children."""
        if not lines:
            return
        rows = [*await self._with(KEYS, ((line,) for line in sorted(lines)), _of_lines(self._postgres))]
        keys, told = await self._keys_of(rows), list[ToBeSealed]()
        for row in rows:
            plain = _unsealed(row, keys)
            told += [ToBeSealed(row.hash, row.id, each, row.kind, plain, row.at) for each in lines[row.id] if plain]
        await self._seal(told, await self._keys_for(told))
        if told:
            await self._with(KEYS, ((hash,) for hash in sorted({row.hash for row in rows})), _empty(self._postgres))

    async def hand_contents(self, former: str, person: str, episode: str | None = None) -> None:
        """What is held about one child (in one episode) is about the other from now on, under the key that it has."""
        await self._rows(_HAND_OVER, former=former, heir=person, moved=episode)
        await self._rows(_LEAVE, former=former, moved=episode)  # what the other has already

    async def newest_keys(self) -> set[str]:
        """The ids of the keys under which the newest contents are sealed, whether they are here or not."""
        return {row.key for row in await self._rows(_NEWEST) if row.key}

    async def keys_missing(self, forgotten: Collection[str] = (), besides: Collection[str] = ()) -> bool:
        """Whether the newest contents are sealed under keys that are not here; those of `besides` do not count.
        `forgotten`: children whose keys were thrown away, as the journal beside the keys says; one that names a child
        of this database is its own."""
        newest = [row for row in await self._rows(_NEWEST) if row.key not in besides]
        if not newest or any(row.person in forgotten for row in newest):
            return False
        return not (self._keys and await self._keys.known(sorted({row.key for row in newest})))

    async def _concerning(self, told: Sequence[Salted]) -> list[ToBeSealed]:
        """What is to be sealed of these contents: once for each child that they are about."""
        asked = {each.row.episode for each in told if each.row.episode and not each.row.about}
        owners = owners_of_episodes(self._postgres)
        found = await self._with(KEYS, ((episode,) for episode in sorted(asked)), owners) if asked else ()
        whose = {row.id: row.person for row in found}
        whose |= {each: each.removeprefix(_CHILD) for each in asked if each.startswith(_CHILD)}
        return [
            ToBeSealed(each.hash, each.row.id, concerned, each.kind, each.bytes, each.row.at)
            for each in told
            for concerned in each.row.about or (Concerns(whose.get(each.row.episode, UNASSIGNED), each.row.episode),)
        ]

    async def _keys_for(self, told: Sequence[ToBeSealed]) -> Mapping[str, SealingKey]:
        """By name; none where contents are kept in the clear."""
        return await self._keys.named({each.key for each in told}, told[0].at) if self._keys and told else {}

    async def _seal(self, told: Sequence[ToBeSealed], keys: Mapping[str, SealingKey]) -> None:
        await self._write(_KEEP, sorted(each.row(keys.get(each.key)) for each in told))

    async def _open(self, hashes: Collection[str]) -> tuple[dict[str, OpenedContents], set[str]]:
        """What is held, and what of it is not what was written."""
        asked = [(hash,) for hash in sorted(set(hashes))]
        rows = [*await self._with(KEYS, asked, _held(self._postgres))] if asked else []
        keys = await self._keys_of(rows)
        held, altered = dict[str, OpenedContents](), set[str]()
        for row in rows:
            if row.contents is None or (row.key and row.key not in keys):
                continue
            plain = _unsealed(row, keys)
            if plain is None or hashlib.sha256(plain).hexdigest() != row.hash:
                altered.add(row.hash)
            if plain is not None:
                held[row.hash] = OpenedContents(b"", None, plain) if row.key is None else taken_apart(plain)
        return held, altered

    async def _keys_of(self, rows: Iterable[Any]) -> Mapping[str, SealingKey]:
        ids = {row.key for row in rows if row.key and row.contents is not None}
        return await self._keys.known(sorted(ids)) if self._keys and ids else {}


def _unsealed(row: Any, keys: Mapping[str, SealingKey]) -> bytes | None:
    """The salted bytes of a row; None where nobody can read them."""
    if not row.key:
        return row.contents  # type: ignore[no-any-return]
    return keys[row.key].unsealed(row.contents, row.hash) if row.key in keys else None
