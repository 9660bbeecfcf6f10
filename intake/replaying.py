"""Records out of quarantine, read again because somebody asked for it: many in a transaction, and one by one where one
of them spoils it. Each counts as received when it first came; what was told since is newer, and stands."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from intake.early import EarlyWordError, note_spoilt
from intake.records import Parsed, RawRecord, Read
from intake.rejecting import failed
from intake.saying import say_step
from intake.step import Step
from store import Store, Transaction
from store.errors import StoreCrowdedError, StoreUnavailableError
from store.rows import QuarantineRow

log = logging.getLogger(__name__)
_AT_ONCE = 100
ReadOne = Callable[[RawRecord, datetime], Read]
Work = Callable[[Transaction, Sequence[Read], datetime, Mapping[str, Exception]], Awaitable[Step]]


class Replays:
    """What `work` does of a transaction, for records that were asked for. `read` says what a record holds, given the
    instant of its receipt."""

    def __init__(self, store: Store, read: ReadOne, work: Work, now: Callable[[], datetime]) -> None:
        self._store, self._read, self._work, self._now = store, read, work, now

    async def replay(self, limit: int) -> int:
        """Takes in so many at most; returns how many. What still cannot be parsed or taken in goes back into
        quarantine. Raises StoreUnavailableError."""
        count = 0
        while count < limit and (done := await self._some(min(_AT_ONCE, limit - count))):
            count += done
        return count

    async def _some(self, most: int) -> int:
        try:
            return await self._taken(most, {}, {})
        except StoreUnavailableError as error:
            if not isinstance(error, StoreCrowdedError):
                raise
        except Exception as error:
            log.info("A replay failed as a whole: one by one", extra={"cause": type(error).__name__})
        return await self._one_by_one(most)

    async def _one_by_one(self, most: int) -> int:
        count, faults, spoilt = 0, dict[str, Exception](), dict[str, Exception]()
        while count < most:
            chosen: list[str] = []
            try:
                if not await self._taken(1, faults, spoilt, chosen):
                    break
            except StoreUnavailableError:
                raise
            except EarlyWordError as error:
                note_spoilt(error, spoilt)
            except Exception as error:
                if not chosen or chosen[0] in faults:
                    raise
                faults[chosen[0]] = error
            else:
                count += 1
        return count

    async def _taken(
        self,
        most: int,
        faults: Mapping[str, Exception],
        spoilt: Mapping[str, Exception],
        chosen: list[str] | None = None,
    ) -> int:
        """One transaction; `chosen` is told which records it is about, also where it fails."""
        now = self._now()
        async with self._store.transaction() as tx:
            rows = await tx.take_replays(most, now)
            if chosen is not None:
                chosen += [row.id for row in rows]
            read = [self._again(row, faults.get(row.id), now) for row in rows]
            step = await self._work(tx, read, now, spoilt) if read else Step()
        say_step(step)
        return len(rows)

    def _again(self, row: QuarantineRow, fault: Exception | None, now: datetime) -> Read:
        raw = RawRecord(
            row.topic,
            row.partition,
            row.offset,
            row.value,
            row.timestamp,
            row.key,
            row.headers,
            row.cluster,
            held=row.id,
            claim=row.claim,
        )
        if fault is not None:
            return failed(raw, fault)
        read = self._read(raw, row.at)
        if not isinstance(read, Parsed):  # its times lay ahead of its receipt, and lie behind us by now
            return self._read(raw, now)
        origin = replace(read.report.origin, replayed=True)
        return replace(read, report=replace(read.report, origin=origin))


async def say_taken_already(tx: Transaction, read: Sequence[Read], taken: Sequence[Read]) -> None:
    """What was replayed and had been received before is told so, and stands in quarantine with that."""
    fresh = {each.raw.held for each in taken}
    known = [each.raw.held for each in read if each.raw.held and each.raw.held not in fresh]
    await tx.taken_already(known)
    for held in known:
        log.info("A replayed message had been taken in already", extra={"quarantine": held})
