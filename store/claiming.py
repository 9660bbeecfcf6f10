"""How a relay comes by the rows to send: claimed in the order of their lanes, under leases that lapse, fenced so that a
relay that has lost its shard gets nothing. What became of them is told in `store.deliveries`.

The states of a row are told in `store.delivery_table`. Later rows of a lane wait for one that is in flight, that is
to be tried again, that is parked or has failed.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    FromClause,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    exists,
    func,
    not_,
    null,
    or_,
    select,
    true,
    update,
)

from store.delivery_table import among, deliveries, not_locked, of_lane, ready, unsettled
from store.instants import UtcInstant
from store.lapsing import lapsed, lapsing
from store.leased import LeasedRow
from store.listing import Listing
from store.pauses import destination_of_lane, is_paused
from store.promising import OUTBOX_COLUMNS, promised_row
from store.rows import SHARDS
from store.session import Session
from store.tables import leases, outbox, word

_SHARDS = Listing("shards", name=Text, shard=Integer, fence=BigInteger)
_OWNED = Listing("owned", shard=Integer)
_OVERTAKING = Listing("overtaking", type=Text)
_ADDRESSED = Listing("addressed", address=Text)
_LANES = Listing("lanes", lane=Text)
_TAKEN = Listing("taken", position=BigInteger, fence=BigInteger)
_HEAD_COLUMNS = ("position", "shard", "lane", "attempts", "address", "repeats", "sending")
_NOW = bindparam("now", type_=UtcInstant)
_OWNER = bindparam("whose", type_=Text)
_UNTIL = bindparam("lasts", type_=UtcInstant)
_START = bindparam("start", type_=BigInteger)
_PREFIX = "relay/"
_RELAYED = (
    select(leases.c.name, leases.c.owner)
    .where(leases.c.until > _NOW, leases.c.name.startswith(_PREFIX, autoescape=True))
    .order_by(leases.c.name)
)


def shard_name(shard: int) -> str:
    """The name under which a shard is owned."""
    return f"{_PREFIX}{shard}"


@cache
def _owned(postgres: bool) -> Executable:
    asked = _SHARDS.of(postgres)
    same = and_(leases.c.name == asked.c.name, leases.c.fence == asked.c.fence, leases.c.owner == _OWNER)
    # Kept until the claim commits: two claims of one shard side by side could each take a part of one lane. In the
    # order of names, as whoever prolongs them does: else one could wait for the other in a circle.
    kept = select(asked.c.shard, asked.c.fence).select_from(asked.join(leases, same))
    return kept.order_by(leases.c.name).with_for_update(of=leases)


@cache
def _of_former(postgres: bool) -> Select[tuple[int]]:
    """The rows that former holders of these shards have leased."""
    asked = _SHARDS.of(postgres)
    theirs = and_(deliveries.c.shard == asked.c.shard, deliveries.c.fence < asked.c.fence)
    both = deliveries.join(asked, theirs)
    leased = (unsettled(deliveries), deliveries.c.state == word("sending"))
    return select(deliveries.c.position).select_from(both).where(*leased)


@cache
def _count_former(postgres: bool) -> Executable:
    left = _of_former(postgres).add_columns(lapsed(deliveries.c.lease_until).label("lapsed")).subquery("left_behind")
    return select(func.count().label("leased"), func.count().filter(left.c.lapsed).label("lapsed")).select_from(left)


@cache
def _free_former(postgres: bool) -> Executable:
    chosen = not_locked(_of_former(postgres).where(lapsed(deliveries.c.lease_until)), postgres)
    again = {"state": "prepared", "next_attempt_at": null(), "lease_owner": null(), "lease_until": null()}
    return update(deliveries).where(deliveries.c.position.in_(chosen)).values(again)


@cache
def _claimable(postgres: bool, chosen: str) -> Executable:
    """The rows to take, and with each what was promised: looked up after the limit, for the few that are taken."""
    head = _heads(postgres, chosen).subquery("head")
    promised = (outbox.c[name] for name in OUTBOX_COLUMNS)
    joined = head.join(outbox, outbox.c.position == head.c.position)
    return select(*head.c, *promised).select_from(joined).order_by(head.c.position)


def _heads(postgres: bool, chosen: str = "") -> Select[*tuple[Any, ...]]:
    row, lower, left = deliveries.alias("row"), deliveries.alias("lower"), deliveries.alias("left_behind")
    its_type = select(outbox.c.type).where(outbox.c.position == row.c.position).correlate(row).scalar_subquery()
    in_its_time = and_(ready(lower), lower.c.next_attempt_at <= _NOW)
    passed = and_(among(lower, "parked", "failed"), _OVERTAKING.has(postgres, its_type))
    blocks = and_(not_(among(lower, "in_doubt", "bounced")), not_(in_its_time), not_(passed))
    # A scalar and not an EXISTS, of which Postgres might make a join over all that waits; and a truth value, of which
    # it expects no wonders. So it walks the rows in their order, looks before each, and stops at the limit.
    barred = select(true()).where(*_before(row, lower), blocks).limit(1).scalar_subquery()
    overtakes = exists().where(*_before(row, left), among(left, "parked", "failed"))
    columns = (row.c[name] for name in _HEAD_COLUMNS)
    addressed = _ADDRESSED.has(postgres, row.c.address)
    return (
        select(*columns, overtakes.label("overtakes"))
        .where(
            ready(row),
            or_(row.c.next_attempt_at.is_(None), row.c.next_attempt_at <= _NOW),
            _OWNED.has(postgres, row.c.shard),
            row.c.channel == bindparam("channel", type_=Text),
            *({"only": [addressed], "besides": [not_(addressed)]}.get(chosen, [])),
            row.c.position >= _START,
            barred.is_not(true()),
            not_(is_paused(row, destination_of_lane(row, postgres))),
        )
        .order_by(row.c.position)
        .limit(bindparam("most"))
    )


@cache
def _waits_before(postgres: bool) -> Executable:
    """Whether a row that may be claimed stands before the start, in one of these lanes."""
    asked, earlier = _LANES.of(postgres), deliveries.alias("earlier")
    is_ready = and_(of_lane(earlier), not_(among(earlier, "sending", "parked", "failed")))
    waits = (earlier.c.lane == asked.c.lane, earlier.c.position < _START, is_ready)
    # A scalar, as above: one look for each lane, and by its index (that of what is ready is for other orders).
    found = select(true()).where(*waits).limit(1).scalar_subquery()
    return select(true()).select_from(asked).where(found.is_(true())).limit(1)


@cache
def _oldest(postgres: bool) -> Executable:
    head = _heads(postgres).subquery("head")
    due_since = func.coalesce(deliveries.c.next_attempt_at, outbox.c.at, type_=UtcInstant)
    both = head.join(deliveries, deliveries.c.position == head.c.position)
    return select(due_since).select_from(both.join(outbox, outbox.c.position == head.c.position))


def _before(row: FromClause, other: FromClause) -> tuple[ColumnElement[bool], ...]:
    """That `other` stands before `row` in its lane, and has not gone out."""
    return other.c.lane == row.c.lane, other.c.position < row.c.position, unsettled(other)


@cache
def _take(postgres: bool) -> Executable:
    taken = _TAKEN.of(postgres)
    return (
        update(deliveries)
        .where(deliveries.c.position == taken.c.position)
        .values(
            state="sending",
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
        channel: str,
        overtaking: Collection[str] = (),
        only: Collection[str] = (),
        besides: Collection[str] = (),
        start: int = 0,
    ) -> list[LeasedRow]:
        """Lease up to `limit` rows of a channel (topic, mail) that may be sent now, in the order to send them.

        `fences` gives the fencing token of each shard that `owner` holds; a shard that has passed to another yields
        nothing. Of a lane come rows from its head on, in order and without a gap, unless the head is in flight,
        waiting, parked or failed: then none. A row of a type in `overtaking` passes parked and failed ones, and what
        waits behind them; what a person has paused is left alone. `only` and `besides` limit the claim to these topics
        and to all but these; one of the two may be given.

        `start`: the lowest position to look at, so that a claim need not pass what an open snapshot keeps of rows that
        have long left. Where a row of a lane that was found waits before it, the claim looks from the beginning after
        all."""
        held = await self._with(_SHARDS, _asked(fences), _owned(self._postgres), whose=owner)
        owned: dict[int, int] = {row.shard: row.fence for row in held}
        if not owned:
            return []
        types = _OVERTAKING.parameters(self._postgres, ((name,) for name in sorted(overtaking)))
        chosen, named = ("only", only) if only else ("besides", besides) if besides else ("", ())
        claimable = _claimable(self._postgres, chosen)
        given = types | {"channel": channel}
        if chosen:
            given |= _ADDRESSED.parameters(self._postgres, ((address,) for address in sorted(named)))
        shards = [(shard,) for shard in owned]

        async def found_from(position: int) -> list[LeasedRow]:
            found = await self._with(_OWNED, shards, claimable, now=now, most=limit, start=position, **given)
            return [_leased(row, owned) for row in found.values()]

        rows = await found_from(start)
        if start and rows and await self._wait_before(start, {row.lane for row in rows}):
            rows = await found_from(0)
        if rows:
            taken = ((row.position, row.fence) for row in rows)
            await self._with(_TAKEN, taken, _take(self._postgres), whose=owner, lasts=now + lease)
        return rows

    async def _wait_before(self, start: int, lanes: Collection[str]) -> bool:
        asked = ((lane,) for lane in sorted(lanes))
        return (await self._with(_LANES, asked, _waits_before(self._postgres), start=start)).first() is not None

    async def free_lapsed(self, fences: Mapping[int, int], now: datetime, lease: timedelta) -> tuple[int, int]:
        """Let go of what former holders of these shards have leased, as far as their leases have lapsed; returns how
        many rows that were, and how many are leased still. Not a part of each claim: it passes all that is in flight,
        and whatever an open snapshot keeps of what was."""
        given, asked = lapsing(now, lease), _asked(fences)
        found = (await self._with(_SHARDS, asked, _count_former(self._postgres), **given)).one()
        freed = 0
        if found.lapsed:
            freed = (await self._with(_SHARDS, asked, _free_former(self._postgres), **given)).rowcount
        return freed, found.leased - freed

    async def oldest_due(self, now: datetime, channels: Collection[str]) -> datetime | None:
        """Since when the first row of each of these channels that a relay could send now has been due, the earliest of
        them; None where there is none. What waits for its time, behind another one or for a person is none of it."""
        types = _OVERTAKING.parameters(self._postgres, ())
        shards = [(shard,) for shard in range(SHARDS)]
        given: dict[str, Any] = {"now": now, "most": 1, "start": 0} | types
        found = [
            (await self._with(_OWNED, shards, _oldest(self._postgres), channel=channel, **given)).scalar_one_or_none()
            for channel in sorted(channels)  # as the index of what is ready has it
        ]
        return min((since for since in found if since is not None), default=None)

    async def shard_owners(self, now: datetime) -> dict[int, str]:
        """Shard → the process that relays it at this instant; a shard that nobody has is not there."""
        return {int(row.name.removeprefix(_PREFIX)): row.owner for row in await self._rows(_RELAYED, now=now)}


def _asked(fences: Mapping[int, int]) -> list[tuple[str, int, int]]:
    return [(shard_name(shard), shard, fence) for shard, fence in sorted(fences.items())]


def _leased(row: Sequence[Any], fences: Mapping[int, int]) -> LeasedRow:
    position, shard, lane, attempts, address, repeats, sending, overtakes, *told = row
    return LeasedRow(
        promised_row(told), position, lane, attempts + 1, fences[shard], address, bool(overtakes), bool(repeats),
        sending=sending,
    )  # fmt: skip
