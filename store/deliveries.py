"""What became of the rows that a relay had leased. How it came by them is told in `store.claiming`; when to try again
and when to give up is decided elsewhere."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    Executable,
    Integer,
    Text,
    Update,
    and_,
    bindparam,
    case,
    func,
    literal,
    null,
    or_,
    select,
    update,
)

from store.delivery_table import among, deliveries, not_locked, timed
from store.handing import ANY_CHANNEL
from store.instants import UtcInstant
from store.leased import Settlement
from store.listing import Listing, Parameters
from store.session import Session
from store.tables import word

_ADDRESSES = Listing("addresses", position=BigInteger, address=Text)
_SETTLED = Listing(
    "settled",
    position=BigInteger,
    fence=BigInteger,
    state=Text,
    next_attempt_at=UtcInstant,
    detail=Text,
    untried=Integer,
    reference=Text,
)
_LEFT = Listing("gone", position=BigInteger, fence=BigInteger)
_NOW = bindparam("now", type_=UtcInstant)
_OWNER = bindparam("whose", type_=Text)
_UNTIL = bindparam("lasts", type_=UtcInstant)


@cache
def _address(postgres: bool) -> Executable:
    kept = _ADDRESSES.of(postgres)
    return (
        update(deliveries)
        .where(deliveries.c.position == kept.c.position, deliveries.c.address.is_(None))
        .values(address=kept.c.address)
    )


def all_left(settlements: Sequence[Settlement]) -> bool:
    """Whether all of these rows simply left, as nearly all do: so much is said in fewer words."""
    return all(settlement[2:] == _SIMPLY for settlement in settlements)


_SIMPLY = Settlement(0, 0, "accepted")[2:]


@cache
def settling(postgres: bool, left: bool) -> Update:
    """What became of leased rows (by the parameters of `settling_parameters`). `left`: all of them simply left."""
    told = (_LEFT if left else _SETTLED).of(postgres)
    leased = (
        deliveries.c.position == told.c.position,
        deliveries.c.fence == told.c.fence,
        deliveries.c.lease_owner == _OWNER,  # it has one only while it is leased
    )
    mine = update(deliveries).where(*leased).values(lease_owner=null(), lease_until=null())
    if left:
        return mine.values(state=word("accepted"), next_attempt_at=null(), detail="", settled_at=_NOW)
    handed = among(told, "accepted", "in_doubt")
    back = and_(told.c.untried == 1, deliveries.c.attempts > 1)  # untried now, but it had failed before
    return mine.values(
        state=case((back, literal("retrying")), else_=told.c.state),
        next_attempt_at=case((back, func.coalesce(told.c.next_attempt_at, _NOW)), else_=told.c.next_attempt_at),
        attempts=deliveries.c.attempts - told.c.untried,
        detail=func.coalesce(told.c.detail, deliveries.c.detail),
        settled_at=case((among(told, "prepared", "retrying"), null()), else_=_NOW),
        address=case((or_(handed, deliveries.c.channel == "topic"), deliveries.c.address), else_=null()),
        reference=func.coalesce(told.c.reference, deliveries.c.reference),
        # What is held up now is another matter than that it was late.
        told_at=case((among(told, "parked", "failed", "in_doubt"), null()), else_=deliveries.c.told_at),
    )


_POSITIONS = Listing("positions", position=BigInteger)


@cache
def _let_go(postgres: bool, withdrawn: bool) -> Executable:
    chosen = _POSITIONS.of(postgres)
    became: dict[str, Any] = {"next_attempt_at": _NOW}
    if withdrawn:
        detail = bindparam("detail", type_=Text)
        became = {"state": "withdrawn", "next_attempt_at": null(), "settled_at": _NOW, "detail": detail}
    waits = deliveries.c.state == word("prepared")  # a relay may have claimed it meanwhile
    return update(deliveries).where(deliveries.c.position == chosen.c.position, waits).values(became)


@cache
def _renew(postgres: bool) -> Executable:
    named = _POSITIONS.of(postgres)
    joined = named.join(deliveries, deliveries.c.position == named.c.position)
    # One has an owner only while it is leased. Of its state nothing is said, or Postgres would look through all that an
    # open snapshot keeps of what was in flight.
    mine = select(deliveries.c.position).select_from(joined).where(deliveries.c.lease_owner == _OWNER)
    chosen = deliveries.c.position.in_(not_locked(mine, postgres))
    return update(deliveries).where(chosen).values(lease_until=_UNTIL)


_NEXT_ATTEMPT = select(func.min(deliveries.c.next_attempt_at, type_=UtcInstant)).where(
    timed(deliveries), deliveries.c.next_attempt_at > _NOW
)


class Deliveries(Session):
    """The part of a transaction by which a relay tells what became of its rows."""

    async def keep_addresses(self, addresses: Mapping[int, str]) -> None:
        """Keep with each row (by position) the address that was found for it; one that has an address keeps that. A
        settlement forgets it again where the row was not handed to a server."""
        if addresses:
            await self._with(_ADDRESSES, sorted(addresses.items()), _address(self._postgres))

    async def renew_leases(self, owner: str, positions: Collection[int], now: datetime, lease: timedelta) -> int:
        """Prolong the leases of these rows, as far as they are still the owner's, but of those that are being settled;
        returns how many that were."""
        rows = ((position,) for position in sorted(positions))
        given = {"whose": owner, "lasts": now + lease}
        return (await self._with(_POSITIONS, rows, _renew(self._postgres), **given)).rowcount

    async def settle(self, owner: str, settlements: Sequence[Settlement], now: datetime) -> int:
        """Say what became of leased rows; returns for how many it still counted. For the others the lease has passed
        to another relay, which will say."""
        if not settlements:
            return 0
        left = all_left(settlements)
        given = settling_parameters(self._postgres, owner, settlements, now, left)
        return (await self._execute(settling(self._postgres, left), given)).rowcount

    async def let_go(self, positions: Collection[int], now: datetime) -> None:
        """Rows that were kept back may be sent from now on."""
        if positions:
            self.promised.left.add(ANY_CHANNEL)
            rows = ((position,) for position in sorted(positions))
            await self._with(_POSITIONS, rows, _let_go(self._postgres, False), now=now)

    async def withdraw(self, positions: Collection[int], detail: str, now: datetime) -> None:
        """Rows that were kept back do not leave any more."""
        if positions:
            rows = ((position,) for position in sorted(positions))
            await self._with(_POSITIONS, rows, _let_go(self._postgres, True), now=now, detail=detail)

    async def next_attempt(self, now: datetime) -> datetime | None:
        """The first instant after `now` at which a waiting row is to be tried again, of any shard. One whose time has
        come since may be claimed already."""
        first: datetime | None = (await self._rows(_NEXT_ATTEMPT, now=now)).scalar_one()
        return first


def settling_parameters(
    postgres: bool, owner: str, settlements: Sequence[Settlement], now: datetime, left: bool
) -> Parameters:
    """What to execute `settling` with."""
    ordered = sorted(settlements, key=attrgetter("position"))
    if left:
        told = _LEFT.parameters(postgres, (each[:2] for each in ordered))
    else:
        told = _SETTLED.parameters(postgres, (_told(each, now) for each in ordered))
    return told | {"whose": owner, "now": now}


def _told(settlement: Settlement, now: datetime) -> tuple[Any, ...]:
    given = (settlement.position, settlement.fence)
    if settlement.outcome == "untried":
        return (*given, "prepared", settlement.next_attempt_at, None, 1, None)
    again = settlement.next_attempt_at
    if settlement.outcome == "retrying":
        # A row without an instant to wait for counts as never tried: one that was is given the present one.
        again = again or now
    return (*given, settlement.outcome, again, settlement.detail, 0, settlement.reference)
