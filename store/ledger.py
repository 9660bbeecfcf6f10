"""Adding to the ledger. Reading it lives in `store.history`, and the outbox in `store.promising`."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import Executable, select

from store.chaining import Chaining, chained
from store.contents import Contents
from store.contents_table import salted
from store.instants import written
from store.listing import KEYS, Writing
from store.promising import Promising
from store.rows import LedgerRow, OutboxRow
from store.tables import ledger

_LEDGER = Writing(
    ledger,
    ("id", "at", "kind", "authority", "episode", "causation", "entry", "contents_hash", "hash", "number", "link"),
)
_NONE: Mapping[str, datetime] = MappingProxyType({})


def canonical(entry: Mapping[str, Any]) -> str:
    """The one form of an entry: JSON with sorted keys and no spaces."""
    return orjson.dumps(entry, option=orjson.OPT_SORT_KEYS).decode()


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


class Ledger(Promising, Chaining, Contents):
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
        contents = {row.id: salted(row) for row in ledger if row.contents is not None}
        heads = await self._heads({row.episode for row in ledger if row.episode is not None})
        lines = []
        for row in ledger:
            hashed = contents[row.id].hash if row.id in contents else None
            entry = canonical(row.entry)
            told = (row.kind, row.authority, row.episode, row.causation, entry, hashed)
            line = entry_hash(row.id, written(row.at), *told)
            lines.append((row.id, row.at, *told, line, *chained(heads, row.episode, line)))
        await self._keep([*contents.values()])
        await self._write(_LEDGER, lines)
        await self._keep_heads(heads)
        if outbox:
            await self._promise(outbox, kept_back)
