"""What could not be read, kept until it can be, and how it is asked for again. Reading it again is done elsewhere."""

import base64
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import Executable, Text, bindparam, null, select, update

from store.cases import plain
from store.instants import UtcInstant
from store.listing import KEYS, Writing
from store.rows import QuarantineRow
from store.session import Session
from store.tables import quarantine

TAKEN_ALREADY = "Taken already: its sender had sent it again, or it was replayed before. Nothing came of it"
QuarantineState = Literal["held", "replay_requested", "replayed"]

_ROW = (
    *("id", "topic", "partition", "offset", "key", "headers", "value", "timestamp"),
    *("reason", "detail", "at", "cause", "cluster", "claim"),
)
# One that was replayed and could not be read again is held again, and so shows up again.
_HOLD = Writing(
    quarantine, (*_ROW, "state", "replayed_at"), replaces=("reason", "detail", "cause", "claim", "state", "replayed_at")
)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message in quarantine and how it stands. `replayed_at` is None until it was put through intake again."""

    row: QuarantineRow
    state: QuarantineState
    replayed_at: datetime | None


_ALL = select(*(quarantine.c[name] for name in (*_ROW, "state", "replayed_at"))).order_by(
    quarantine.c.at, quarantine.c.topic, quarantine.c.partition, quarantine.c.offset, quarantine.c.id
)
_WAITING = _ALL.where(quarantine.c.state != "replayed")
_ONE = _ALL.where(quarantine.c.id == bindparam("one", type_=Text))


@cache
def _request(postgres: bool) -> Executable:
    chosen = quarantine.c.id.in_(select(KEYS.of(postgres).c.key))
    return update(quarantine).where(chosen, quarantine.c.state != "replay_requested").values(state="replay_requested")


@cache
def _taken(postgres: bool) -> Executable:
    chosen = quarantine.c.id.in_(select(KEYS.of(postgres).c.key))
    return update(quarantine).where(chosen).values(detail=bindparam("said", type_=Text))


@cache
def _unclaim(postgres: bool) -> Executable:
    return update(quarantine).where(quarantine.c.id.in_(select(KEYS.of(postgres).c.key))).values(claim=null())


_REQUEST_ALL = update(quarantine).where(quarantine.c.state == "held").values(state="replay_requested")
_REQUEST_CAUSE = _REQUEST_ALL.where(quarantine.c.cause == bindparam("one", type_=Text))
_TAKE = (
    update(quarantine)
    .where(
        quarantine.c.id.in_(
            # Two hubs that look at once share the rows between them.
            select(quarantine.c.id)
            .where(quarantine.c.state == "replay_requested")
            .order_by(quarantine.c.at, quarantine.c.id)
            .limit(bindparam("most"))
            .with_for_update(skip_locked=True)
        )
    )
    .values(state="replayed", replayed_at=bindparam("now", type_=UtcInstant))
    .returning(*(quarantine.c[name] for name in _ROW))
)


class Quarantine(Session):
    """The part of a transaction that keeps what could not be read."""

    async def quarantine(self, rows: Sequence[QuarantineRow]) -> None:
        """Hold these messages with their bytes; no id may be given twice. Takes anything: no byte in a key, header or
        body makes it fail."""
        await self._write(_HOLD, sorted((_values(row) for row in rows), key=lambda values: str(values[0])))

    async def quarantined(self, replayed: bool = False) -> list[Quarantined]:
        """All that is held or waits for its replay, oldest first; with `replayed` what is done with, too."""
        return [_quarantined(row) for row in await self._rows(_ALL if replayed else _WAITING)]

    async def quarantined_message(self, id: str) -> Quarantined | None:
        """One message in quarantine, or None."""
        row = (await self._rows(_ONE, one=id)).one_or_none()
        return None if row is None else _quarantined(row)

    async def request_replay(self, ids: Collection[str] | None = None, cause: str | None = None) -> int:
        """Ask that these messages, or with None all that are held (of one cause), be read again; returns how many there
        were. A running hub does it. One that was replayed before may be named again."""
        if ids is None:
            chosen = _REQUEST_ALL if cause is None else _REQUEST_CAUSE
            return (await self._rows(chosen, **({} if cause is None else {"one": cause}))).rowcount
        return (await self._with(KEYS, ((id,) for id in sorted(ids)), _request(self._postgres))).rowcount

    async def taken_already(self, ids: Collection[str]) -> None:
        """Say of messages that were replayed that nothing came of it, as they had been received before."""
        if ids:
            await self._with(KEYS, ((id,) for id in sorted(ids)), _taken(self._postgres), said=TAKEN_ALREADY)

    async def take_replays(self, limit: int, now: datetime) -> list[QuarantineRow]:
        """Take the messages that are to be read again, in the order in which they came. They count as replayed when
        this transaction commits; what still cannot be read must be handed to `quarantine` in it."""
        taken = [_row(row) for row in await self._rows(_TAKE, most=limit, now=now)]
        if any(row.claim for row in taken):  # it passes its claim but once
            await self._with(KEYS, ((row.id,) for row in taken), _unclaim(self._postgres))
        return sorted(taken, key=lambda row: (row.at, row.topic, row.partition, row.offset, row.id))


def _values(row: QuarantineRow) -> tuple[Any, ...]:
    return (
        *(row.id, plain(row.topic), row.partition, row.offset, row.key, packed(row.headers), row.value),
        *(row.timestamp, plain(row.reason), plain(row.detail), row.at, row.cause, row.cluster, row.claim, "held", None),
    )


def _row(row: Any) -> QuarantineRow:
    values = {name: getattr(row, name) for name in _ROW} | {"headers": unpacked(row.headers)}
    return QuarantineRow(**values)


def _quarantined(row: Any) -> Quarantined:
    return Quarantined(_row(row), row.state, row.replayed_at)


def packed(headers: Sequence[tuple[str, bytes | None]]) -> str:
    """Headers as ASCII JSON: names escaped, values in base 64 or null, order and repetition kept."""
    return json.dumps([(name, None if value is None else base64.b64encode(value).decode()) for name, value in headers])


def unpacked(headers: str) -> tuple[tuple[str, bytes | None], ...]:
    """The headers that `packed` wrote."""
    return tuple((name, None if value is None else base64.b64decode(value)) for name, value in json.loads(headers))
