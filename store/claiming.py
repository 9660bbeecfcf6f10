"""How a relay comes by the rows to send: claimed in the order of their lanes, under leases that lapse, fenced so that a
relay that has lost its shard gets nothing. What became of them is told in `store.deliveries`.

A row is `pending` (ready, or waiting for `next_attempt_at`), `leased`, or settled: `sent`, `parked`, `dead`,
`in_doubt`. Later rows of a lane wait for one that is leased, waiting, parked or dead.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Executable,
    Integer,
    Text,
    and_,
    bindparam,
    exists,
    literal_column,
    not_,
    null,
    or_,
    select,
    update,
)

from store.leased import LeasedRow
from store.ledger import OUTBOX_COLUMNS, promised_row
from store.listing import Listing
from store.session import Session
from store.tables import BLOCKING, Instant, deliveries, leases, outbox

_SHARDS = Listing("shards", name=Text, shard=Integer, fence=BigInteger)
_OVERTAKING = Listing("overtaking", type=Text)
_TAKEN = Listing("taken", position=BigInteger, fence=BigInteger)
_NOW = bindparam("now", type_=Instant)
_OWNER = bindparam("whose", type_=Text)
_UNTIL = bindparam("lasts", type_=Instant)
_BARRED = ("parked", "dead")


def shard_name(shard: int) -> str:
    """The name under which a shard is owned."""
    return f"relay/{shard}"


@cache
def _owned(postgres: bool) -> Executable:
    asked = _SHARDS.of(postgres)
    same = and_(leases.c.name == asked.c.name, leases.c.fence == asked.c.fence, leases.c.owner == _OWNER)
    # Kept until the claim commits: two claims of one shard side by side could each take a part of one lane.
    return select(asked.c.shard, asked.c.fence).select_from(asked.join(leases, same)).with_for_update(of=leases)


@cache
def _expire(postgres: bool) -> Executable:
    asked = _SHARDS.of(postgres)
    lapsed = (deliveries.c.state == "leased", deliveries.c.lease_until <= _NOW)
    theirs = (deliveries.c.shard == asked.c.shard, deliveries.c.fence < asked.c.fence)
    return (
        update(deliveries).where(*lapsed, *theirs).values(state="pending", next_attempt_at=null(), lease_owner=null())
    )


@cache
def _claimable(postgres: bool, of_one_channel: bool) -> Executable:
    asked, overtaking = _SHARDS.of(postgres), _OVERTAKING.of(postgres)
    row, lower, left = deliveries.alias("row"), deliveries.alias("lower"), deliveries.alias("left_behind")
    may_overtake = outbox.c.type.in_(select(overtaking.c.type))
    barred_by = exists().where(
        lower.c.lane == row.c.lane,
        lower.c.position < row.c.position,
        literal_column(f"({_of('lower')})"),
        not_(and_(lower.c.state == "pending", lower.c.next_attempt_at <= _NOW)),
        not_(and_(lower.c.state.in_(_BARRED), may_overtake)),
    )
    overtakes = exists().where(
        left.c.lane == row.c.lane,
        left.c.position < row.c.position,
        left.c.state.in_(_BARRED),
        literal_column(f"({_of('left_behind')})"),
    )
    return (
        select(row.c.position, row.c.shard, row.c.lane, row.c.attempts, row.c.address, overtakes.label("overtakes"))
        .add_columns(*(outbox.c[name] for name in OUTBOX_COLUMNS))
        .select_from(row.join(outbox, outbox.c.position == row.c.position))
        .where(
            literal_column("row.state = 'pending'"),
            or_(row.c.next_attempt_at.is_(None), row.c.next_attempt_at <= _NOW),
            row.c.shard.in_(select(asked.c.shard)),
            *([row.c.channel == bindparam("channel", type_=Text)] if of_one_channel else []),
            not_(barred_by),
        )
        .order_by(row.c.position)
        .limit(bindparam("most"))
    )


def _of(alias: str) -> str:
    """The condition of the index, word for word, so that both databases see that it serves."""
    return BLOCKING.replace("state", f"{alias}.state").replace("next_attempt_at", f"{alias}.next_attempt_at")


@cache
def _take(postgres: bool) -> Executable:
    taken = _TAKEN.of(postgres)
    return (
        update(deliveries)
        .where(deliveries.c.position == taken.c.position)
        .values(
            state="leased",
            lease_owner=_OWNER,
            lease_until=_UNTIL,
            fence=taken.c.fence,
            attempts=deliveries.c.attempts + 1,
        )
    )


class Claiming(Session):
    """The part of a transaction by which a relay comes by its rows."""

    async def claim_deliveries(
        self,
        owner: str,
        fences: Mapping[int, int],
        now: datetime,
        lease: timedelta,
        limit: int,
        overtaking: Collection[str] = (),
        channel: str | None = None,
    ) -> list[LeasedRow]:
        """Lease up to `limit` rows that may be sent now, in the order to send them.

        `fences` gives the fencing token of each shard that `owner` holds; a shard that has passed to another yields
        nothing. Rows whose lease an earlier owner of the shard let lapse are taken too. Of a lane come rows from its
        head on, in order and without a gap, unless the head is leased, waiting, parked or dead: then none. A row
        of a type in `overtaking` passes parked and dead ones, and what waits behind them. `channel` (topic, mail)
        limits the claim to destinations of that channel, so that a slow one does not hold up the other."""
        asked = [(shard_name(shard), shard, fence) for shard, fence in sorted(fences.items())]
        held = await self._with(_SHARDS, asked, _owned(self._postgres), whose=owner)
        owned: dict[int, int] = {row.shard: row.fence for row in held}
        if not owned:
            return []
        theirs = [(shard_name(shard), shard, fence) for shard, fence in owned.items()]
        await self._with(_SHARDS, theirs, _expire(self._postgres), now=now)
        types = _OVERTAKING.parameters(self._postgres, ((name,) for name in sorted(overtaking)))
        if channel is not None:
            types["channel"] = channel
        claimable = _claimable(self._postgres, channel is not None)
        found = await self._with(_SHARDS, theirs, claimable, now=now, most=limit, **types)
        rows = [_leased(row, owned[row.shard]) for row in found]
        if rows:
            taken = ((row.position, row.fence) for row in rows)
            await self._with(_TAKEN, taken, _take(self._postgres), whose=owner, lasts=now + lease)
        return rows


def _leased(row: Any, fence: int) -> LeasedRow:
    promised = promised_row(row)
    return LeasedRow(promised, row.position, row.lane, row.attempts + 1, fence, row.address, bool(row.overtakes))
