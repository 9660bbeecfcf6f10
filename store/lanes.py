"""The status of deliveries: lanes that are held up, with reason and age, counts for readiness and metrics, and how to
release a lane. Claiming and settling live in `store.deliveries`."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Executable, Select, and_, func, null, select, union_all, update

from store.leased import DeliveryState
from store.listing import Listing
from store.session import Session
from store.tables import deliveries, outbox, quarantine, ready, unsettled, word

_POSITIONS = Listing("positions", position=BigInteger)
_HELD_UP = [word("parked"), word("dead"), word("in_doubt")]


@dataclass(frozen=True, slots=True)
class HeldUp:
    """A delivery that someone must look at. `since` is when it came to this; `waiting` counts the rows of its lane
    that wait behind it (none behind one that is in doubt)."""

    position: int
    row: str
    lane: str
    authority: str
    destination: str
    type: str
    state: DeliveryState
    attempts: int
    since: datetime
    detail: str | None
    waiting: int


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """How many deliveries there are in each state that is not `sent`, the instant of the oldest promise that is not
    kept yet, and how many unreadable messages are held."""

    states: dict[str, int]
    oldest: datetime | None
    quarantined: int


def _held_up() -> Select[*tuple[Any, ...]]:
    behind = deliveries.alias("behind")
    waiting = (
        select(func.count())
        .select_from(behind)
        .where(
            behind.c.lane == deliveries.c.lane,
            behind.c.position > deliveries.c.position,
            ready(behind),
            deliveries.c.state != word("in_doubt"),
        )
        .scalar_subquery()
    )
    return (
        select(
            *(deliveries.c.position, outbox.c.id, deliveries.c.lane, outbox.c.authority, outbox.c.destination),
            *(outbox.c.type, deliveries.c.state, deliveries.c.attempts, deliveries.c.settled_at, deliveries.c.detail),
            waiting,
        )
        .select_from(deliveries.join(outbox, outbox.c.position == deliveries.c.position))
        .where(unsettled(deliveries), deliveries.c.state.in_(_HELD_UP))
    )


def _standing() -> Executable:
    def count(state: Any, condition: Any) -> Select[*tuple[Any, ...]]:
        first = func.min(deliveries.c.position).label("first")
        return select(state.label("state"), func.count().label("rows"), first).where(condition)

    # Each part is answered from a small index: the rows that were sent are not looked at.
    settled = and_(unsettled(deliveries), deliveries.c.state != word("pending"))
    parts = union_all(
        count(word("pending"), ready(deliveries)), count(deliveries.c.state, settled).group_by(deliveries.c.state)
    ).subquery("parts")
    return select(parts.c.state, parts.c.rows, outbox.c.at).select_from(
        parts.outerjoin(outbox, outbox.c.position == parts.c.first)
    )


_HELD_UP_ROWS = _held_up()
_STANDING = _standing()
_QUARANTINED = select(func.count()).select_from(quarantine).where(quarantine.c.state == "held")


@cache
def _release(postgres: bool, new_address: bool) -> Executable:
    chosen = _POSITIONS.of(postgres)
    again: dict[str, Any] = {"state": "pending", "attempts": 0, "next_attempt_at": null(), "settled_at": null()}
    if new_address:
        again["address"] = null()
    held = (deliveries.c.position == chosen.c.position, deliveries.c.state.in_(_HELD_UP))
    return update(deliveries).where(*held).values(again)


class Lanes(Session):
    """The part of a transaction by which people look after the lanes."""

    async def held_up(self) -> list[HeldUp]:
        """Every delivery that is parked, dead or in doubt, in the order of promising."""
        # Asked for in this order, SQLite would walk the table and not the index.
        return sorted((HeldUp(*row) for row in await self._rows(_HELD_UP_ROWS)), key=lambda held: held.position)

    async def release(self, positions: Collection[int], new_address: bool = False) -> int:
        """Releases these parked, dead or doubtful rows: they are tried again from the first attempt. With `new_address`
        the address is looked up again. Returns how many there were."""
        chosen = ((position,) for position in sorted(positions))
        return (await self._with(_POSITIONS, chosen, _release(self._postgres, new_address))).rowcount

    async def standing(self) -> DeliveryCounts:
        """Counts for readiness and metrics; cheap however long the history is."""
        parts = list(await self._rows(_STANDING))
        quarantined: int = (await self._rows(_QUARANTINED)).scalar_one()
        oldest = min((part.at for part in parts if part.at is not None and part.state != "in_doubt"), default=None)
        return DeliveryCounts({part.state: part.rows for part in parts if part.rows}, oldest, quarantined)
