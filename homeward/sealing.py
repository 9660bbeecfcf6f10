"""Sealing the ledger while the hub runs: a root over what is new, every minute, and one that closes each day. What a
root proves is told in `store.sealing`; what is done with the root of a day is given in."""

import logging
from collections.abc import Awaitable, Callable
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
_AT_ONCE = 5000  # rows under one root
_LONG = 10  # looks for which one transaction may keep it waiting without a word

AfterSealing = Callable[[], Awaitable[None]]
"""Something that is to be done with roots, at every look."""


class Sealer:
    """Several hubs may seal: of two roots with one number the first stays. `after` is done after each look."""

    def __init__(self, store: Store, now: Callable[[], datetime], after: AfterSealing | None = None) -> None:
        self._store, self._now, self._after = store, now, after
        self._noted: Settled | None = None
        self._waited = 0

    async def run(self) -> None:
        """Seals until it is cancelled. Whatever fails, it goes on."""

        async def seal() -> None:
            await self.look()
            if self._after is not None:
                await self._after()

        await do_again_and_again(seal, EVERY, log, "sealing", "Could not seal the ledger, retrying")

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
