"""The status of deliveries: what is held up, with reason and age, counts for readiness and metrics, and how to release
a lane. Claiming lives in `store.claiming`, settling in `store.deliveries`, whom to tell in `store.arriving`."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Select,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)

from store.delivery_table import DeliveryState, among, deliveries, ready, unsettled
from store.listing import Listing
from store.session import Session
from store.tables import outbox, quarantine, word

_POSITIONS = Listing("positions", position=BigInteger)


@dataclass(frozen=True, slots=True)
class HeldUp:
    """A delivery that has not arrived. `since` is when it came to this state (None while it is tried again); `waiting`
    counts the rows of its lane that wait behind it (none behind one in doubt or bounced)."""

    position: int
    row: str
    lane: str
    authority: str
    destination: str
    type: str
    state: DeliveryState
    attempts: int
    since: datetime | None
    detail: str | None
    waiting: int
    urgency: str
    at: datetime
    next_attempt_at: datetime | None
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """How many deliveries there are in each state that has not gone out, by way out (`channels`: channel → state →
    count), the instant of the oldest promise that is not kept yet, and how many unreadable messages are held, by the
    reason why."""

    channels: Mapping[str, Mapping[str, int]]
    oldest: datetime | None
    quarantine: Mapping[str, int]

    @property
    def quarantined(self) -> int:
        """How many unreadable messages are held, whatever the reason."""
        return sum(self.quarantine.values())

    @property
    def states(self) -> dict[str, int]:
        """How many there are in each state, whichever way they go."""
        total: Counter[str] = Counter()
        for states in self.channels.values():
            total.update(states)
        return dict(total)


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """What waits for one way out: how many rows of one urgency, and the instant of the oldest promise among them."""

    channel: str
    urgency: str
    state: DeliveryState
    rows: int
    oldest: datetime


def _is_held_up(retrying: bool) -> ColumnElement[bool]:
    held = among(deliveries, "parked", "failed", "bounced", "in_doubt")
    tried = and_(deliveries.c.state == word("retrying"), deliveries.c.next_attempt_at.is_not(None))
    return and_(unsettled(deliveries), or_(held, tried) if retrying else held)


def _held_up(retrying: bool) -> Select[*tuple[Any, ...]]:
    behind = deliveries.alias("behind")
    passing = among(deliveries, "in_doubt", "bounced")
    waits = (
        select(func.count())
        .select_from(behind)
        .where(behind.c.lane == deliveries.c.lane, behind.c.position > deliveries.c.position, ready(behind))
        .scalar_subquery()
    )
    return (
        select(
            *(deliveries.c.position, outbox.c.id, deliveries.c.lane, outbox.c.authority, outbox.c.destination),
            *(outbox.c.type, deliveries.c.state, deliveries.c.attempts, deliveries.c.settled_at, deliveries.c.detail),
            case((passing, literal(0)), else_=waits),
            *(deliveries.c.urgency, outbox.c.at, deliveries.c.next_attempt_at, deliveries.c.told_at),
        )
        .select_from(deliveries.join(outbox, outbox.c.position == deliveries.c.position))
        .where(_is_held_up(retrying))
    )


def _standing() -> Executable:
    def count(state: Any, condition: Any) -> Select[*tuple[Any, ...]]:
        first = func.min(deliveries.c.position).label("first")
        columns = (deliveries.c.channel, state.label("state"), func.count().label("rows"), first)
        return select(*columns).where(condition).group_by(deliveries.c.channel)

    # Each part is answered from a small index: the rows that went out are not looked at.
    settled = and_(unsettled(deliveries), deliveries.c.state != word("prepared"))
    fresh = and_(ready(deliveries), deliveries.c.state == word("prepared"))
    parts = union_all(
        count(word("prepared"), fresh), count(deliveries.c.state, settled).group_by(deliveries.c.state)
    ).subquery("parts")
    return select(parts.c.channel, parts.c.state, parts.c.rows, outbox.c.at).select_from(
        parts.outerjoin(outbox, outbox.c.position == parts.c.first)
    )


def _waiting_counts() -> Executable:
    groups = (deliveries.c.channel, deliveries.c.urgency, deliveries.c.state)

    def count(condition: Any) -> Select[*tuple[Any, ...]]:
        first = func.min(deliveries.c.position).label("first")
        return select(*groups, func.count().label("rows"), first).where(condition).group_by(*groups)

    sending = and_(unsettled(deliveries), deliveries.c.state == word("sending"))
    parts = union_all(count(ready(deliveries)), count(sending)).subquery("parts")
    return (
        select(parts.c.channel, parts.c.urgency, parts.c.state, parts.c.rows, outbox.c.at)
        .select_from(parts.join(outbox, outbox.c.position == parts.c.first))
        .order_by(parts.c.channel, parts.c.urgency, parts.c.state)
    )


_HELD_UP_ROWS, _NOT_ARRIVED_ROWS = _held_up(False), _held_up(True)
_AUTHORITIES = (
    select(outbox.c.authority)
    .select_from(deliveries.join(outbox, outbox.c.position == deliveries.c.position))
    .where(_is_held_up(True))
    .distinct()
)
_STANDING = _standing()
_WAITING_COUNTS = _waiting_counts()
_QUARANTINED = (
    select(quarantine.c.reason, func.count()).where(quarantine.c.state == "held").group_by(quarantine.c.reason)
)


@cache
def _release(postgres: bool) -> Executable:
    chosen = _POSITIONS.of(postgres)
    held = among(deliveries, "parked", "failed", "bounced", "in_doubt", "retrying")
    again: dict[str, Any] = {"state": "prepared", "attempts": 0, "told_at": null()}
    again |= dict.fromkeys(("next_attempt_at", "settled_at"), null())
    # Whoever gets it again is told that it may have arrived before.
    again["repeats"] = case((deliveries.c.state == word("in_doubt"), literal(1)), else_=deliveries.c.repeats)
    # What comes back about the sending before must not be taken for word of this one.
    handed = among(deliveries, "bounced", "in_doubt")
    again["sending"] = case((handed, deliveries.c.sending + 1), else_=deliveries.c.sending)
    return update(deliveries).where(deliveries.c.position == chosen.c.position, held).values(again)


@cache
def _look_up_again(postgres: bool) -> Executable:
    chosen, named = _POSITIONS.of(postgres), deliveries.alias("named")
    lanes = select(named.c.lane).where(named.c.position.in_(select(chosen.c.position)))
    held = among(deliveries, "parked", "failed", "bounced", "in_doubt")
    unsent = or_(ready(deliveries), and_(unsettled(deliveries), held))
    of_lane = (deliveries.c.lane.in_(lanes), deliveries.c.channel != word("topic"))
    return update(deliveries).where(unsent, *of_lane).values(address=null())


class DeliveryStatus(Session):
    """The part of a transaction by which people look after the lanes."""

    async def held_up(self, retrying: bool = False) -> list[HeldUp]:
        """Every delivery that waits for a person (parked, failed, bounced, in doubt), in the order of promising;
        `retrying`: also those that are tried again by themselves."""
        # Asked for in this order, SQLite would walk the table and not the index.
        rows = await self._rows(_NOT_ARRIVED_ROWS if retrying else _HELD_UP_ROWS)
        return sorted((HeldUp(*row) for row in rows), key=lambda held: held.position)

    async def authorities_held_up(self) -> set[str]:
        """Every authority of which a delivery waits for a person or is tried again by itself."""
        return {str(authority) for authority in (await self._rows(_AUTHORITIES)).scalars()}

    async def release(self, positions: Collection[int], new_address: bool = False) -> int:
        """Releases these rows: they are due at once, from the first attempt. With `new_address` the address is looked
        up again, for every row of their lanes that has not gone out. Returns how many rows were released."""
        chosen = [(position,) for position in sorted(positions)]
        if new_address:
            await self._with(_POSITIONS, chosen, _look_up_again(self._postgres))
        return (await self._with(_POSITIONS, chosen, _release(self._postgres))).rowcount

    async def standing(self) -> DeliveryCounts:
        """Counts for readiness and metrics; cheap however long the history is."""
        parts = list(await self._rows(_STANDING))
        quarantined = dict([*await self._rows(_QUARANTINED)])
        passing = ("in_doubt", "bounced")
        oldest = min((part.at for part in parts if part.at is not None and part.state not in passing), default=None)
        channels: dict[str, dict[str, int]] = defaultdict(dict)
        for part in parts:
            channels[part.channel][part.state] = part.rows
        return DeliveryCounts(channels, oldest, quarantined)

    async def waiting_counts(self) -> list[WaitingCount]:
        """What waits for each way out, by urgency: how many rows, and since when."""
        return [WaitingCount(*row) for row in await self._rows(_WAITING_COUNTS)]
