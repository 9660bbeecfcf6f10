"""The hub's own canaries: for each authority one sets out every so often into a police topic of the hub's own, as if
the hub were a force. It walks like any notification through the consumers, THE transaction, the outbox and the relay,
and comes home by a topic of the authority and, where the settings name one, a mailbox. Its absence is told.

It is of a type of its own on topics of its own: no child can be taken for one, and no sender can hide one behind it.
It opens no case, counts nowhere, and leaves the outbox when it is home. What it says is told in `intake.canaries`.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from homeward.keeping.running import entered
from intake.canaries import PROBE, canary_body, canary_key
from routing.messages import derived_id
from schemas.delivery import Outgoing, Sender, Verdict
from schemas.topics import canary_end, canary_start
from store import Store
from store.canaries import CanaryRow
from store.errors import StoreForbiddenError
from store.rows import CANARY
from store.trouble import do_again_and_again

log = logging.getLogger(__name__)
SETTLES = 300.0
"""Seconds until the first sets out: a hub that starts, or takes over from an older one, has other things to do."""
_LOOK_EVERY = 10.0


class CanaryWalks:
    """Sends them out and sees how far they get. Several hubs may: of two that would send one out, one does. `sender`:
    the way to Kafka; `by_mail`: they go to a mailbox too; `as_owner`: the url of the same database for somebody who may
    remove rows, where the hub may not."""

    def __init__(
        self,
        store: Store,
        authorities: Collection[str],
        sender: Sender,
        now: Callable[[], datetime],
        every: timedelta,
        by_mail: bool = False,
        as_owner: str | None = None,
    ) -> None:
        self._store, self._authorities, self._sender, self._now = store, sorted(authorities), sender, now
        self._every, self._by_mail, self._as_owner = every, by_mail, as_owner
        self._is_new = True
        self.wanted_from = now() + timedelta(seconds=SETTLES)
        """Since when one was to set out, as far as this process knows."""

    async def run(self) -> None:
        """Until it is cancelled. Whatever fails, it goes on."""
        await asyncio.sleep(SETTLES)
        await do_again_and_again(self.look, _LOOK_EVERY, log, "canaries", "Could not look after canaries, retrying")

    async def look(self) -> None:
        """Sends out what is due, and notes what has come home. While something is paused that they need, none is."""
        now = self._now()
        async with self._store.reading() as tx:
            rows = {row.authority: row for row in await tx.canaries() if row.authority in self._authorities}
            mailed, is_held = await tx.mailed_canaries(), self._needs() & {*await tx.pause_names()}
        is_anew = self._is_new and any(now - row.begun_at > 2 * self._every for row in rows.values())
        self._is_new = False
        if is_held:
            self.wanted_from = max(self.wanted_from, now)
        if is_held or is_anew:
            async with self._store.transaction(brief=True) as tx:
                await tx.count_absence_from(now)
        if mailed:
            async with self._store.transaction(brief=True) as tx:
                await tx.reach("mail", mailed, now)
        if not is_held:
            await self._send_out(rows, now)
        await self._clear(now)

    def _needs(self) -> set[str]:
        """The names of pauses that would hold one up."""
        ends = {f"topic/{canary_end(authority)}" for authority in self._authorities}
        return {"topic", *ends, *(("mail", PROBE) if self._by_mail else ())}

    async def _send_out(self, rows: dict[str, CanaryRow], now: datetime) -> None:
        """What is due, and what could not be sent out before."""
        going = {row.walk: row.authority for row in rows.values() if "sent" not in row.reached}
        for authority in self._authorities:
            row = rows.get(authority)
            if row is not None and now - row.begun_at < self._every:
                continue
            walk = derived_id(CANARY, authority, now.isoformat())
            async with self._store.transaction(brief=True) as tx:
                if await tx.begin_canary(authority, walk, self._by_mail, now, now - self._every):
                    going = {w: a for w, a in going.items() if a != authority} | {walk: authority}
        if not going:
            return
        receipts = await self._sender.send([_setting_out(walk, whose, now) for walk, whose in going.items()])
        sent = {receipt.row for receipt in receipts if receipt.verdict is Verdict.SENT}
        async with self._store.transaction(brief=True) as tx:
            await tx.reach("sent", sent, self._now())

    async def _clear(self, now: datetime) -> None:
        """What is left in the outbox of those that are over is called off and goes."""
        async with self._store.transaction(brief=True) as tx:
            count = await tx.call_off_canaries(now)
        if not count:
            return
        try:
            async with entered(self._store, self._as_owner) as store, store.transaction(brief=True) as tx:
                await tx.drop_canaries()
        except StoreForbiddenError:
            log.debug("What canaries have left behind is for `homeward purge`, as the hub may remove nothing")


def _setting_out(walk: str, authority: str, now: datetime) -> Outgoing:
    key = canary_key(authority)
    return Outgoing(walk, walk, CANARY, None, now, key, canary_start(), canary_body(authority))
