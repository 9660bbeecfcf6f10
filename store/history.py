"""Reading the ledger, the outbox and who is known, for those who ask why, count or report. Writing them lives in
`store.ledger`, proving them in `store.proving`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Executable, Select, Text, bindparam, or_, select, union

from store.contents import Contents
from store.delivery_table import DeliveryState, among, deliveries
from store.instants import UtcInstant
from store.listing import KEYS
from store.promising import OUTBOX_COLUMNS, promised_row
from store.rows import LedgerKind, OutboxRow
from store.tables import episodes, ledger, outbox, people, word, worklist

_LEDGER_COLUMNS = (
    *("position", "id", "at", "kind", "authority", "episode", "causation", "entry", "contents_hash", "hash"),
)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A line of the ledger as it stands. `contents_hash` finds the bytes, while they are kept; `hash` is over the
    line, see `entry_hash`."""

    position: int
    id: str
    at: datetime
    kind: LedgerKind
    authority: str | None
    episode: str | None
    causation: str | None
    entry: dict[str, Any]
    contents_hash: str | None
    hash: str

    @property
    def cause(self) -> str:
        """What caused it, as lines call it now: in older ones the sender's own name stands before."""
        return (self.causation or "").rpartition("#")[2]


@dataclass(frozen=True, slots=True)
class Delivery:
    """An outbox row and what has become of it so far. `settled_at` and `address` are None until there is one."""

    row: OutboxRow
    position: int
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    address: str | None
    settled_at: datetime | None
    detail: str | None


def by_message(deliveries: Iterable[Delivery]) -> dict[str, list[Delivery]]:
    """The deliveries of each message, in their order."""
    found: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        found.setdefault(delivery.row.message_id, []).append(delivery)
    return found


_ENTRIES = select(*(ledger.c[name] for name in _LEDGER_COLUMNS))
_ONE = bindparam("one", type_=Text)
_OF_EPISODE = _ENTRIES.where(ledger.c.episode == _ONE).order_by(ledger.c.position)
_FORMER = bindparam("former", type_=Text)
_CAUSED = ledger.c.causation.in_((_ONE, _FORMER))
_ABOUT = _ENTRIES.where(or_(ledger.c.id == _ONE, _CAUSED)).order_by(ledger.c.position)
_FACTS = _ENTRIES.where(
    ledger.c.at >= bindparam("since", type_=UtcInstant),
    ledger.c.kind == word("fact"),
    ledger.c.authority == bindparam("authority", type_=Text),
    ledger.c.episode.is_not(None),
).order_by(ledger.c.at, ledger.c.position)
_AFTER = _ENTRIES.where(ledger.c.position > bindparam("after")).order_by(ledger.c.position).limit(bindparam("most"))
_OF_AUTHORITY = select(episodes.c.person).where(episodes.c.authority == _ONE)
_TOLD = ledger.join(episodes, episodes.c.id == ledger.c.episode)
_HEARD_OF = union(
    _OF_AUTHORITY.where(episodes.c.state == word("open")),
    _OF_AUTHORITY.select_from(worklist.join(episodes, episodes.c.id == worklist.c.case_id)).where(
        worklist.c.authority == _ONE
    ),
    _OF_AUTHORITY.select_from(_TOLD).where(
        ledger.c.at >= bindparam("since", type_=UtcInstant), ledger.c.kind.in_([word("fact"), word("decision")])
    ),
).order_by("person")
_PEOPLE = (
    select(people.c.id)
    .where(people.c.authority == _ONE, people.c.id > bindparam("after", type_=Text))
    .order_by(people.c.id)
    .limit(bindparam("most"))
)

_PROMISE_COLUMNS = ("state", "attempts", "next_attempt_at", "address", "settled_at", "detail")
_PROMISES: Select[*tuple[Any, ...]] = select(
    outbox.c.position,
    *(deliveries.c[name] for name in _PROMISE_COLUMNS),
    *(outbox.c[name] for name in OUTBOX_COLUMNS),
).select_from(outbox.join(deliveries, deliveries.c.position == outbox.c.position))
_OF_SUBJECT = _PROMISES.where(outbox.c.subject == _ONE).order_by(outbox.c.position)
_OF_MESSAGE = _PROMISES.where(or_(outbox.c.message_id == _ONE, outbox.c.id == _ONE)).order_by(outbox.c.position)
_LATER = _PROMISES.where(outbox.c.position > bindparam("after")).order_by(outbox.c.position).limit(bindparam("most"))


@cache
def _of_subjects(postgres: bool, waiting: bool) -> Executable:
    asked = _PROMISES.where(KEYS.has(postgres, outbox.c.subject)).order_by(outbox.c.position)
    return asked.where(among(deliveries, "prepared")) if waiting else asked


class History(Contents):
    """The part of a transaction that looks back."""

    async def ledger_of_episode(self, episode: str) -> list[LedgerEntry]:
        """All that was told, found, decided, promised and delivered in one episode, in the order of writing."""
        return [_entry(row) for row in await self._rows(_OF_EPISODE, one=episode)]

    async def ledger_about(self, id: str, former: str | None = None) -> list[LedgerEntry]:
        """The line with this id and all that it caused, in the order of writing. `former`: what older lines call it as
        their cause."""
        return [_entry(row) for row in await self._rows(_ABOUT, one=id, former=former or id)]

    async def facts_since(self, authority: str, since: datetime) -> list[LedgerEntry]:
        """What was found to be so of an authority's episodes since then, by instant."""
        return [_entry(row) for row in await self._rows(_FACTS, authority=authority, since=since)]

    async def ledger_after(self, position: int, limit: int) -> list[LedgerEntry]:
        """The next lines after a position (0: from the first), in the order of writing."""
        return [_entry(row) for row in await self._rows(_AFTER, after=position, most=limit)]

    async def outbox_of_episode(self, episode: str) -> list[Delivery]:
        """Everything promised in one episode, in the order of promising."""
        return [_delivery(row) for row in await self._rows(_OF_SUBJECT, one=episode)]

    async def outbox_of_episodes(self, episodes: Collection[str], waiting: bool = False) -> list[Delivery]:
        """The same of several episodes, in one statement. `waiting`: only what no relay has taken yet."""
        keys = [(episode,) for episode in dict.fromkeys(episodes)]
        statement = _of_subjects(self._postgres, waiting)
        return [_delivery(row) for row in await self._with(KEYS, keys, statement)] if keys else []

    async def outbox_of_message(self, id: str) -> list[Delivery]:
        """The rows of one message, one for each destination; `id` is that of the message or of a row."""
        return [_delivery(row) for row in await self._rows(_OF_MESSAGE, one=id)]

    async def outbox_after(self, position: int, limit: int) -> list[Delivery]:
        """The next rows after a position (0: from the first), in the order of promising."""
        return [_delivery(row) for row in await self._rows(_LATER, after=position, most=limit)]

    async def people_of(self, authority: str, after: str, limit: int) -> list[str]:
        """The ids of the next children of an authority after an id ("": from the first), in the order of the ids."""
        return list((await self._rows(_PEOPLE, one=authority, after=after, most=limit)).scalars())

    async def people_heard_of(self, authority: str, since: datetime) -> list[str]:
        """The ids of the children of an authority of whom something was found or decided since then, who are missing,
        or for whom something waits; in their order."""
        return list((await self._rows(_HEARD_OF, one=authority, since=since)).scalars())


def _entry(row: Any) -> LedgerEntry:
    values = row._asdict()
    return LedgerEntry(**values | {"entry": orjson.loads(row.entry)})


def _delivery(row: Any) -> Delivery:
    told = {name: getattr(row, name) for name in _PROMISE_COLUMNS}
    return Delivery(promised_row([getattr(row, name) for name in OUTBOX_COLUMNS]), row.position, **told)
