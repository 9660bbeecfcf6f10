"""Adding to the outbox, and how a row of it becomes a delivery: in waiting; or leased from its birth to the relay of
this process, where that holds the row's shard and nothing of its lane waits, so that it is sent from memory after the
commit.

The lease is that of a claim (`store.claiming`) in every respect: it is fenced, prolonged while its row is in flight,
and where the process dies it lapses, and another relay takes the row.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Insert,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    exists,
    literal,
    null,
    select,
)

from store.delivery_table import deliveries, of_lane
from store.handing import HandingTerms
from store.instants import UtcInstant
from store.leased import LeasedRow
from store.listing import Listing, Parameters, Writing
from store.pauses import destination_of_lane, is_paused
from store.rows import SHARDS, OutboxRow, shard_of
from store.session import Session
from store.tables import outbox
from store.waking import PROCESS, TELL_OTHERS

OUTBOX_COLUMNS = (
    *("id", "message_id", "aggregatetype", "aggregateid", "type", "payload", "at", "trace", "clauses"),
    *("authority", "subject", "destination", "urgency", "kind"),
)
_CLAUSES = OUTBOX_COLUMNS.index("clauses")
_OUTBOX = Writing(outbox, OUTBOX_COLUMNS)
_TAKEN = ("lane", "channel", "shard", "address", "urgency")
_LANES = Listing(
    "lanes", id=Text, lane=Text, channel=Text, shard=Integer, address=Text, urgency=Text, kept_back=UtcInstant,
    fence=BigInteger,
)  # fmt: skip
_OWNER = bindparam("whose", type_=Text)
_UNTIL = bindparam("lasts", type_=UtcInstant)


@cache
def _deliver(postgres: bool, handed: bool) -> Insert:
    """On Postgres one statement with the outbox rows themselves, of which the database gives the positions."""
    rows = _LANES.of(postgres)
    promised: FromClause = outbox
    if postgres:
        promised = _OUTBOX.statement(postgres).returning(outbox.c.id, outbox.c.position).cte("promised")
    plain = (literal("prepared"), literal(0), literal(0))
    born: tuple[ColumnElement[Any], ...] = (*plain, null(), null())
    if handed:
        # Materialized, or the look would be planned and made once for each of the columns that hang on it.
        looked = select(rows, _is_free(rows, postgres).label("free")).cte("looked").prefix_with("MATERIALIZED")
        rows, free = looked, looked.c.free
        leased = (literal("sending"), literal(1), rows.c.fence, _OWNER, _UNTIL)
        born = tuple(case((free, yes), else_=no) for yes, no in zip(leased, born, strict=True))
    chosen = select(promised.c.position, *(rows.c[name] for name in _TAKEN), rows.c.kept_back, *born)
    columns = ("position", *_TAKEN, "next_attempt_at", "state", "attempts", "fence", "lease_owner", "lease_until")
    joined = chosen.select_from(rows.join(promised, promised.c.id == rows.c.id))
    insert = deliveries.insert().from_select(columns, joined)
    return insert.returning(deliveries.c.position, deliveries.c.lane, deliveries.c.state) if handed else insert


def _is_free(rows: FromClause, postgres: bool) -> ColumnElement[bool]:
    """That a row which is handed over may go first: nothing of its lane waits, and nobody has paused it."""
    before = deliveries.alias("before")
    waits = exists().where(before.c.lane == rows.c.lane, of_lane(before))
    return and_(rows.c.fence.is_not(None), ~waits, ~is_paused(rows, destination_of_lane(rows, postgres)))


class Promising(Session):
    """The part of a transaction that promises: outbox rows, and a delivery of each."""

    async def _promise(self, rows: Sequence[OutboxRow], kept_back: Mapping[str, datetime]) -> None:
        """Whether a lane is free is seen before anything that is written with it is waited for: whoever promises holds
        the lock of the lane's subject."""
        terms = self._terms()
        fences = _fences(rows, terms, kept_back)
        handed = any(fence is not None for fence in fences.values())
        lanes = [
            (row.id, row.lane, *_way(row), row.urgency, kept_back.get(row.id), fences[row.id]) for row in rows
        ]  # fmt: skip
        given: Parameters = {"whose": terms.owner, "lasts": terms.until} if terms and handed else {}
        written = _OUTBOX.parameters(self._postgres, [_outbox_values(row) for row in rows])
        if isinstance(written, list):
            await self._execute(_OUTBOX.statement(self._postgres), written)
        else:
            given |= written
        given |= _LANES.parameters(self._postgres, lanes)
        made = await self._put_last(_deliver(self._postgres, handed), given, outbox, deliveries)
        born = _born(rows, [(r.lane, r.position) for r in made if r.state == "sending"], fences) if handed else []
        self.promised.born += born
        ids = {row.row.id for row in born}
        left = {_way(row)[0] for row in rows if row.id not in ids}
        if left and not self.promised.left and self._postgres and not (terms and len(terms.fences) == SHARDS):
            # Where this process holds every shard there is no other relay to tell.
            await self._rows(TELL_OTHERS, process=PROCESS)
        self.promised.left |= left

    def _terms(self) -> HandingTerms | None:
        if self._taker and self.promised.terms is None:
            self.promised.terms = self._taker.terms()
        return self.promised.terms


def _fences(
    rows: Sequence[OutboxRow], terms: HandingTerms | None, kept_back: Mapping[str, datetime]
) -> dict[str, int | None]:
    """For each row the token under which it may be born leased. Behind one that is to wait, its lane waits too."""
    fences, waiting = dict[str, int | None](), set[str]()
    for row in rows:
        fences[row.id] = None if row.lane in waiting else _fence(row, terms, kept_back)
        if fences[row.id] is None:
            waiting.add(row.lane)
    return fences


def _fence(row: OutboxRow, terms: HandingTerms | None, kept_back: Mapping[str, datetime]) -> int | None:
    """The token under which a row may be born leased; None where it is to wait."""
    channel, shard, address = _way(row)
    if terms is None or channel != terms.channel or row.id in kept_back or address in terms.besides:
        return None
    return terms.fences.get(shard)


def _born(
    rows: Sequence[OutboxRow], leased: Iterable[tuple[str, int]], fences: Mapping[str, int | None]
) -> list[LeasedRow]:
    """The rows that were leased. Of a lane they are told apart by their order."""
    positions: dict[str, list[int]] = {}
    for lane, position in sorted(leased, reverse=True):
        positions.setdefault(lane, []).append(position)
    made = []
    for row in rows:
        fence = fences[row.id]
        if row.lane in positions and fence is not None:
            position = positions[row.lane].pop()
            made.append(LeasedRow(row, position, row.lane, 1, fence, _way(row)[2], overtakes=False))
    return made


def _way(row: OutboxRow) -> tuple[str, int, str | None]:
    """Channel, shard and address of a row. A topic is its own address; a mailbox is looked up when first needed."""
    channel, _, name = row.destination.partition("/")
    return channel, shard_of(row.aggregateid), name if channel == "topic" else None


def _outbox_values(row: OutboxRow) -> tuple[Any, ...]:
    clauses = orjson.dumps(row.clauses).decode()
    return (
        *(row.id, row.message_id, row.aggregatetype, row.aggregateid, row.type, row.payload, row.at, row.trace),
        *(clauses, row.authority, row.subject, row.destination, row.urgency, row.kind),
    )


def promised_row(told: Sequence[Any]) -> OutboxRow:
    """The outbox row that has these values in its columns."""
    values = [*told]
    values[_CLAUSES] = _clauses(values[_CLAUSES])
    return OutboxRow(*values)


@lru_cache(maxsize=4096)
def _clauses(written: str) -> tuple[str, ...]:
    return tuple(orjson.loads(written))
