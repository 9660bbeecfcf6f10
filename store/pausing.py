"""Pauses: what a person has told the relay to leave alone. A way out, a destination or a lane is paused until somebody
resumes it; both stand in the ledger, with who and when, and why among the contents that can be purged."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Select, Text, bindparam, delete, func, select

from routing.ledger_words import recorded_destination
from store.delivery_table import deliveries, ready
from store.ledger import Ledger
from store.listing import Writing
from store.pauses import of_pause
from store.rows import LedgerRow
from store.tables import outbox, pauses

_HUB = "hub"
_COLUMNS = ("name", "by", "at", "why")
_KEEP = Writing(pauses, _COLUMNS, replaces=())
_ONE = bindparam("one", type_=Text)
_BY_NAME = select(*(pauses.c[name] for name in _COLUMNS)).where(pauses.c.name == _ONE)
_NAMES = select(pauses.c.name).order_by(pauses.c.at, pauses.c.name)
_RESUME = delete(pauses).where(pauses.c.name == _ONE)


@dataclass(frozen=True, slots=True)
class Pause:
    """What is paused: a way out (`mail`), a destination (`mail/<authority>/<role>`) or a lane (subject and
    destination); by whom, since when and why."""

    name: str
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class PausedDeliveries:
    """A pause with what waits behind it: how many rows, and when the oldest of them was promised."""

    pause: Pause
    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class WaitingDestination:
    """A destination to which something waits to go, tried or not."""

    destination: str
    waiting: int
    oldest: datetime


def _paused() -> Select[tuple[str, str, datetime, str, int, datetime]]:
    held = deliveries.join(outbox, outbox.c.position == deliveries.c.position)
    of_it = of_pause(deliveries, outbox.c.destination)
    columns = [pauses.c[name] for name in _COLUMNS]
    behind = select(func.count()).select_from(held).where(ready(deliveries), of_it).correlate(pauses).scalar_subquery()
    first = (
        select(outbox.c.at)
        .select_from(held)
        .where(ready(deliveries), of_it)
        .order_by(deliveries.c.position)
        .limit(1)
        .correlate(pauses)
        .scalar_subquery()
    )
    return select(*columns, behind, first).order_by(pauses.c.at, pauses.c.name)


def _waiting() -> Select[tuple[str, int, datetime]]:
    held = deliveries.join(outbox, outbox.c.position == deliveries.c.position)
    columns = (outbox.c.destination, func.count(), func.min(outbox.c.at, type_=outbox.c.at.type))
    return (
        select(*columns)
        .select_from(held)
        .where(ready(deliveries))
        .group_by(outbox.c.destination)
        .order_by(outbox.c.destination)
    )


_LANE = select(deliveries.c.lane).where(deliveries.c.position == bindparam("position"))
_PAUSED, _WAITING = _paused(), _waiting()


class Pausing(Ledger):
    """The part of a transaction by which a person pauses and resumes."""

    async def pause(self, pause: Pause) -> bool:
        """Pause it; returns False where it is paused already: that pause stays as it is."""
        if (await self._rows(_BY_NAME, one=pause.name)).one_or_none() is not None:
            return False
        await self._write(_KEEP, [(pause.name, pause.by, pause.at, pause.why)])
        await self.append([_line("paused", pause.name, pause.by, pause.at, pause.why)], ())
        return True

    async def resume(self, name: str, by: str, now: datetime) -> bool:
        """Let it go again; returns False where it was not paused."""
        if not (await self._rows(_RESUME, one=name)).rowcount:
            return False
        await self.append([_line("resumed", name, by, now)], ())
        return True

    async def paused(self) -> list[PausedDeliveries]:
        """Everything that is paused, the longest paused first, with what waits behind it."""
        return [PausedDeliveries(Pause(*row[:4]), row[4], row[5]) for row in await self._rows(_PAUSED)]

    async def pause_names(self) -> list[str]:
        """The names of what is paused, the longest paused first."""
        return [*(await self._rows(_NAMES)).scalars()]

    async def pauses(self, names: Collection[str]) -> dict[str, Pause]:
        """Those of these names that are paused."""
        found = [(await self._rows(_BY_NAME, one=name)).one_or_none() for name in sorted(names)]
        return {row.name: Pause(*row) for row in found if row is not None}

    async def lane_of(self, position: int) -> str | None:
        """The lane of a delivery by its number; None where there is none."""
        lane: str | None = (await self._rows(_LANE, position=position)).scalar_one_or_none()
        return lane

    async def waiting_destinations(self) -> list[WaitingDestination]:
        """Where something waits to go, by the name of the destination."""
        return [WaitingDestination(*row) for row in await self._rows(_WAITING)]


def _line(what: str, name: str, by: str, at: datetime, why: str = "") -> LedgerRow:
    # No pause is another's repeat, however close: its id is one that nothing gives.
    entry = {"what": what, "name": _recorded(name), "who": by}
    return LedgerRow(str(uuid4()), at, "pause", _HUB, None, None, entry, why.encode() or None)


def _recorded(name: str) -> str:
    """What the ledger calls what is paused; the name of a lane begins with a subject, before the destination."""
    subject, bar, destination = name.partition("|")
    if not bar or "/" in subject:
        return recorded_destination(name)
    return f"{subject}|{recorded_destination(destination)}"
