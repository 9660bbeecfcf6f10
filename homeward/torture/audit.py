"""What a tortured hub has left behind, held against what was published: what is lost, said twice, or out of order."""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser

import orjson
from sqlalchemy import select

from homeward.torture.feed import Feed, RecordPlace
from homeward.torture.listening import Overheard, joined, overheard
from homeward.torture.mail_server import Taken
from homeward.torture.promised import Promised, all_promised
from homeward.torture.rig import Rig
from homeward.torture.stream import Published
from routing.message_types import OVERTAKING
from store.tables import inbox, quarantine

_ALARMS = ("senior.alert", "escalation.open", "rhi.breach")
_GONE = ("accepted", "delivered", "withdrawn", "in_doubt", "bounced")
_ASIDE = ("in_doubt", "bounced")
_STILL_WITHIN = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Audit:
    """`lost`: records that were taken in nowhere, and messages that never came to their topic or mailbox. `twice`:
    messages that came to a topic more than once, under one id. `effects`: one cause that led to one message under two
    ids. `disorder`: messages that overtook another one of their lane. `alarms`: about children who were back before
    they were reported. `mails_twice`: e-mails that arrived again. `aside`: messages that may have been
    taken or came back, and of which a person was told. `altered`: what is wrong with the ledger."""

    records: int
    messages: int
    mails: int
    lost: tuple[str, ...]
    twice: int
    effects: tuple[str, ...]
    disorder: tuple[str, ...]
    alarms: tuple[str, ...]
    mails_twice: int
    aside: int
    altered: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the promise held: nothing lost, no effect twice, nothing out of order, no vain alarm, and the ledger
        proves itself."""
        return not (self.lost or self.effects or self.disorder or self.alarms or self.altered)


async def is_quiet(rig: Rig) -> bool:
    """Whether every message has come to its end."""
    return _at_rest(await all_promised(rig.store))


def _at_rest(rows: Iterable[Promised]) -> bool:
    return all(row.state in _GONE for row in rows)


async def audited(rig: Rig, feed: Feed) -> Audit:
    """Looks at everything, once all is quiet."""
    rows, told, later = await _of_one_moment(rig)
    posts = Counter(message_ids(rig.mail.posts))
    ids = [(topic, id_) for topic, parts in told.items() for part in parts.values() for id_ in part]
    return Audit(
        records=len(feed.published),
        messages=sum(row.destination.startswith("topic/") for row in rows),
        mails=sum(posts.values()),
        lost=(*await _records_lost(rig, feed.published), *messages_lost(rows, told, posts)),
        twice=len(ids) - len(set(ids)),
        effects=tuple(effects_twice([*rig.earlier, *rows])),
        disorder=tuple(disorder(later, told, {row.message for row in rig.earlier}, rig.released)),
        alarms=tuple(alarms([*rig.earlier, *rows], feed.stream.back)),
        mails_twice=sum(count - 1 for count in posts.values()),
        aside=sum(row.state in _ASIDE for row in rows),
        altered=await _altered(rig),
    )  # fmt: skip


async def _of_one_moment(rig: Rig) -> tuple[list[Promised], Overheard, list[Promised]]:
    """What was promised, what the topics hold, and what was promised by then. The hub goes on, and may say something
    between the looks: then all are taken again, for a minute at most."""
    ends = time.monotonic() + _STILL_WITHIN
    while True:
        rows = await all_promised(rig.store)
        topics = {row.destination.removeprefix("topic/") for row in rows if row.destination.startswith("topic/")}
        told = joined(rig.kept, await overheard(rig.bootstrap, topics))
        later = await all_promised(rig.store)
        if (_at_rest(rows) and rows == later) or time.monotonic() > ends:
            return rows, told, later


async def _altered(rig: Rig) -> tuple[str, ...]:
    async with rig.store.reading() as tx:
        return tuple(map(str, (await tx.prove_ledger()).faults))


async def _records_lost(rig: Rig, published: Iterable[tuple[RecordPlace, Published]]) -> Iterable[str]:
    at = (inbox.c.topic, inbox.c.partition, inbox.c.offset)
    held_at = (quarantine.c.topic, quarantine.c.partition, quarantine.c.offset)
    async with rig.store.reading_connection() as connection:
        claims = list(await connection.execute(select(*at, inbox.c.source, inbox.c.message)))
        aside = list(await connection.execute(select(*held_at)))
    held = Counter((row.topic, row.partition, row.offset) for row in [*claims, *aside])
    return records_lost(published, held, {(row.source, row.message) for row in claims})


def records_lost(
    published: Iterable[tuple[RecordPlace, Published]],
    held: Mapping[RecordPlace, int],
    names: Collection[tuple[str, str]],
) -> Iterable[str]:
    """A record is taken in at its place, or it is a repeat of a message that was; else it is in quarantine. Where a
    topic was made anew, a place has had several."""
    at = Counter(place for place, record in published if record.name not in names)
    for (topic, partition, offset), count in at.items():
        if held.get((topic, partition, offset), 0) < count:
            yield f"record {topic}[{partition}]@{offset}"


def message_ids(posts: Sequence[Taken]) -> Iterable[tuple[str, str]]:
    """The mailbox and Message-ID of each e-mail that arrived."""
    heads = BytesHeaderParser()
    return ((post.mailbox, str(heads.parsebytes(post.content)["Message-ID"])) for post in posts)


def messages_lost(rows: Iterable[Promised], told: Overheard, posts: Mapping[tuple[str, str], int]) -> Iterable[str]:
    on_topics = {(topic, id_) for topic, parts in told.items() for ids in parts.values() for id_ in ids}
    for row in rows:
        topic = row.destination.removeprefix("topic/")
        if topic != row.destination and row.state == "accepted" and (topic, row.message) not in on_topics:
            yield f"message {row.message} to {topic}: accepted, and not there"
        if row.state not in _GONE:
            yield f"message {row.message} to {row.destination}: {row.state}"
    if any(row.destination.startswith("mail/") and row.state == "accepted" for row in rows) and not posts:
        yield "e-mails were accepted, and none arrived"


def effects_twice(rows: Iterable[Promised]) -> Iterable[str]:
    """One cause that was acted upon at two instants, under two ids. What it led to at one instant may be alike: two
    tasks of one kind are withdrawn by two messages."""
    seen: dict[str, tuple[datetime, set[str]]] = {}  # when it was acted upon first, and under which ids
    for row in rows:
        said = {name: value for name, value in row.payload.items() if name not in ("situation", "due")}
        effect = orjson.dumps([row.destination, row.type, said], option=orjson.OPT_SORT_KEYS).decode()
        at, ids = seen.setdefault(effect, (row.at, set()))
        if row.at == at:
            ids.add(row.message)
        elif row.payload.get("causation") and row.message not in ids:
            yield f"{row.type} to {row.destination}: {' and '.join(sorted(ids))}, and {row.message}"


def alarms(rows: Iterable[Promised], back: Collection[str]) -> Iterable[str]:
    for row in rows:
        if row.type in _ALARMS and row.payload.get("incident") in back:
            yield f"{row.type} {row.message}"


def disorder(
    rows: Iterable[Promised], told: Overheard, earlier: Collection[str] = (), released: Collection[int] = ()
) -> Iterable[str]:
    """Within a partition. Of what was promised `earlier`, by a database that is no more, the order is forgotten. What
    was `released` (by position) had been refused: a return does not wait for that."""
    known = {(row.destination.removeprefix("topic/"), row.message): row for row in rows}
    refused = {row.lane: row.position for row in reversed([*known.values()]) if row.position in released}  # the first
    for topic, parts in told.items():
        for ids in parts.values():
            last: dict[str, int] = {}
            for id_ in dict.fromkeys(id_ for id_ in ids if id_ not in earlier):  # where it came first
                row = known.get((topic, id_))
                if row is None:
                    yield f"{id_} on {topic} was never promised"
                    continue
                if last.get(row.lane, 0) > row.position:
                    yield f"{id_} on {topic}, lane {row.lane}"
                if row.type not in OVERTAKING or refused.get(row.lane, row.position) >= row.position:
                    last[row.lane] = max(last.get(row.lane, 0), row.position)
