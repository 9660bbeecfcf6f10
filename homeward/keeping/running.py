"""Purging once a day while a hub runs, as soon as there is a schedule."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from homeward.keeping.journal import lacks_keys
from homeward.keeping.purging import SCHEDULE, PurgePlan, purge
from homeward.keeping.schedule import Schedule
from store import Store
from store.noting import Note

log = logging.getLogger(__name__)
_EVERY, _LOOK_EVERY = timedelta(hours=24), 900.0
_LATE = timedelta(days=2)
_TRIED = "retention schedule tried"
"""That a purge by the schedules was tried. It is the key as well."""


class DailyPurge:
    """`as_owner`: the url of the same database for somebody who may remove rows, where the hub may not. Of several hubs
    whoever looks first does it."""

    def __init__(
        self,
        store: Store,
        schedules: Mapping[str, Schedule],
        now: Callable[[], datetime],
        as_owner: str | None = None,
    ) -> None:
        self._store, self._schedules, self._now, self._as_owner = store, schedules, now, as_owner
        self._last, self._why = now(), "it has not been tried"

    async def run(self) -> None:
        """Purges when a day has passed since anybody did, for ever. Whatever fails is told and tried again."""
        while True:
            try:
                await self.purge_if_due()
            except Exception as error:
                self._why = type(error).__name__
                log.exception("A purge by the retention schedule failed, retrying")
            await asyncio.sleep(_LOOK_EVERY)

    async def purge_if_due(self) -> PurgePlan | None:
        """What went; None where it is not a day since the last time."""
        now = self._now()
        self._last, was_purged = await self._since(now)
        if was_purged and now - self._last < _EVERY:
            return None
        if await lacks_keys(self._store):
            self._why = "the keys are not there"
            return None
        async with entered(self._store, self._as_owner) as store:
            done = await purge(store, self._schedules, "hub", now)
        self._last = now
        for each in done.lines():
            log.info("Purged", extra={"authority": each.authority, "what": each.what, "count": each.count})
        for person, why in done.kept.items():
            log.info("Kept, although its time is over", extra={"child": person, "cause": why})
        return done

    async def _since(self, now: datetime) -> tuple[datetime, bool]:
        """When anybody last purged, and True; else when it was first tried. Both are in the database: a process that
        starts anew must not hide what keeps failing."""
        async with self._store.reading() as tx:
            last, tried = (await tx.last_purges()).get(SCHEDULE), await tx.noted_at(_TRIED)
        if last is None and tried is None:
            async with self._store.transaction(brief=True) as tx:
                await tx.note([Note(_TRIED, _TRIED, now)])
        return last or tried or now, last is not None

    def fault(self) -> str | None:
        """What is wrong: nothing has gone by the schedule for two days."""
        if self._now() - self._last < _LATE:
            return None
        return f"nothing has been purged by the retention schedule since {self._last:%Y-%m-%d %H:%M} ({self._why})"


@asynccontextmanager
async def entered(store: Store, as_owner: str | None) -> AsyncIterator[Store]:
    """The same database for somebody who may remove rows: by the owner's url, else as it is."""
    if as_owner is None:
        yield store
        return
    owners = Store.open(as_owner, within=None)
    try:
        yield owners
    finally:
        await owners.close()
