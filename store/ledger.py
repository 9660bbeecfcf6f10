"""Adding to the ledger and the outbox. Reading them, and what becomes of a delivery, live elsewhere."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import Executable, Integer, Text, literal, select

from store.delivery_table import deliveries
from store.instants import UtcInstant, written
from store.listing import KEYS, Listing, Writing
from store.rows import LedgerRow, OutboxRow, shard_of
from store.session import Session
from store.tables import ledger, ledger_contents, outbox

_LEDGER = Writing(ledger, ("id", "at", "kind", "authority", "episode", "causation", "entry", "contents_hash", "hash"))
# The same bytes told again are held from then on, also where the first ones have been purged.
_CONTENTS = Writing(ledger_contents, ("hash", "contents", "at"), replaces=("contents", "at"))
_NONE: Mapping[str, datetime] = MappingProxyType({})
OUTBOX_COLUMNS = (
    *("id", "message_id", "aggregatetype", "aggregateid", "type", "payload", "at", "trace", "clauses"),
    *("authority", "subject", "destination", "urgency", "kind"),
)
_OUTBOX = Writing(outbox, OUTBOX_COLUMNS)
_LANES = Listing(
    "lanes", id=Text, lane=Text, channel=Text, shard=Integer, address=Text, urgency=Text, kept_back=UtcInstant
)


@cache
def _deliver(postgres: bool) -> Executable:
    rows = _LANES.of(postgres)
    taken = ("lane", "channel", "shard", "address", "urgency")
    chosen = select(
        *(outbox.c.position, *(rows.c[name] for name in taken), rows.c.kept_back),
        *(literal("prepared"), literal(0), literal(0)),
    ).select_from(rows.join(outbox, outbox.c.id == rows.c.id))
    return deliveries.insert().from_select(
        ("position", *taken, "next_attempt_at", "state", "attempts", "fence"), chosen
    )


def canonical(entry: Mapping[str, Any]) -> str:
    """The one form of an entry: JSON with sorted keys and no spaces."""
    return orjson.dumps(entry, option=orjson.OPT_SORT_KEYS).decode()


def digest(contents: bytes) -> str:
    """SHA-256 (hex): the name by which contents are kept."""
    return hashlib.sha256(contents).hexdigest()


def entry_hash(
    row: str,
    at: str,
    kind: str,
    authority: str | None,
    episode: str | None,
    causation: str | None,
    entry: str,
    contents_hash: str | None,
) -> str:
    """SHA-256 (hex) over a ledger row in canonical form. It covers the hash of the contents, not the contents, and so
    still holds when they have been purged. `at` is ISO 8601 UTC with microseconds, `entry` canonical JSON."""
    whole = [row, at, kind, authority, episode, causation, entry, contents_hash]
    return hashlib.sha256(orjson.dumps(whole)).hexdigest()


@cache
def _known(postgres: bool) -> Executable:
    asked = KEYS.of(postgres)
    return select(ledger.c.id).select_from(asked.join(ledger, ledger.c.id == asked.c.key))


class Ledger(Session):
    """The part of a transaction that adds what happened and what was promised."""

    async def in_ledger(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that lines have."""
        return set((await self._with(KEYS, ((id,) for id in sorted(ids)), _known(self._postgres))).scalars())

    async def append(
        self, ledger: Sequence[LedgerRow], outbox: Sequence[OutboxRow], kept_back: Mapping[str, datetime] = _NONE
    ) -> None:
        """Add rows in this order. Each outbox row becomes a delivery in waiting. An id that is there already is an
        error. Within a lane the order of writing is the order of sending, so hold the lock of its subject. `kept_back`:
        until when rows (by id) wait at the longest before they may be sent."""
        contents: dict[str, tuple[str, bytes, Any]] = {}
        lines = []
        for row in ledger:
            hashed = None
            if row.contents is not None:
                hashed = digest(row.contents)
                contents[hashed] = (hashed, row.contents, row.at)
            entry = canonical(row.entry)
            told = (row.kind, row.authority, row.episode, row.causation, entry, hashed)
            lines.append((row.id, row.at, *told, entry_hash(row.id, written(row.at), *told)))
        await self._write(_CONTENTS, sorted(contents.values()))
        await self._write(_LEDGER, lines)
        await self._promise(outbox, kept_back)

    async def _promise(self, rows: Sequence[OutboxRow], kept_back: Mapping[str, datetime]) -> None:
        if not rows:
            return
        await self._write(_OUTBOX, [_outbox_values(row) for row in rows])
        lanes = ((row.id, row.lane, *_way(row), row.urgency, kept_back.get(row.id)) for row in rows)
        await self._with(_LANES, lanes, _deliver(self._postgres))


def _outbox_values(row: OutboxRow) -> tuple[Any, ...]:
    clauses = orjson.dumps(row.clauses).decode()
    return (
        *(row.id, row.message_id, row.aggregatetype, row.aggregateid, row.type, row.payload, row.at, row.trace),
        *(clauses, row.authority, row.subject, row.destination, row.urgency, row.kind),
    )


def _way(row: OutboxRow) -> tuple[str, int, str | None]:
    """Channel, shard and address of a row. A topic is its own address; a mailbox is looked up when first needed."""
    channel, _, name = row.destination.partition("/")
    return channel, shard_of(row.aggregateid), name if channel == "topic" else None


def promised_row(row: Any) -> OutboxRow:
    """The outbox row in a result that has its columns."""
    values = {name: getattr(row, name) for name in OUTBOX_COLUMNS}
    return OutboxRow(**values | {"clauses": tuple(orjson.loads(row.clauses))})
