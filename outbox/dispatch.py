"""A claimed batch out to a sender, one way or the other: what machines read is pipelined in rounds and settled at once;
what people read goes row by row, with a look at the lease before each and a settlement after each.

No transaction is open while something is being sent, and no row passes an earlier one of its lane that failed.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from outbox.circuits import Circuits
from outbox.relay_rows import nowhere, outgoing, rounds
from outbox.relay_settling import SettleAsTheyGo, Settler
from outbox.retry import Retry
from schemas.delivery import Outgoing, Receipt, Sender, Verdict
from store import LeasedRow

log = logging.getLogger(__name__)

Addressed = tuple[LeasedRow, str | None]
_PASSING = (Verdict.SENT, Verdict.IN_DOUBT)
"""After these the next row of the lane may go."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a channel is sent to. `most`: rows in one claim at most. `hands`: so many rows are under way at once, each
    settled before the next; None: a whole batch is. What is under way when a process dies may arrive twice."""

    retry: Retry = field(default_factory=Retry)
    most: int | None = None
    hands: int | None = None


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

    async def send(self, owner: str, rows: Sequence[Addressed]) -> Counter[str]:
        """Sends claimed rows and settles them; returns how many came to which end."""
        if not rows:
            return Counter()
        began = asyncio.get_running_loop().time()
        way = self._in_rounds if self.manner.hands is None else self._row_by_row
        ends = await way(owner, rows)
        passed = round((asyncio.get_running_loop().time() - began) * 1000)
        if ends.total() > ends["untried"]:
            log.info("Sent a batch", extra={"channel": self.channel, **ends, "milliseconds": passed})
        return ends

    async def _in_rounds(self, owner: str, rows: Sequence[Addressed]) -> Counter[str]:
        failed: set[str] = set()
        pairs: list[tuple[LeasedRow, Receipt]] = []
        untried: list[LeasedRow] = []
        addresses = {row.position: address for row, address in rows}
        for turn in rounds([row for row, _ in rows]):
            barred = [row for row in turn if row.lane in failed or not self.stands()]
            going = [row for row in turn if row not in barred]
            untried += barred
            items = [outgoing(row, address) for row in going if (address := addresses[row.position])]
            receipts = await self._receipts(items)
            sent = [(row, receipts.get(row.row.id) or nowhere(row)) for row in going]
            failed |= {row.lane for row, receipt in sent if receipt.verdict not in _PASSING}
            for row, receipt in sent:
                self.circuits.heard(addresses[row.position] or "", receipt)
            pairs += sent
        return await self.settler.settle(owner, pairs, untried, self.manner.retry)

    async def _row_by_row(self, owner: str, rows: Sequence[Addressed]) -> Counter[str]:
        lanes: dict[str, deque[Addressed]] = {}
        for row, address in rows:
            lanes.setdefault(row.lane, deque()).append((row, address))
        free = deque(lanes)
        going = SettleAsTheyGo(self.settler, owner, self.manner.retry)
        hands = min(self.manner.hands or 1, len(lanes))
        await _together([asyncio.create_task(self._hand(lanes, free, going)) for _ in range(hands)], free)
        left = [row for lane in lanes.values() for row, _ in lane]
        return going.ends + await self.settler.settle(owner, (), left, self.manner.retry)

    async def _hand(self, lanes: dict[str, deque[Addressed]], free: deque[str], going: SettleAsTheyGo) -> None:
        """Takes one lane after the other, a row at a time; leaves the rest of one whose row failed."""
        while free and self.stands() and not self.stopping.is_set() and self.circuits.allowed(1):
            lane = free.popleft()
            row, address = lanes[lane].popleft()
            receipt = nowhere(row)
            if address:
                receipt = (await self._receipts([outgoing(row, address)]))[row.row.id]
                self.circuits.heard(address, receipt)
            await going.settle((row, receipt))
            if receipt.verdict in _PASSING and lanes[lane]:
                free.append(lane)

    async def _receipts(self, items: Sequence[Outgoing]) -> dict[str, Receipt]:
        """A receipt for each item, also from a sender that breaks its word and raises: the item at fault is then found
        by sending one by one, so that it holds up its own lane only."""
        if not items:
            return {}
        try:
            receipts = await self.sender.send(items)
            return {item.row: receipt for item, receipt in zip(items, receipts, strict=True)}
        except Exception as error:
            log.exception("Sender failed unexpectedly", extra={"channel": self.channel})
            if len(items) == 1:
                failed = f"Sender failed unexpectedly ({type(error).__name__})"
                return {items[0].row: Receipt(items[0].row, Verdict.RETRY, failed)}
        alone = [await self._receipts([item]) for item in items]
        return {row: receipt for each in alone for row, receipt in each.items()}


async def _together(tasks: Sequence[asyncio.Task[None]], work: deque[str]) -> None:
    """Waits for all. Where one fails no more work is taken, what is under way ends, and then its fault is raised."""
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        work.clear()
        await asyncio.wait(tasks)
    finally:
        for task in tasks:
            task.cancel()
    for task in tasks:
        task.result()
