"""What a tortured hub has left behind, held against what was published: what is lost, said twice, or out of order."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes

import orjson
from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]
from sqlalchemy import select

from consumers.clients import open_client
from homeward.torture.mail_server import Taken
from homeward.torture.rig import Rig
from homeward.torture.stream import Published
from store.delivery_table import deliveries
from store.tables import inbox, outbox, quarantine

RecordPlace = tuple[str, int, int]
_ALARMS = ("senior.alert", "escalation.open", "rhi.breach")
_GONE = ("accepted", "delivered", "withdrawn", "in_doubt", "bounced", "failed")
_WAIT_MS = 500


@dataclass(frozen=True, slots=True)
class Promised:
    """A row of the outbox, with how it stands."""

    position: int
    message: str
    destination: str
    lane: str
    state: str
    type: str
    at: datetime
    payload: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Audit:
    """`lost`: records that were taken in nowhere, and messages that never came to their topic or mailbox. `twice`:
    messages that came to a topic more than once, under one id. `effects`: one cause that led to one message under two
    ids. `disorder`: messages that overtook another one of their lane. `alarms`: about children who were back before
    they were reported. `mails_twice`: e-mails that arrived again."""

    records: int
    messages: int
    mails: int
    lost: tuple[str, ...]
    twice: int
    effects: tuple[str, ...]
    disorder: tuple[str, ...]
    alarms: tuple[str, ...]
    mails_twice: int

    @property
    def holds(self) -> bool:
        """Whether the promise held: nothing lost, no effect twice, nothing out of order, no vain alarm."""
        return not (self.lost or self.effects or self.disorder or self.alarms)


async def is_quiet(rig: Rig) -> bool:
    """Whether every message has come to its end, or waits for a person."""
    rows = await _promised(rig)
    return all(row.state in _GONE for row in rows)


async def audited(rig: Rig, published: Mapping[RecordPlace, Published], back: Collection[str]) -> Audit:
    """Looks at everything, once all is quiet."""
    rows = await _promised(rig)
    heard = await _heard(rig, {row.destination for row in rows if row.destination.startswith("topic/")})
    posts = _posted(rig.mail.posts)
    lost = [*await _records_lost(rig, published), *messages_lost(rows, heard, posts)]
    told = [(topic, id_) for topic, partition in heard.items() for ids in partition.values() for id_ in ids]
    return Audit(
        records=len(published),
        messages=sum(row.destination.startswith("topic/") for row in rows),
        mails=sum(posts.values()),
        lost=tuple(lost),
        twice=len(told) - len(set(told)),
        effects=tuple(effects_twice(rows)),
        disorder=tuple(disorder(rows, heard)),
        alarms=tuple(alarms(rows, back)),
        mails_twice=sum(count - 1 for count in posts.values()),
    )  # fmt: skip


async def _promised(rig: Rig) -> list[Promised]:
    asked = (
        select(
            outbox.c.position, outbox.c.message_id, outbox.c.destination, deliveries.c.lane, deliveries.c.state,
            outbox.c.type, outbox.c.at, outbox.c.payload,
        )
        .join(deliveries, deliveries.c.position == outbox.c.position)
        .order_by(outbox.c.position)
    )  # fmt: skip
    async with rig.store.reading_connection() as connection:
        return [Promised(*row[:7], orjson.loads(row[7])) for row in await connection.execute(asked)]


async def _records_lost(rig: Rig, published: Mapping[RecordPlace, Published]) -> list[str]:
    """A record is taken in at its place, or it is a repeat of a message that was; else it is in quarantine."""
    at = (inbox.c.topic, inbox.c.partition, inbox.c.offset)
    held_at = (quarantine.c.topic, quarantine.c.partition, quarantine.c.offset)
    async with rig.store.reading_connection() as connection:
        claims = list(await connection.execute(select(*at, inbox.c.source, inbox.c.message)))
        aside = list(await connection.execute(select(*held_at)))
    places = {(row.topic, row.partition, row.offset) for row in [*claims, *aside]}
    names = {(row.source, row.message) for row in claims}
    left = (place for place, record in published.items() if place not in places and record.name not in names)
    return [f"record {topic}[{partition}]@{offset}" for topic, partition, offset in left]


async def _heard(rig: Rig, destinations: Collection[str]) -> dict[str, dict[int, list[str]]]:
    """The message ids on each topic of the hub, by partition, in order."""
    topics = sorted(destination.removeprefix("topic/") for destination in destinations)
    heard: dict[str, dict[int, list[str]]] = {topic: defaultdict(list) for topic in topics}
    if not topics:
        return heard
    consumer = AIOKafkaConsumer(
        *topics, bootstrap_servers=rig.bootstrap, auto_offset_reset="earliest", group_id=None,
        isolation_level="read_committed",
    )  # fmt: skip
    async with open_client(consumer.start(), consumer.stop):
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for tp, records in (await consumer.getmany(timeout_ms=_WAIT_MS)).items():
                heard[tp.topic][tp.partition] += [dict(r.headers)["ce_id"].decode() for r in records]
    return heard


def _posted(posts: Sequence[Taken]) -> Counter[tuple[str, str]]:
    """How often each e-mail arrived in each mailbox, by its Message-ID."""
    return Counter((post.mailbox, str(message_from_bytes(post.content)["Message-ID"])) for post in posts)


def messages_lost(
    rows: Iterable[Promised], heard: Mapping[str, Mapping[int, Sequence[str]]], posts: Mapping[tuple[str, str], int]
) -> Iterable[str]:
    on_topics = {(topic, id_) for topic, parts in heard.items() for ids in parts.values() for id_ in ids}
    for row in rows:
        topic = row.destination.removeprefix("topic/")
        if topic != row.destination and row.state == "accepted" and (topic, row.message) not in on_topics:
            yield f"message {row.message} to {topic}: accepted, and not there"
        if row.state not in _GONE:
            yield f"message {row.message} to {row.destination}: {row.state}"
    if any(row.destination.startswith("mail/") and row.state == "accepted" for row in rows) and not posts:
        yield "e-mails were accepted, and none arrived"


def effects_twice(rows: Iterable[Promised]) -> Iterable[str]:
    """One cause that was acted upon at two instants. What it led to at one instant may be alike: two tasks of one kind
    are withdrawn by two messages."""
    seen: dict[str, Promised] = {}
    for row in rows:
        said = {name: value for name, value in row.payload.items() if name not in ("situation", "due")}
        effect = orjson.dumps([row.destination, row.type, said], option=orjson.OPT_SORT_KEYS).decode()
        first = seen.setdefault(effect, row)
        if row.payload.get("causation") and first.at != row.at:
            yield f"{row.type} to {row.destination}: {first.message} and {row.message}"


def alarms(rows: Iterable[Promised], back: Collection[str]) -> Iterable[str]:
    for row in rows:
        if row.type in _ALARMS and row.payload.get("incident") in back:
            yield f"{row.type} {row.message}"


def disorder(rows: Iterable[Promised], heard: Mapping[str, Mapping[int, Sequence[str]]]) -> Iterable[str]:
    known = {(row.destination.removeprefix("topic/"), row.message): row for row in rows}
    for topic, parts in heard.items():
        last: dict[str, int] = {}
        for ids in parts.values():
            for id_ in dict.fromkeys(ids):  # where it came first
                row = known.get((topic, id_))
                if row is None:
                    yield f"{id_} on {topic} was never promised"
                    continue
                if last.get(row.lane, 0) > row.position:
                    yield f"{id_} on {topic}, lane {row.lane}"
                last[row.lane] = max(last.get(row.lane, 0), row.position)
