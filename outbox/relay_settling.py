"""What became of sent rows, back into the store and the ledger, and a line in the log about each that will not arrive
by itself. Who hears of that is decided elsewhere (`intake.undelivered`), from what stands in the store.

A receipt is not forgotten while its relay lives: where the database is away, settling waits for it.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial

from outbox.relay_rows import ledger_lines, settled
from outbox.retry import Retry
from schemas.delivery import Receipt
from store import LeasedRow, Settlement, Store
from store.errors import StoreUnavailableError
from store.rows import CANARY
from store.trouble import Waiting

log = logging.getLogger(__name__)

_GIVEN_UP = ("failed", "parked")
_AGAIN = ("retrying", "untried")
_ENDED = "Withdrawn before it left: what it asked or warned of is over"
Pair = tuple[LeasedRow, Receipt]


class Settler:
    """Settles for one relay. `pause`: seconds until the database is tried again; `stopping`: the relay is to end;
    `database` tells of a database that is waited for; `trouble` is set when a row has come to an end that a person
    must hear of."""

    def __init__(
        self, store: Store, now: Callable[[], datetime], stopping: asyncio.Event, pause: float, database: Waiting
    ) -> None:
        self._store, self._now, self._database = store, now, database
        self._stopping, self._pause = stopping, pause
        self.trouble = asyncio.Event()

    async def settle(
        self, owner: str, pairs: Sequence[Pair], untried: Sequence[LeasedRow], retry: Retry
    ) -> Counter[str]:
        """Returns how many came to which end, when all of it is kept; `untried` are put back. Rows whose shard has
        passed to another relay are left to that one. Raises StoreUnavailableError only while the relay stops."""
        now = self._now()
        told = [(row, settled(row, receipt, retry, now)) for row, receipt in pairs]
        told += [(row, row.settled("untried")) for row in untried]
        await self._patiently(partial(self._keep, owner, told, now))
        for row, settlement in told:
            if settlement.outcome in _GIVEN_UP:
                _say(row, settlement)
        ends = Counter[str](settlement.outcome for _, settlement in told)
        if any(ends[state] for state in (*_GIVEN_UP, "in_doubt")):
            self.trouble.set()
        return ends

    async def withdraw(self, owner: str, rows: Sequence[LeasedRow]) -> None:
        """Keeps of leased rows that they do not leave any more."""
        told = [(row, row.settled("withdrawn", _ENDED)) for row in rows]
        await self._patiently(partial(self._keep, owner, told, self._now()))

    async def _keep(self, owner: str, told: Sequence[tuple[LeasedRow, Settlement]], now: datetime) -> None:
        if not told:
            return
        # What failed for now is told by its first try; every further one would only repeat it.
        # A canary of the hub's own is about nobody, and leaves no line.
        ended = [
            (row, settlement)
            for row, settlement in told
            if row.row.type != CANARY and (settlement.outcome not in _AGAIN or _first_failure(row, settlement))
        ]
        # None counts where an earlier try was kept although its answer was lost: then the ledger has its lines.
        await self._store.settle(owner, [settlement for _, settlement in told], now, ledger_lines(ended, now))

    async def _patiently(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                with self._database.for_part("settling"):
                    return await work()
            except StoreUnavailableError:
                if self._stopping.is_set():
                    raise
                await rest(self._stopping, self._pause)


class NotSettledError(Exception):
    """What was to be kept together with others could not be."""


class SettleAsTheyGo:
    """Settles one letter after the other for several hands at once: whatever has come in while the last transaction ran
    is kept by the next. A hand goes on when its own letter is kept: no more letters than hands are ever unsettled.
    `linger`: seconds that a letter waits for others."""

    def __init__(self, settler: Settler, owner: str, retry: Retry, linger: float = 0.0) -> None:
        self._settler, self.owner, self._retry, self._linger = settler, owner, retry, linger
        self._pending: list[Sequence[Pair]] = []
        self._unkept: list[tuple[Sequence[Pair], Exception]] = []
        self._turn = asyncio.Lock()
        self.ends = Counter[str]()

    async def settle(self, letter: Sequence[Pair]) -> None:
        """Returns when it is kept. Raises what settling raises, or NotSettledError where another hand has met that."""
        self._pending.append(letter)
        async with self._turn:
            if any(each is letter for each in self._pending):
                await asyncio.sleep(self._linger)  # also without: for hands whose letters came back at the same moment
                letters, self._pending = self._pending, []
                try:
                    pairs = [pair for each in letters for pair in each]
                    self.ends += await self._settler.settle(self.owner, pairs, (), self._retry)
                except BaseException as error:
                    fault = error if isinstance(error, StoreUnavailableError) else NotSettledError(repr(error))
                    self._unkept += [(each, fault) for each in letters if each is not letter]
                    raise
            for each in [each for each in self._unkept if each[0] is letter]:
                self._unkept.remove(each)
                raise each[1]


def _first_failure(row: LeasedRow, settlement: Settlement) -> bool:
    return settlement.outcome == "retrying" and row.attempts == 1


def _say(row: LeasedRow, settlement: Settlement) -> None:
    what = {"outbox": row.row.id, "type": row.row.type, "state": settlement.outcome, "cause": settlement.detail}
    log.error("Could not deliver a message: it waits for a person", extra=what)


async def rest(event: asyncio.Event, seconds: float) -> None:
    """Waits for the event, so many seconds at most."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
