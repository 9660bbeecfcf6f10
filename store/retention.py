"""Letting go of what has been kept long enough, and when that was last done. How long that is, is told elsewhere; the
ledger itself is never cut."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Text, bindparam, delete, func, literal_column, null, select, update

from store.contents_table import sealed_contents
from store.delivery_table import among, deliveries
from store.instants import UtcInstant
from store.listing import Writing
from store.session import Session
from store.tables import inbox, ledger_contents, noted, outbox, quarantine

_BEFORE = bindparam("before", type_=UtcInstant)
_PURGE_CONTENTS = [
    update(held).where(held.c.at < _BEFORE, held.c.contents.is_not(None)).values(contents=null())
    for held in (sealed_contents, ledger_contents)
]
ARRIVED = select(deliveries.c.position).where(
    among(deliveries, "accepted", "delivered", "withdrawn"), deliveries.c.settled_at < _BEFORE
)
"""The positions of what arrived, or was withdrawn, before the instant `before`."""
_PURGE_PAYLOADS = (
    update(outbox).where(outbox.c.position.in_(ARRIVED), func.length(outbox.c.payload) > 0).values(payload=b"")
)
_PURGE_QUARANTINE = delete(quarantine).where(quarantine.c.state == "replayed", quarantine.c.replayed_at < _BEFORE)
_FORGET_CLAIMS = delete(inbox).where(inbox.c.received_at < _BEFORE)
_COUNT_CLAIMS = select(func.count()).select_from(inbox).where(inbox.c.received_at < _BEFORE)
_PURGE = "purge"
_PURGED = Writing(noted, ("key", "about", "at"), replaces=("at",))
_PURGES = select(noted.c.key, noted.c.at).where(noted.c.about == literal_column(f"'{_PURGE}'", Text))


class Retention(Session):
    """The part of a transaction that purges. Each function returns how many rows it emptied or removed."""

    async def purge_contents(self, before: datetime) -> int:
        """Empty the contents last told before an instant. Their hashes stay, and the ledger still proves itself.
        The hub's own keys of the days before go too."""
        count = sum([(await self._rows(purge, before=before)).rowcount for purge in _PURGE_CONTENTS])
        if self._keys:
            await self._keys.throw_away_days(before.date())
        return count

    async def purge_payloads(self, before: datetime) -> int:
        """Empty what messages said that arrived, or were withdrawn, before an instant. Who was told, when and why
        stays. What is still to arrive is never emptied."""
        return (await self._rows(_PURGE_PAYLOADS, before=before)).rowcount

    async def purge_quarantine(self, before: datetime) -> int:
        """Remove messages that were replayed before an instant. What has not been read is never removed."""
        return (await self._rows(_PURGE_QUARANTINE, before=before)).rowcount

    async def count_claims(self, before: datetime) -> int:
        """How many messages were taken in before an instant."""
        return int((await self._rows(_COUNT_CLAIMS, before=before)).scalar_one())

    async def forget_claims(self, before: datetime) -> int:
        """Forget messages taken in before an instant: one of them that comes again would count as new. Keep them
        longer than the topics keep messages."""
        return (await self._rows(_FORGET_CLAIMS, before=before)).rowcount

    async def purged(self, parts: Iterable[str], now: datetime) -> None:
        """Keep that these parts have been purged."""
        await self._write(_PURGED, [(f"{_PURGE}/{part}", _PURGE, now) for part in sorted(parts)])

    async def last_purges(self) -> dict[str, datetime]:
        """When each part was last purged; a part that never was is not there."""
        return {row.key.removeprefix(f"{_PURGE}/"): row.at for row in await self._rows(_PURGES)}
