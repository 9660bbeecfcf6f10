"""What the other side says later of what it had accepted: asked for where it can be asked, written down wherever it
comes from."""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Literal

from routing.ledger_words import recorded_destination
from routing.messages import derived_id
from schemas.delivery import Asks, Confirmation
from store import LedgerRow, Store, Transaction
from store.arriving import DueReceipt, Unarrived
from store.errors import StoreUnavailableError
from store.trouble import Trouble, Waiting

log = logging.getLogger(__name__)

_AT_ONCE = 100
_PAUSES = (  # until a message of this age is asked for again
    (timedelta(minutes=1), timedelta(seconds=10)),
    (timedelta(minutes=10), timedelta(seconds=30)),
    (timedelta(hours=1), timedelta(minutes=5)),
    (timedelta(days=4), timedelta(minutes=30)),
)
_UNTIL_KEPT = timedelta(hours=1)


def delivery_line(row: Unarrived, outcome: str, detail: str, at: datetime, key: str = "") -> LedgerRow:
    """The ledger's line about what was heard of a delivery after it had left."""
    entry = {
        "outbox": row.id,
        "message": row.message_id,
        "destination": recorded_destination(row.destination),
        "attempt": row.attempts,
        "outcome": outcome,
        "detail": detail,
    }
    id = derived_id("delivery", row.id, outcome, key or at.isoformat())
    return LedgerRow(id, at, "delivery", row.authority, row.subject, row.message_id, entry)


class Receipts:
    """Asks `senders`, those that can be asked. One look after the other; several processes may do it, and say the
    same."""

    def __init__(self, store: Store, senders: Mapping[str, Asks], now: Callable[[], datetime]) -> None:
        self._store, self.senders, self._now = store, senders, now
        self._trouble = Trouble(log, "Every receipt can be asked for again")
        # By reference, the channel, and when it is asked for again.
        self._troubled: dict[str, tuple[str, datetime]] = {}
        self._unkept = set[str]()  # references of which something was said that is not kept yet

    async def look(self) -> int:
        """Asks for every receipt that is due; returns of how many something was heard."""
        return sum([await self._look(channel, sender) for channel, sender in self.senders.items()])

    async def _look(self, channel: str, sender: Asks) -> int:
        now = self._now()
        async with self._store.reading() as tx:
            due = await tx.due_receipts(channel, now, _AT_ONCE)
        if len(due) < _AT_ONCE:
            self._end_what_others_have(channel, {each.reference for each in due}, now)
        heard, told = 0, set[str]()
        for each in (each for each in due if each.reference not in told):
            news = await self._ask(channel, sender, each)
            if news is not None:
                heard += news
                told.add(each.reference)
        return heard

    async def _ask(self, channel: str, sender: Asks, due: DueReceipt) -> int | None:
        """Asks for one; returns of how many rows the answer was news. None: there was none, or it was not kept."""
        reference, failed = due.reference, None
        try:
            if answer := await sender.ask(reference):
                self._unkept.add(reference)
                news = await self._write_down(reference, answer)
                self._is_over(reference)
                return news
        except StoreUnavailableError:
            raise
        except Exception as error:  # whatever it is, others wait behind it
            self._trouble.begins("Could not ask for a receipt or keep it, retrying", error, reference)
            self._troubled.setdefault(reference, (channel, self._now()))
            failed = error
        now = self._now()
        # What was said once and could not be kept is asked for until it is.
        again = _next(now, now - due.settled_at) or (now + _UNTIL_KEPT if reference in self._unkept else None)
        async with self._store.transaction() as tx:
            waits = await tx.confirm(due.position, "accepted", None, now, again)
        if waits and again and (failed or reference in self._unkept):
            self._troubled[reference] = channel, again
            return None
        if waits and failed:
            what = "Gave up asking for a receipt: nobody knows whether the message arrived"
            log.error(what, exc_info=failed, extra={"position": due.position})
        self._is_over(reference)
        return None

    def _end_what_others_have(self, channel: str, due: Collection[str], now: datetime) -> None:
        """Ends the trouble of receipts that would be due by now and are not: they came another way, or another process
        asks for them."""
        for reference, (of, again) in list(self._troubled.items()):
            if of == channel and again <= now and reference not in due:
                del self._troubled[reference]
                self._trouble.ends(reference)

    def _is_over(self, reference: str) -> None:
        self._unkept.discard(reference)
        self._troubled.pop(reference, None)
        self._trouble.ends(reference)

    async def _write_down(self, reference: str, answer: Confirmation) -> int:
        now = self._now()
        async with self._store.transaction() as tx:
            rows = await tx.by_reference(reference)
            return sum([await written_down(tx, row, answer.became, answer.detail, now) for row in rows])

    async def next_look(self) -> datetime | None:
        """When a receipt is next to be asked for."""
        async with self._store.reading() as tx:
            found = [await tx.next_receipt(channel) for channel in self.senders]
        return min((instant for instant in found if instant is not None), default=None)

    async def keep_looking(self, wait: "Rest") -> None:
        """Looks again and again, until it is cancelled."""
        database = Waiting(log, "receipts")
        while True:
            try:
                with database.for_part():
                    await self.look()
                    due = await self.next_look()
            except StoreUnavailableError:
                due = None
            except Exception:
                log.exception("Could not ask for receipts, retrying")
                due = None
            latest = self._now() + timedelta(seconds=10)
            await wait(min(due, latest) if due else latest)


Rest = Callable[[datetime], Awaitable[None]]


async def written_down(
    tx: Transaction, row: Unarrived, became: Literal["delivered", "bounced"], detail: str, at: datetime, key: str = ""
) -> bool:
    """Keeps with a delivery, and in the ledger, that it arrived or came back; returns whether that was news."""
    if row.state == became or not await tx.confirm(row.position, became, detail or None, at):
        return False
    await tx.append([delivery_line(row, became, detail, at, key)], ())
    return True


def _next(now: datetime, age: timedelta) -> datetime | None:
    return next((now + pause for up_to, pause in _PAUSES if age < up_to), None)
