"""The relay: promised rows out to the senders, and what became of each back into the store.

Each channel (topics, mail) has a loop of its own, so that a slow mail server holds up no topic. A loop claims a leased
batch, sends it in rounds of at most one row a lane, and settles all receipts of a round in one statement. No
transaction is open while something is being sent. Invariants, each held by a test:
- within a lane rows arrive in order; a row that failed lets none of its lane pass, except a *found*;
- what was claimed is sent, waits, or is visibly held up; nothing is dropped.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from outbox.addressing import AddressBook, whom
from outbox.retry import Retry
from routing.messages import derived_id
from schemas.delivery import Outgoing, Receipt, Sender, Verdict
from store import SHARDS, LeasedRow, LedgerRow, OutboxRow, Outcome, Ownership, Settlement, Store, shard_name
from store.errors import StoreUnavailableError

log = logging.getLogger(__name__)

OVERTAKING = ("notify.found", "episode.found")
"""A child who is back must not wait behind a message that is stuck."""
_NAMES = {shard_name(shard): shard for shard in range(SHARDS)}
_PAUSE = 1.0  # seconds after the database could not be reached
Dead = Callable[[OutboxRow, Receipt], Awaitable[None]]


class Relay:
    """Delivers what stands in the outbox. `senders` by channel (`topic`, `mail`); `owner` is unique to this process.

    `on_dead` hears of every row that will never arrive. Any number of relays may run: each owns some shards.
    """

    def __init__(
        self,
        store: Store,
        senders: Mapping[str, Sender],
        addresses: AddressBook,
        *,
        now: Callable[[], datetime],
        retry: Retry,
        owner: str,
        on_dead: Dead,
        batch: int = 500,
        lease: timedelta = timedelta(seconds=30),
    ) -> None:
        self._store, self._senders, self._addresses, self._now = store, senders, addresses, now
        self._retry, self._owner, self._on_dead, self._batch, self._lease = retry, owner, on_dead, batch, lease
        self._ownership = Ownership(store, owner)
        self._fences: dict[int, int] = {}
        self._woken = {channel: asyncio.Event() for channel in senders}
        self._stopping = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Something was promised."""
        for event in self._woken.values():
            event.set()

    async def run(self) -> None:
        """Delivers until `stop`."""
        self._running = asyncio.current_task()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_hold())
            for channel in self._senders:
                group.create_task(self._deliver(channel))

    async def stop(self) -> None:
        """Finishes what is in flight and lets go of the shards, so that another relay may take them at once."""
        self._stopping.set()
        self.wake()
        if self._running is not None and self._running is not asyncio.current_task():
            await asyncio.wait([self._running])
        try:
            await self._ownership.release(self._now())
        except StoreUnavailableError:
            log.warning("shards could not be given back; they are free when their leases have run out")

    async def drain(self) -> int:
        """Sends all that may be sent now, in one pass after the other until nothing is left; returns how many rows."""
        await self._hold()
        counts = await asyncio.gather(*(self._drain(channel) for channel in self._senders))
        return sum(counts)

    # ---- shards

    async def _hold(self) -> None:
        held = await self._ownership.renew(self._now(), self._lease)
        if len(held) < SHARDS:
            held = await self._ownership.acquire(_NAMES, self._now(), self._lease)
        self._fences = {_NAMES[name]: fence for name, fence in held.items()}

    async def _keep_hold(self) -> None:
        """Prolongs shards and leases of rows in flight, well before they run out."""
        while not self._stopping.is_set():
            try:
                before = len(self._fences)
                await self._hold()
                if len(self._fences) > before:
                    self.wake()
                async with self._store.transaction() as tx:
                    await tx.renew_leases(self._owner, self._now(), self._lease)
            except StoreUnavailableError as error:
                log.warning("the database cannot be reached; delivery waits", extra={"cause": str(error)})
            await self._rest(self._stopping, self._lease.total_seconds() / 3)

    # ---- one channel

    async def _deliver(self, channel: str) -> None:
        woken = self._woken[channel]
        while not self._stopping.is_set():
            woken.clear()
            try:
                sent = await self._drain(channel)
                async with self._store.reading() as tx:
                    again = await tx.next_attempt(self._now())
            except StoreUnavailableError as error:
                log.warning("the database cannot be reached; delivery waits", extra={"cause": str(error)})
                await self._rest(self._stopping, _PAUSE)
                continue
            if not sent:
                wait = max((again - self._now()).total_seconds(), 0.01) if again else self._lease.total_seconds()
                await self._rest(woken, min(wait, self._lease.total_seconds()))

    async def _drain(self, channel: str) -> int:
        count = 0
        while self._fences and not self._stopping.is_set():
            async with self._store.transaction() as tx:
                rows = await tx.claim_deliveries(
                    self._owner, self._fences, self._now(), self._lease, self._batch, OVERTAKING, channel
                )
                addresses = {row.position: found for row in rows if not row.address and (found := self._find(row))}
                await tx.keep_addresses(addresses)
            if not rows:
                break
            await self._send(channel, rows, addresses)
            count += len(rows)
        return count

    def _find(self, row: LeasedRow) -> str | None:
        return self._addresses.address(row.row.destination)

    async def _send(self, channel: str, rows: Sequence[LeasedRow], addresses: Mapping[int, str]) -> None:
        """Sends claimed rows, round by round. Rows behind one that failed are put back untried."""
        failed: set[str] = set()
        for turn in _rounds(rows):
            barred = [row for row in turn if row.lane in failed and not row.overtakes]
            going = [row for row in turn if row not in barred]
            unknown = [row for row in going if not (row.address or addresses.get(row.position))]
            sending = [row for row in going if row not in unknown]
            items = [outgoing(row, row.address or addresses[row.position]) for row in sending]
            receipts = list(await self._senders[channel].send(items)) if items else []
            pairs = [*zip(sending, receipts, strict=True), *((row, _nowhere(row)) for row in unknown)]
            failed |= {row.lane for row, receipt in pairs if receipt.verdict in (Verdict.RETRY, Verdict.REFUSED)}
            await self._settle(pairs, barred)

    async def _settle(self, pairs: Sequence[tuple[LeasedRow, Receipt]], barred: Sequence[LeasedRow]) -> None:
        now = self._now()
        settlements = [self._settled(row, receipt, now) for row, receipt in pairs]
        ledger = [_delivery(row, receipt, s, now) for (row, receipt), s in zip(pairs, settlements, strict=True)]
        settlements += [row.settled("retry", "waits for its lane", now) for row in barred]
        async with self._store.transaction() as tx:
            await tx.settle(self._owner, settlements, now)
            await tx.append(ledger, ())
        for (row, receipt), settlement in zip(pairs, settlements, strict=False):
            if settlement.outcome == "dead":
                await self._on_dead(row.row, receipt)

    def _settled(self, row: LeasedRow, receipt: Receipt, now: datetime) -> Settlement:
        match receipt.verdict:
            case Verdict.SENT:
                return row.settled("sent", receipt.detail)
            case Verdict.REFUSED:
                return row.settled("dead", receipt.detail)
            case Verdict.IN_DOUBT:
                return row.settled("in_doubt", receipt.detail)
            case Verdict.RETRY:
                wait = self._retry.wait(row.attempts)
                if wait is None:
                    return row.settled("parked", receipt.detail)
                return row.settled("retry", receipt.detail, now + wait)

    async def _rest(self, event: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass


def _rounds(rows: Sequence[LeasedRow]) -> list[list[LeasedRow]]:
    """The rows in rounds: each holds at most one row of a lane, and the rounds keep the order of every lane."""
    rounds: list[list[LeasedRow]] = []
    seen: dict[str, int] = {}
    for row in rows:
        place = seen.get(row.lane, 0)
        seen[row.lane] = place + 1
        if place == len(rounds):
            rounds.append([])
        rounds[place].append(row)
    return rounds


def outgoing(row: LeasedRow, address: str) -> Outgoing:
    """A row as a sender gets it."""
    role = person = None
    if row.row.destination.startswith("mail/"):
        _, role, person = whom(row.row.destination)
    return Outgoing(
        row=row.row.id,
        message=row.row.message_id,
        type=row.row.type,
        subject=row.row.subject,
        time=row.row.at,
        key=row.row.aggregateid,
        address=address,
        body=row.row.payload,
        trace=row.row.trace,
        role=role,
        person=person,
        overtakes=row.overtakes,
    )


def _nowhere(row: LeasedRow) -> Receipt:
    return Receipt(
        row.row.id, Verdict.REFUSED, "no address: add the role's mailbox to the directory and release the lane"
    )


def _delivery(row: LeasedRow, receipt: Receipt, settlement: Settlement, now: datetime) -> LedgerRow:
    """The ledger's line about an attempt."""
    outcome: Outcome = settlement.outcome
    entry = {
        "outbox": row.row.id,
        "message": row.row.message_id,
        "destination": row.row.destination,
        "attempt": row.attempts,
        "outcome": outcome,
        "detail": receipt.detail,
    }
    key = derived_id("delivery", row.row.id, str(row.attempts), str(row.fence), outcome)
    return LedgerRow(key, now, "delivery", row.row.authority, row.row.subject, row.row.message_id, entry)
