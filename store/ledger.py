"""Adding to the ledger. Reading it lives in `store.history`, and the outbox in `store.promising`."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

import orjson
from sqlalchemy import Executable, select

from store.chaining import Chaining, Head, chained
from store.contents import Contents
from store.contents_table import ToBeSealed, salted
from store.instants import written
from store.keys import SealingKey
from store.listing import KEYS, Writing
from store.promising import Promising
from store.rows import LedgerRow, OutboxRow
from store.tables import ledger

LINES = Writing(
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


def line_values(row: LedgerRow, contents_hash: str | None, heads: dict[str, Head]) -> tuple[Any, ...]:
    """The values of a row, which follows its episode's head; the head moves on to it."""
    told = (row.kind, row.authority, row.episode, row.causation, canonical(row.entry), contents_hash)
    hash = entry_hash(row.id, written(row.at), *told)
    return (row.id, row.at, *told, hash, *chained(heads, row.episode, hash))


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
        sealed = await self._concerning([*contents.values()])
        heads, keys = await self._ground({row.episode for row in ledger if row.episode is not None}, sealed)
        lines = [line_values(row, contents[row.id].hash if row.id in contents else None, heads) for row in ledger]
        await self._seal(sealed, keys)
        await self._write(LINES, lines)
        await self._keep_heads(heads)
        if outbox:
            await self._promise(outbox, kept_back)

    async def _ground(
        self, episodes: Collection[str], told: Sequence[ToBeSealed]
    ) -> tuple[dict[str, Head], Mapping[str, SealingKey]]:
        """The heads of these chains, and meanwhile, out of another database, the keys for what is told."""
        meanwhile = asyncio.gather(self._keys_for(told), return_exceptions=True)
        try:
            heads = await self._heads(episodes)
        except BaseException:
            meanwhile.cancel()
            raise
        (keys,) = await meanwhile
        if isinstance(keys, BaseException):
            raise keys
        return heads, keys
