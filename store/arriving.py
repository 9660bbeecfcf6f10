"""What has not arrived and nobody has heard of yet, what the other side says of it later, and which faults were told.
Who is told, when and how, is decided elsewhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Executable,
    Integer,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    update,
)

from store.delivery_table import DeliveryState, among, awaiting_receipt, deliveries, pressing, ready, unsettled
from store.instants import UtcInstant
from store.listing import KEYS, Listing, Writing
from store.pauses import pause_of
from store.rows import CANARY
from store.session import Session
from store.tables import metadata, outbox, word

delivery_faults = Table(
    "delivery_faults",
    metadata,
    Column("key", Text, primary_key=True),
    Column("began_at", UtcInstant, nullable=False),
    Column("told_at", UtcInstant, nullable=False),
    Column("words", Integer, nullable=False),
)
_FAULT_COLUMNS = ("key", "began_at", "told_at", "words")
_KEEP_FAULTS = Writing(delivery_faults, _FAULT_COLUMNS, replaces=_FAULT_COLUMNS[1:])
_POSITIONS = Listing("positions", position=BigInteger)
_ONE = bindparam("one", type_=Text)
_NOW = bindparam("now", type_=UtcInstant)
_STATE = bindparam("became", type_=Text)
_Became = Literal["delivered", "bounced", "accepted"]


@dataclass(frozen=True, slots=True)
class Unarrived:
    """A delivery that has not arrived, as far as whoever tells of it must know. `at` is when it was promised;
    `blocked`: it waits behind one of its lane that is held up; `paused`: the name of the pause that holds it."""

    position: int
    id: str
    message_id: str
    type: str
    kind: str | None
    authority: str
    subject: str | None
    destination: str
    at: datetime
    channel: str
    urgency: str
    state: DeliveryState
    attempts: int
    detail: str | None
    repeats: bool
    blocked: bool
    payload: bytes
    paused: str | None = None


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A fault of one mailbox, topic or way out that was told: since when, when last, and how often."""

    key: str
    began_at: datetime
    told_at: datetime
    words: int


@dataclass(frozen=True, slots=True)
class DueReceipt:
    """A delivery that was accepted and whose receipt is to be asked for, by the other side's name for it."""

    position: int
    reference: str
    settled_at: datetime


def _unarrived(*conditions: Any, skip: bool = True) -> Select[*tuple[Any, ...]]:
    names = ("id", "message_id", "type", "kind", "authority", "subject", "destination", "payload")
    promised = (outbox.c[name] for name in names)
    lower = deliveries.alias("lower")
    ahead = (lower.c.lane == deliveries.c.lane, lower.c.position < deliveries.c.position, unsettled(lower))
    blocked = exists().where(*ahead, among(lower, "parked", "failed"))
    found = (deliveries.c[name] for name in ("channel", "urgency", "state", "attempts", "detail", "repeats"))
    joined = deliveries.join(outbox, outbox.c.position == deliveries.c.position)
    told = outbox.c.type != word(CANARY)  # nobody hears of those but by `store.canaries`
    further = (blocked.label("blocked"), pause_of(deliveries, outbox.c.destination).label("paused"))
    return (
        select(deliveries.c.position, *promised, outbox.c.at, *found, *further)
        .select_from(joined)
        .where(*conditions, told)
        .limit(bindparam("most"))
        # Two that look at one time tell each of other rows.
        .with_for_update(of=deliveries, skip_locked=skip)
    )


def _oldest_of_each(*untold: ColumnElement[bool], of_first: int | None = None) -> Select[*tuple[Any, ...]]:
    """The oldest of each kind first: however many wait or are held up for one mailbox, they hide no other. `of_first`:
    so many are looked at."""
    kind = (outbox.c.authority, outbox.c.destination, deliveries.c.urgency, deliveries.c.state, outbox.c.type)
    joined = deliveries.join(outbox, outbox.c.position == deliveries.c.position)
    seen = select(deliveries.c.position, *kind).select_from(joined).where(*untold, outbox.c.type != word(CANARY))
    found = (seen.order_by(deliveries.c.position).limit(of_first) if of_first else seen).subquery("found")
    turn = func.row_number().over(partition_by=[found.c[each.name] for each in kind], order_by=found.c.position)
    first = select(found.c.position).order_by(turn, found.c.position).limit(bindparam("most"))
    # Asked once more, as another may have told of a row, or released it, until it was locked.
    return _unarrived(deliveries.c.position.in_(first), *untold)


_UNTOLD = deliveries.c.told_at.is_(None)
_HELD = _oldest_of_each(unsettled(deliveries), among(deliveries, "parked", "failed", "bounced", "in_doubt"), _UNTOLD)
_PRESSING = (*pressing(deliveries).clauses, deliveries.c.urgency == _ONE)
_PATIENT = (ready(deliveries), deliveries.c.channel == _ONE, deliveries.c.urgency == word("routine"), _UNTOLD)
_OLDEST = {
    routine: _unarrived(*waits).order_by(deliveries.c.position) for routine, waits in enumerate((_PRESSING, _PATIENT))
}
_LOOKED_AT = 50_000
_OF_EACH = {
    routine: _oldest_of_each(*waits, of_first=_LOOKED_AT) for routine, waits in enumerate((_PRESSING, _PATIENT))
}
_OF_ONE_LETTER = 1000  # more than one claim holds
_BY_REFERENCE = _unarrived(deliveries.c.reference == _ONE, skip=False).order_by(deliveries.c.position)
_DUE_RECEIPTS = (
    select(deliveries.c.position, deliveries.c.reference, deliveries.c.settled_at)
    .where(*awaiting_receipt(deliveries).clauses, deliveries.c.channel == _ONE, deliveries.c.next_attempt_at <= _NOW)
    .order_by(deliveries.c.next_attempt_at)
    .limit(bindparam("most"))
)
_NEXT_RECEIPT = select(func.min(deliveries.c.next_attempt_at, type_=UtcInstant)).where(
    *awaiting_receipt(deliveries).clauses, deliveries.c.channel == _ONE
)


@cache
def _tell(postgres: bool) -> Executable:
    chosen = _POSITIONS.of(postgres)
    return update(deliveries).where(deliveries.c.position == chosen.c.position).values(told_at=_NOW)


@cache
def _send_again(postgres: bool) -> Executable:
    chosen = _POSITIONS.of(postgres)
    doubtful = and_(deliveries.c.position == chosen.c.position, deliveries.c.state == word("in_doubt"))
    again = {"state": "retrying", "next_attempt_at": _NOW, "settled_at": null(), "repeats": literal(1)}
    return update(deliveries).where(doubtful).values(again)


@cache
def _faults(postgres: bool) -> Executable:
    named = KEYS.of(postgres)
    columns = (delivery_faults.c[name] for name in _FAULT_COLUMNS)
    return select(*columns).select_from(named.join(delivery_faults, delivery_faults.c.key == named.c.key))


_CONFIRM = (
    update(deliveries)
    .where(
        deliveries.c.position == bindparam("at"),
        among(deliveries, "accepted", "in_doubt", "delivered"),
        # Who hears nothing does not undo what another has heard meanwhile.
        or_(word("accepted") != _STATE, among(deliveries, "accepted")),
    )
    .values(
        state=_STATE,
        detail=func.coalesce(bindparam("words", type_=Text), deliveries.c.detail),
        next_attempt_at=bindparam("again", type_=UtcInstant),
        settled_at=case((deliveries.c.state != _STATE, _NOW), else_=deliveries.c.settled_at),
        told_at=case((word("bounced") == _STATE, null()), else_=deliveries.c.told_at),
    )
)


class Arriving(Session):
    """The part of a transaction by which people hear of what has not arrived."""

    async def untold_held(self, limit: int) -> list[Unarrived]:
        """Deliveries that are held up, bounced or in doubt and of which nobody has been told. Of more than
        `limit`, some of each destination, urgency and state."""
        # Asked for in this order, SQLite would walk the table and not the index.
        return sorted((_row(row) for row in await self._rows(_HELD, most=limit)), key=lambda row: row.position)

    async def untold_waiting(
        self, urgency: str, limit: int, channel: str | None = None, of_each: bool = False
    ) -> list[Unarrived]:
        """The oldest deliveries of an urgency that were not accepted yet and of which nobody has been told. Routine
        ones are looked up by `channel`. `of_each`: of the oldest fifty thousand some of each destination, which
        takes longer."""
        routine = urgency == "routine"
        statement = (_OF_EACH if of_each else _OLDEST)[routine]
        found = await self._rows(statement, one=channel if routine else urgency, most=limit)
        return sorted((_row(row) for row in found), key=lambda row: row.position)

    async def mark_told(self, positions: Collection[int], now: datetime) -> None:
        """Somebody has been told of these."""
        if positions:
            await self._with(_POSITIONS, ((p,) for p in sorted(positions)), _tell(self._postgres), now=now)

    async def send_again(self, positions: Collection[int], now: datetime) -> None:
        """Those of these rows that are in doubt are sent once more, marked as such."""
        if positions:
            await self._with(_POSITIONS, ((p,) for p in sorted(positions)), _send_again(self._postgres), now=now)

    async def faults(self, keys: Collection[str]) -> dict[str, FaultRow]:
        """What was told of these faults."""
        rows = await self._with(KEYS, ((key,) for key in sorted(keys)), _faults(self._postgres)) if keys else ()
        return {row.key: FaultRow(*row) for row in rows}

    async def keep_faults(self, faults: Sequence[FaultRow]) -> None:
        """Write these as they stand now. No key may be given twice."""
        rows = sorted(((f.key, f.began_at, f.told_at, f.words) for f in faults), key=lambda values: values[0])
        await self._write(_KEEP_FAULTS, rows)

    async def by_reference(self, reference: str) -> list[Unarrived]:
        """The deliveries of which the other side speaks by this name: those of one letter."""
        return [_row(row) for row in await self._rows(_BY_REFERENCE, one=reference, most=_OF_ONE_LETTER)]

    async def confirm(
        self, position: int, became: _Became, detail: str | None, now: datetime, ask_again: datetime | None = None
    ) -> bool:
        """Write down what the other side says of a delivery that it had accepted (or that was in doubt); returns
        whether it counted: that it stays accepted does where it still is. `ask_again`: when to ask next."""
        given = {"at": position, "became": became, "words": detail, "now": now, "again": ask_again}
        return (await self._rows(_CONFIRM, **given)).rowcount > 0

    async def due_receipts(self, channel: str, now: datetime, limit: int) -> list[DueReceipt]:
        """Accepted deliveries of a channel whose receipt is to be asked for now."""
        return [DueReceipt(*row) for row in await self._rows(_DUE_RECEIPTS, one=channel, now=now, most=limit)]

    async def next_receipt(self, channel: str) -> datetime | None:
        """When a receipt is next to be asked for."""
        first: datetime | None = (await self._rows(_NEXT_RECEIPT, one=channel)).scalar_one()
        return first


def _row(row: Any) -> Unarrived:
    return Unarrived(**row._asdict() | {"repeats": bool(row.repeats), "blocked": bool(row.blocked)})
