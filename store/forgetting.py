"""Forgetting a child as a whole. Rows of the ledger and of the outbox stay, as they only grow and name nobody; what
they point to goes, and with the child's key it goes in every backup."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)

from store.contents import Contents
from store.contents_table import UNASSIGNED, sealed_contents
from store.delivery_table import DeliveryState, among, deliveries
from store.early import early_word
from store.floods import floods
from store.listing import KEYS
from store.mentions import Mentions
from store.noting import Note, Noting
from store.quarantine import unpacked
from store.rows import SendersName
from store.tables import (
    blocking,
    desk_answers,
    episode_references,
    episodes,
    identifiers,
    inbox,
    ledger,
    ledger_contents,
    outbox,
    people,
    quarantine,
    timers,
    worklist,
)

ERASED: Final = "erasure"
_WITHDRAWN = "The child was forgotten before it could leave"
_ON_ITS_WAY: tuple[DeliveryState, ...] = ("prepared", "retrying", "sending")
_WITH_A_PERSON: tuple[DeliveryState, ...] = ("parked", "failed", "bounced", "in_doubt")
_PAGE = 500


@dataclass(frozen=True, slots=True)
class ChildTraces:
    """What leads from a child to what is held: the ids of episodes and messages, what senders call the reports (source
    and id), the police's references and the numbers. `missing`: whether an episode is open; `unsent`: how many messages
    are still to be sent."""

    person: str
    authority: str | None
    episodes: tuple[str, ...]
    messages: tuple[str, ...]
    reports: tuple[tuple[str, str], ...]
    references: tuple[tuple[str, str], ...]
    numbers: tuple[str, ...]
    missing: bool
    unsent: int


class Forgetting(Contents, Noting):
    """The part of a transaction that forgets children."""

    async def traces_of(self, person: str, episodes: Collection[str] = ()) -> ChildTraces:
        """All that leads to what is held of a child; `episodes`: those that were the child's at another time."""
        held = [*await self._rows(_EPISODES, one=person, more=[*episodes])]
        ids = sorted({*(row.id for row in held), *episodes})
        heard = [*await self._rows(_REPORTS, one=person)]
        names = await self.names_of([row.contents_hash for row in heard])
        reports = sorted({_sent_as(row.entry, names[row.contents_hash]) for row in heard if row.contents_hash in names})
        facts = (await self._rows(_FACTS_OF, more=ids)).scalars()
        causes = {row.causation for row in heard if row.causation} | {cause for cause in facts if cause}
        causes |= {cause.rpartition("#")[2] for cause in causes}  # as lines call them now
        lines = await self._rows(_CAUSED, names=sorted(causes))
        messages = [orjson.loads(entry)["message"] for entry in lines.scalars()]
        mine = or_(outbox.c.subject.in_(ids), and_(outbox.c.message_id.in_(messages), outbox.c.subject.is_(None)))
        sent = await self._rows(select(outbox.c.message_id).where(mine).distinct().order_by(outbox.c.message_id))
        found = tuple(sent.scalars())
        on_its_way = _of_messages(found).where(among(deliveries, *_ON_ITS_WAY)).with_only_columns(func.count())
        references = await self._rows(_REFERENCES, one=person, more=ids)
        owner = (await self._rows(select(people.c.authority).where(people.c.id == person))).scalar()
        return ChildTraces(
            person,
            owner,
            tuple(ids),
            found,
            tuple(reports),
            tuple((row.force, row.incident) for row in references),
            tuple(await self.numbers_of([person])),
            any(row.state in ("open", "waiting") for row in held),
            int((await self._rows(on_its_way)).scalar_one()),
        )

    async def numbers_of(self, people: Collection[str]) -> list[str]:
        """The numbers that lead to these children, each once."""
        asked = ((person,) for person in sorted(people))
        return list((await self._with(KEYS, asked, _numbers(self._postgres))).scalars())

    async def forget_child(self, traces: ChildTraces, now: datetime) -> dict[str, int]:
        """Erases what is held of a child, and returns how many rows of each table that were. What is still to be sent
        is withdrawn: ask `traces` before. The key goes last: what was sealed under it cannot be read from then on, also
        where this transaction fails."""
        person, ids = traces.person, traces.episodes
        gone: dict[str, int] = {}
        for table, where in _OWN_ROWS.items():
            gone[table.name] = (await self._rows(delete(table).where(where), one=person, more=[*ids])).rowcount
        messages = [*traces.messages]
        answered = or_(desk_answers.c.episode.in_(ids), desk_answers.c.message.in_(messages))
        gone["desk_answers"] = (await self._rows(delete(desk_answers).where(answered))).rowcount
        await self._withdraw(messages, now)
        told = update(outbox).where(outbox.c.position.in_(_of_messages(messages)), func.length(outbox.c.payload) > 0)
        gone["outbox"] = (await self._rows(told.values(payload=b""))).rowcount
        taken = tuple_(inbox.c.source, inbox.c.message).in_([*traces.reports])
        gone["inbox"] = (await self._rows(update(inbox).where(taken).values(source="", message=""))).rowcount
        gone["floods"] = await self._leave_out({incident for _, incident in traces.references})
        gone["sealed_contents"] = await self._throw_away(person)
        return {name: count for name, count in gone.items() if count > 0}

    async def forget_mentions(self, mentions: Mentions) -> dict[str, int]:
        """Erases what nobody could assign and what is about one of these children, as far as that can be known: in
        quarantine, among what waits, and among contents of no known child or of before there were keys."""
        gone = {
            quarantine.name: await self._forget_rows(quarantine, mentions),
            early_word.name: await self._forget_rows(early_word, mentions),
        }
        for table in (sealed_contents, ledger_contents):
            count = 0
            async for hash, plain in self._unassigned(table):
                if mentions.found_in(plain):
                    count += (await self._rows(_emptied(table), one=hash)).rowcount
            gone[table.name] = count
        return {name: count for name, count in gone.items() if count}

    async def unassigned_about(self, mentions: Mentions) -> list[str]:
        """The hashes of contents about no known child that are about one of these, as far as that can be known."""
        return [hash async for hash, plain in self._unassigned(sealed_contents) if mentions.found_in(plain)]

    async def erased(self, ids: Iterable[str], now: datetime, comes_again: bool = False) -> None:
        """Keep that these lines of the journal have been obeyed here. `comes_again`: what they name goes again anyhow,
        with the next purge by the schedules, so that nobody misses a line that is lost."""
        about = f"{ERASED} by schedule" if comes_again else ERASED
        await self.note([Note(f"{ERASED}/{id_}", about, now) for id_ in ids])

    async def were_erased(self, ids: Collection[str]) -> set[str]:
        """Those of the lines that have been obeyed here."""
        known = await self.noted([f"{ERASED}/{id_}" for id_ in ids])
        return {key.removeprefix(f"{ERASED}/") for key in known}

    async def throw_away_again(self, people: Collection[str]) -> None:
        """The keys of children who were forgotten, which an older backup of the keys has brought back: all that seal
        nothing that is held here."""
        ids = [id_ for person in people for id_ in (await self._rows(_KEYS_OF_NOTHING, one=person)).scalars()]
        if ids and self._keys:
            await self._keys.throw_away(ids)

    async def _withdraw(self, messages: Collection[str], now: datetime) -> None:
        left = (deliveries.c.position.in_(_of_messages(messages)), among(deliveries, *_ON_ITS_WAY, *_WITH_A_PERSON))
        ended = {"state": "withdrawn", "detail": _WITHDRAWN, "settled_at": now, "next_attempt_at": null()}
        await self._rows(update(deliveries).where(*left).values(ended | {"lease_owner": null(), "lease_until": null()}))

    async def _leave_out(self, incidents: Collection[str]) -> int:
        count = 0
        for cause, told in [*await self._rows(select(floods.c.cause, floods.c.incidents))]:
            left = [incident for incident in orjson.loads(told) if incident not in incidents]
            if left != orjson.loads(told):
                kept = update(floods).where(floods.c.cause == cause).values(incidents=orjson.dumps(left).decode())
                count += (await self._rows(kept)).rowcount
        return count

    async def _throw_away(self, person: str) -> int:
        """Empties the contents about a child, and throws away the child's key and those that are nobody else's."""
        ids = [*(await self._rows(_KEYS_OF_NOBODY_ELSE, one=person)).scalars()]
        count = (await self._rows(_EMPTIED_OF, one=person)).rowcount
        if self._keys:
            await self._keys.throw_away(ids, [person])
        return count

    async def _forget_rows(self, table: Table, mentions: Mentions) -> int:
        rows = await self._rows(select(*(table.c[name] for name in ("id", "key", "value", "headers"))))
        meant = [row.id for row in rows if mentions.found_in(row.key, row.value, *dict(unpacked(row.headers)).values())]
        if meant and table is early_word:
            await self._rows(delete(timers).where(timers.c.person.in_([f"early/{id_}" for id_ in meant])))
        return (await self._rows(delete(table).where(table.c.id.in_(meant)))).rowcount if meant else 0

    async def _unassigned(self, table: Table) -> AsyncIterator[tuple[str, bytes]]:
        """The contents that are about no known child, a page at a time."""
        after = ""
        while page := [*await self._rows(_unassigned_page(table), one=after)]:
            after = page[-1].hash
            for hash, plain in (await self.contents_of([row.hash for row in page])).items():
                yield hash, plain


def _sent_as(entry: str, name: SendersName) -> tuple[str, str]:
    """Source and id of a report; in older lines the source stood in the entry."""
    return name.source if name.source is not None else str(orjson.loads(entry).get("source", "")), name.id


_ONE, _MORE = bindparam("one", type_=Text), bindparam("more", expanding=True, type_=Text)


def _theirs(person: ColumnElement[Any], episode: ColumnElement[Any] | None = None) -> ColumnElement[bool]:
    return person == _ONE if episode is None else or_(person == _ONE, episode.in_(_MORE))


_OWN_ROWS: Mapping[Table, ColumnElement[bool]] = {
    worklist: worklist.c.case_id.in_(_MORE),
    timers: _theirs(timers.c.person, timers.c.episode),
    early_word: _theirs(early_word.c.person),
    blocking: _theirs(blocking.c.person),
    identifiers: _theirs(identifiers.c.person),
    episode_references: _theirs(episode_references.c.person, episode_references.c.episode),
    episodes: _theirs(episodes.c.person, episodes.c.id),
    people: people.c.id == _ONE,
}
_EPISODES = select(episodes.c.id, episodes.c.state).where(_theirs(episodes.c.person, episodes.c.id))
_REFERENCES = (
    select(episode_references.c.force, episode_references.c.incident)
    .where(_theirs(episode_references.c.person, episode_references.c.episode))
    .distinct()
    .order_by("force", "incident")
)
_REPORTS = (
    select(ledger.c.entry, ledger.c.causation, ledger.c.contents_hash)
    .select_from(sealed_contents.join(ledger, ledger.c.id == sealed_contents.c.line))
    .where(sealed_contents.c.person == _ONE, ledger.c.kind == "report")
)
_FACTS_OF = select(ledger.c.causation).where(ledger.c.episode.in_(_MORE), ledger.c.kind == "fact")
_CAUSED = select(ledger.c.entry).where(
    ledger.c.causation.in_(bindparam("names", expanding=True, type_=Text)), ledger.c.kind == "decision"
)
_OTHERS = sealed_contents.alias("others")
_KEYS_OF_NOBODY_ELSE = (
    select(sealed_contents.c.key)
    .where(
        sealed_contents.c.person == _ONE,
        sealed_contents.c.key != UNASSIGNED,
        ~select(literal(1))
        .where(_OTHERS.c.key == sealed_contents.c.key, _OTHERS.c.person != _ONE, _OTHERS.c.contents.is_not(None))
        .exists(),
    )
    .distinct()
)
_KEYS_OF_NOTHING = (
    select(sealed_contents.c.key)
    .where(
        sealed_contents.c.person == _ONE,
        sealed_contents.c.key != UNASSIGNED,
        ~select(literal(1)).where(_OTHERS.c.key == sealed_contents.c.key, _OTHERS.c.contents.is_not(None)).exists(),
    )
    .distinct()
)
_EMPTIED_OF = (
    update(sealed_contents)
    .where(sealed_contents.c.person == _ONE, sealed_contents.c.contents.is_not(None))
    .values(contents=null())
)


@cache
def _numbers(postgres: bool) -> Executable:
    theirs = KEYS.has(postgres, identifiers.c.person)
    return select(identifiers.c.value).where(theirs).distinct().order_by("value")


def _of_messages(messages: Collection[str]) -> Select[Any]:
    """The positions of the rows of these messages."""
    rows = outbox.join(deliveries, deliveries.c.position == outbox.c.position)
    return select(outbox.c.position).select_from(rows).where(outbox.c.message_id.in_([*messages]))


def _emptied(table: Table) -> Any:
    return update(table).where(table.c.hash == _ONE, table.c.contents.is_not(None)).values(contents=null())


def _unassigned_page(table: Table) -> Select[Any]:
    nobodys = table.c.person == UNASSIGNED if "person" in table.c else literal(True)
    held = (table.c.hash > _ONE, table.c.contents.is_not(None), nobodys)
    return select(table.c.hash).where(*held).order_by(table.c.hash).limit(_PAGE)
