"""The hub's own canaries: how far the present one of each authority has got, and when one last got all the way. What a
canary is, where it goes and what its absence means is told in `homeward.canaries`.

Its rows in the outbox are the only ones that may leave (`store.append_only`), as they are about nobody.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, get_args

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    update,
)

from store.canary_table import canaries
from store.delivery_table import among, deliveries
from store.instants import UtcInstant
from store.listing import KEYS, Writing
from store.rows import CANARY
from store.session import Session
from store.tables import outbox, word

CanaryStage = Literal["sent", "taken", "topic", "mail"]
"""Where a canary gets: it is in its police topic; THE transaction has taken it in; it was read from the service topic;
a mail server has taken it."""
STAGES: tuple[CanaryStage, ...] = get_args(CanaryStage)

_COLUMNS = ("authority", "walk", "begun_at", "by_mail", "counts_from", "whole_at")
_READ = (*_COLUMNS, *(f"{stage}_at" for stage in STAGES))
_FIRST = Writing(canaries, ("authority", "walk", "begun_at", "by_mail", "counts_from"), replaces=())
_NOW = bindparam("now", type_=UtcInstant)
_ONE = bindparam("one", type_=Text)
_ALL = select(*(canaries.c[name] for name in _READ)).order_by(canaries.c.authority)
_NEXT = (
    update(canaries)
    .where(canaries.c.authority == _ONE, canaries.c.begun_at <= bindparam("before", type_=UtcInstant))
    .values(
        walk=bindparam("next", type_=Text),
        begun_at=_NOW,
        by_mail=bindparam("mail", type_=Integer),
        **dict.fromkeys((f"{stage}_at" for stage in STAGES), null()),
    )
)
_COUNT_FROM = update(canaries).values(counts_from=_NOW)
_OURS = outbox.c.type == word(CANARY)


def _whole() -> ColumnElement[bool]:
    got = [canaries.c[f"{stage}_at"].is_not(None) for stage in STAGES if stage != "mail"]
    return and_(*got, or_(canaries.c.by_mail == literal(0), canaries.c.mail_at.is_not(None)))


_ARRIVE = update(canaries).where(canaries.c.walk == _ONE, _whole()).values(whole_at=_NOW, counts_from=_NOW)
_UNDER_WAY = select(canaries.c.walk).where(not_(_whole()))
_OVER = select(outbox.c.position).where(_OURS, outbox.c.message_id.not_in(_UNDER_WAY))
_PROMISED = canaries.join(outbox, and_(outbox.c.message_id == canaries.c.walk, _OURS))
_TAKEN_BY_MAIL = (deliveries.c.channel == literal("mail"), among(deliveries, "accepted", "delivered"))
_MAILED = (
    select(canaries.c.walk)
    .select_from(_PROMISED.join(deliveries, deliveries.c.position == outbox.c.position))
    .where(canaries.c.mail_at.is_(None), *_TAKEN_BY_MAIL)
)
_CALL_OFF = (
    update(deliveries)
    .where(deliveries.c.position.in_(_OVER), not_(among(deliveries, "sending", "withdrawn")))
    .values(state="withdrawn", next_attempt_at=null(), settled_at=func.coalesce(deliveries.c.settled_at, _NOW))
)
_DROP = (
    delete(deliveries).where(deliveries.c.position.in_(_OVER), deliveries.c.state == word("withdrawn")),
    delete(outbox).where(_OURS, ~exists().where(deliveries.c.position == outbox.c.position)),
)


@cache
def _reach(stage: CanaryStage, postgres: bool) -> Executable:
    column = canaries.c[f"{stage}_at"]
    asked = (KEYS.has(postgres, canaries.c.walk), column.is_(None))
    return update(canaries).where(*asked).values({column.name: _NOW}).returning(*(canaries.c[n] for n in _READ))


@dataclass(frozen=True, slots=True)
class CanaryRow:
    """The present canary of an authority. `walk` is the id of its message; `by_mail`: it goes to a mailbox too;
    `counts_from`: from when on its absence counts; `whole_at`: when one last got all the way; `reached`: the stages
    that it has got through, each with the instant."""

    authority: str
    walk: str
    begun_at: datetime
    by_mail: bool
    counts_from: datetime
    whole_at: datetime | None
    reached: dict[CanaryStage, datetime]

    @property
    def stages(self) -> tuple[CanaryStage, ...]:
        """Those that it has to get through, in order."""
        return tuple(stage for stage in STAGES if stage != "mail" or self.by_mail)

    @property
    def waits_for(self) -> CanaryStage | None:
        """The first stage that it has not got through; None where it is home."""
        return next((stage for stage in self.stages if stage not in self.reached), None)


class Canaries(Session):
    """The part of a transaction that knows the canaries."""

    async def canaries(self) -> list[CanaryRow]:
        """The present one of each authority."""
        return [_row(row) for row in await self._rows(_ALL)]

    async def begin_canary(self, authority: str, walk: str, by_mail: bool, now: datetime, before: datetime) -> bool:
        """A new one sets out, if the last did no later than `before`; returns whether it does. Of several who begin at
        once, one does."""
        given = {"one": authority, "next": walk, "mail": int(by_mail), "now": now, "before": before}
        if (await self._rows(_NEXT, **given)).rowcount:
            return True
        if any(row.authority == authority for row in await self.canaries()):
            return False
        await self._write(_FIRST, [(authority, walk, now, int(by_mail), now)])
        return any(row.walk == walk for row in await self.canaries())

    async def reach(self, stage: CanaryStage, walks: Collection[str], now: datetime) -> list[CanaryRow]:
        """These got through a stage; returns those for which it was news. One that is over, or not the hub's own,
        is passed over."""
        if not walks:
            return []
        rows = await self._with(KEYS, ((walk,) for walk in sorted(walks)), _reach(stage, self._postgres), now=now)
        found = [_row(row) for row in rows]
        for each in found:
            await self._rows(_ARRIVE, one=each.walk, now=now)
        return found

    async def mailed_canaries(self) -> list[str]:
        """The walks of those that a mail server has taken, which is not noted yet."""
        return [*(await self._rows(_MAILED)).scalars()]

    async def count_absence_from(self, now: datetime) -> None:
        """Whatever was absent until now counts no more, as nobody meant a canary to get through."""
        await self._rows(_COUNT_FROM, now=now)

    async def call_off_canaries(self, now: datetime) -> int:
        """What is left in the outbox of those that are over does not leave any more; returns how many rows that is."""
        return (await self._rows(_CALL_OFF, now=now)).rowcount

    async def drop_canaries(self) -> int:
        """Removes what is left in the outbox of those that are over, but for what is being sent; returns how many rows
        that were. Only the owner of the tables may."""
        await self._rows(_DROP[0])
        return (await self._rows(_DROP[1])).rowcount


def _row(row: Any) -> CanaryRow:
    told = row._asdict()
    reached = {stage: at for stage in STAGES if (at := told[f"{stage}_at"]) is not None}
    return CanaryRow(**{name: told[name] for name in _COLUMNS} | {"by_mail": bool(row.by_mail), "reached": reached})
