"""A claimed batch out to a sender, one way or the other: what machines read is handed over as a whole and settled as a
whole; what people read goes letter by letter, with a look at the lease before each and a settlement after each.

No transaction is open while something is being sent, and no row passes an earlier one of its lane that failed.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from opentelemetry.trace import SpanKind

from outbox import measures
from outbox.circuits import Circuits
from outbox.relay_rows import Addressed, letters, nowhere, outgoing
from outbox.relay_settling import Pair, SettleAsTheyGo, Settler
from outbox.retry import Retry
from schemas.delivery import Outgoing, Receipt, Sender, Verdict, behind
from schemas.tracing import inner_span, link, root_span
from store import LeasedRow

log = logging.getLogger(__name__)

_PASSING = (Verdict.SENT, Verdict.IN_DOUBT)
"""After these the next row of the lane may go."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a channel is sent to. `most`: rows in one claim at most. `hands`: so many letters are under way at once, each
    settled before the next; None: a whole batch is, for a sender that stops a lane behind what it could not send. What
    is under way when a process dies may arrive twice. `claims`: so many batches of a backlog are under way at once.
    `apart`: seconds between two looks for what has been promised, at least; the first is at once."""

    retry: Retry = field(default_factory=Retry)
    most: int | None = None
    hands: int | None = None
    claims: int = 1
    apart: float = 0.0


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Sends for one channel. `stands` says whether the lease of what was claimed still stands."""

    channel: str
    sender: Sender
    manner: Manner
    circuits: Circuits
    settler: Settler
    stands: Callable[[], bool]
    stopping: asyncio.Event

    async def send(
        self,
        owner: str,
        rows: Sequence[Addressed],
        torn: Sequence[LeasedRow] = (),
        others: SettleAsTheyGo | None = None,
    ) -> Counter[str]:
        """Sends claimed rows and settles them; returns how many came to which end. `torn` were claimed too, but may not
        be the whole of their letter: they are put back untried. `others`: where all have left they may be settled
        together with those."""
        if not rows:
            return await self.settler.settle(owner, (), torn, self.manner.retry) if torn else Counter()
        began = asyncio.get_running_loop().time()
        with root_span("deliver", rows=len(rows)):
            if self.manner.hands is None:
                ends = await self._all_at_once(owner, rows, torn, others)
            else:
                ends = await self._letter_by_letter(owner, rows, torn)
        passed = round((asyncio.get_running_loop().time() - began) * 1000)
        if ends.total() > ends["untried"]:
            log.info("Sent a batch", extra={"channel": self.channel, **ends, "milliseconds": passed})
        return ends

    async def _all_at_once(
        self, owner: str, rows: Sequence[Addressed], torn: Sequence[LeasedRow], others: SettleAsTheyGo | None
    ) -> Counter[str]:
        if not self.stands():
            return await self.settler.settle(owner, (), [*torn, *(row for row, _ in rows)], self.manner.retry)
        pairs: list[Pair] = []
        untried, failed = [*torn], set[str]()
        for row, receipt in await self._sent(rows):
            if row.lane in failed:
                untried.append(row)
                continue
            pairs.append((row, receipt))
            if receipt.verdict not in _PASSING:
                failed.add(row.lane)
        if others and all(receipt.verdict is Verdict.SENT for _, receipt in pairs):
            await others.settle(pairs)
            return Counter(accepted=len(pairs))
        return await self.settler.settle(owner, pairs, untried, self.manner.retry)

    async def _letter_by_letter(self, owner: str, rows: Sequence[Addressed], torn: Sequence[LeasedRow]) -> Counter[str]:
        ahead = _Ahead(letters(rows))
        going = SettleAsTheyGo(self.settler, owner, self.manner.retry)
        hands = min(self.circuits.allowed(self.manner.hands or 1), len(ahead.letters))
        await _together([asyncio.create_task(self._hand(ahead, going)) for _ in range(hands)], ahead)
        left = [*torn, *(row for letter in ahead.letters for row, _ in letter)]
        return going.ends + await self.settler.settle(owner, (), left, self.manner.retry)

    async def _hand(self, ahead: "_Ahead", going: SettleAsTheyGo) -> None:
        """Takes one letter after the other; leaves what comes behind a row that failed."""
        while self.stands() and not self.stopping.is_set() and self.circuits.allowed(1):
            letter = ahead.take()
            if not letter:
                break
            sent = await self._sent(letter)
            await going.settle(sent)
            failed = {row.lane for row, receipt in sent if receipt.verdict not in _PASSING}
            ahead.free({row.lane for row, _ in letter} - failed)

    async def _sent(self, rows: Sequence[Addressed]) -> list[Pair]:
        """The rows with their receipts, of which the circuits hear."""
        receipts = await self._receipts([outgoing(row, address, self.stands) for row, address in rows if address])
        pairs = [(row, receipts.get(row.row.id) or nowhere(row)) for row, _ in rows]
        for (_, address), (_, receipt) in zip(rows, pairs, strict=True):
            self.circuits.heard(address or "", receipt)
        measures.count_attempts(self.channel, (receipt for _, receipt in pairs))
        return pairs

    async def _receipts(self, items: Sequence[Outgoing]) -> dict[str, Receipt]:
        """A receipt for each item, also from a sender that breaks its word and raises: the item at fault is then found
        by sending one by one, so that it holds up its own lane only."""
        if not items:
            return {}
        try:
            with inner_span(f"send {self.channel}", SpanKind.PRODUCER, messages=len(items)) as sending:
                link(sending, (item.trace for item in items))
                receipts = await self.sender.send(items)
            return {item.row: receipt for item, receipt in zip(items, receipts, strict=True)}
        except Exception as error:
            log.exception("Sender failed unexpectedly", extra={"channel": self.channel})
            if len(items) == 1:
                failed = f"Sender failed unexpectedly ({type(error).__name__})"
                return {items[0].row: Receipt(items[0].row, Verdict.RETRY, failed)}
        alone: dict[str, Receipt] = {}
        held_up = set[tuple[str, str]]()
        for item in items:
            lane = item.key, item.address
            alone |= {item.row: behind(item)} if lane in held_up else await self._receipts([item])
            if alone[item.row].verdict not in _PASSING:
                held_up.add(lane)
        return alone


@dataclass(slots=True)
class _Ahead:
    """The letters of a batch that are left, in their order."""

    letters: list[list[Addressed]]
    stopped: bool = False
    _held: set[str] = field(default_factory=set)
    """Lanes of which a row is under way or has failed."""

    def take(self) -> list[Addressed]:
        """The first letter that is behind nothing under way, failed or left; empty if there is none."""
        barred = {*self._held}
        for place, letter in enumerate(() if self.stopped else self.letters):
            lanes = {row.lane for row, _ in letter}
            if barred.isdisjoint(lanes):
                self._held |= lanes
                return self.letters.pop(place)
            barred |= lanes
        return []

    def free(self, lanes: set[str]) -> None:
        """Nothing of these lanes is under way any more."""
        self._held -= lanes


async def _together(tasks: Sequence[asyncio.Task[None]], ahead: _Ahead) -> None:
    """Waits for all. Where one fails no more work is taken, what is under way ends, and then its fault is raised."""
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        ahead.stopped = True
        await asyncio.wait(tasks)
    finally:
        for task in tasks:
            task.cancel()
    for task in tasks:
        task.result()
