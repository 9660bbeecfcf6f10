"""Sealing the ledger while the hub runs: a root over what is new, every minute, and one that closes each day. What a
root proves is told in `store.sealing`; what is done with the root of a day in `homeward.witnessing`."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from routing.calendar import london_date
from store import Store
from store.noting import SEALED, Note
from store.roots import sealed
from store.sealing import Settled
from store.trouble import do_again_and_again

log = logging.getLogger(__name__)
EVERY = 60.0
"""Seconds between two looks: longer than a statement may take, for `store.sealing` relies on that."""
_LATE = 600.0  # seconds
_AT_ONCE = 5000  # rows under one root
_LONG = 10  # looks for which one transaction may keep it waiting without a word


class Sealer:
    """Several hubs may seal: of two roots with one number the first stays."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._now, self._monotonic = store, now, monotonic
        self._noted: Settled | None = None
        self._waited = 0
        self._sealed_at = monotonic()

    async def run(self) -> None:
        """Seals until it is cancelled. Whatever fails, it goes on."""
        await do_again_and_again(self.look, EVERY, log, "sealing", "Could not seal the ledger, retrying")

    async def look(self) -> None:
        """Seals what nothing can be written before any more; on Postgres what a look before this one has seen."""
        async with self._store.reading() as tx:
            seen = await tx.seen()
        settled = self._noted if self._store.postgres else seen
        if settled is None or not settled.holds(seen):
            self._noted = self._noted or seen
            self._waited += 1
            if self._waited % _LONG == 0:
                log.warning("Cannot seal the ledger: a transaction stays open", extra={"looks": self._waited})
            return
        self._noted, self._waited = seen, 0
        more = True
        while more:
            more = await self._seal(settled.through)
        self._sealed_at = self._monotonic()

    @property
    def age(self) -> int:
        """For how many seconds not all that could be sealed was, or since when this runs."""
        return round(self._monotonic() - self._sealed_at)

    def fault(self) -> str | None:
        """What is wrong: for ten minutes no root vouches for what is new."""
        if self.age < _LATE:
            return None
        why = "a transaction stays open" if self._waited else "see the log"
        return f"the ledger has not been sealed for {self.age} s ({why})"

    async def _seal(self, through: int) -> bool:
        """One more root, if there is something to seal or a day to close; whether there may be more to seal."""
        now = self._now()
        async with self._store.transaction(brief=True) as tx:
            before = await tx.newest_root()
            rows = await tx.unsealed(before.through if before else 0, through, _AT_ONCE)
            yesterday = london_date(now) - timedelta(days=1)
            closes = yesterday.isoformat() if before and london_date(before.at) <= yesterday else None
            if rows or closes:
                await tx.seal(sealed(before, now, closes, rows))
                await tx.note([Note(SEALED, SEALED, now)])
        return len(rows) == _AT_ONCE
