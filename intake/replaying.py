"""Records out of quarantine, read again because somebody asked for it: many in a transaction, and one by one where one
of them spoils it. Each counts as received when it first came; what was told since is newer, and stands."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from intake.early import EarlyWordError, note_spoilt
from intake.records import Parsed, RawRecord, Read, Rejected
from intake.rejecting import failed
from intake.step import Step
from store import Store, Transaction
from store.errors import StoreCrowdedError, StoreUnavailableError
from store.rows import QuarantineRow

log = logging.getLogger(__name__)
_AT_ONCE = 100
_TRIES = 2  # to take a record in, and to set it aside
ReadOne = Callable[[RawRecord, datetime], Read]
TellOfOne = Callable[[Rejected], Awaitable[None]]
Work = Callable[[Transaction, Sequence[Read], datetime, Mapping[str, Exception]], Awaitable[Step]]


class Replays:
    """What `work` does of a transaction, for records that were asked for. `read` says what a record holds, given the
    instant of its receipt; `tell` tells a person of one that cannot be set aside by `work`; `kept` is called with what
    each transaction has kept."""

    def __init__(
        self,
        store: Store,
        read: ReadOne,
        work: Work,
        tell: TellOfOne,
        now: Callable[[], datetime],
        kept: Callable[[Step], None],
    ) -> None:
        self._store, self._read, self._work, self._tell, self._now = store, read, work, tell, now
        self._kept = kept

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
        """One that fails is set aside as it would be on arrival; where that fails too, it is only put back, so that no
        other waits for it."""
        count, faults, spoilt = 0, dict[str, list[Exception]](), dict[str, Exception]()
        while count < most:
            chosen: list[QuarantineRow] = []
            try:
                if not await self._taken(1, faults, spoilt, chosen):
                    break
            except Exception as error:
                if isinstance(error, StoreUnavailableError) and not isinstance(error, StoreCrowdedError):
                    raise
                if isinstance(error, EarlyWordError) and error.row not in spoilt:
                    note_spoilt(error, spoilt)
                elif not chosen or len(faults.setdefault(chosen[0].id, [])) == _TRIES:
                    raise
                else:
                    faults[chosen[0].id].append(error)
                    if len(faults[chosen[0].id]) == _TRIES:
                        await self._say_so(chosen[0], *faults[chosen[0].id])
            else:
                count += 1
        return count

    async def _say_so(self, row: QuarantineRow, first: Exception, second: Exception) -> None:
        """A person hears of a record before it is put back; where that fails too, the log and quarantine show it."""
        named = {"quarantine": row.id}
        log.error("Could not set aside a replayed record: putting it back", exc_info=second, extra=named)
        try:
            await self._tell(failed(_raw(row), first))
        except StoreUnavailableError:
            raise
        except Exception:
            log.exception("Could not tell anybody of a replayed record", extra=named)

    async def _taken(
        self,
        most: int,
        faults: Mapping[str, Sequence[Exception]],
        spoilt: Mapping[str, Exception],
        chosen: list[QuarantineRow] | None = None,
    ) -> int:
        """One transaction; `chosen` is told which records it is about, also where it fails."""
        now = self._now()
        async with self._store.transaction() as tx:
            rows = await tx.take_replays(most, now)
            if chosen is not None:
                chosen += rows
            failing = [row for row in rows if len(faults.get(row.id, ())) == _TRIES]
            await tx.quarantine([_put_back(row, faults[row.id][0]) for row in failing])
            read = [self._again(row, faults.get(row.id), now) for row in rows if row not in failing]
            step = await self._work(tx, read, now, spoilt) if read else Step()
        if rows:
            self._kept(step)
        return len(rows)

    def _again(self, row: QuarantineRow, faults: Sequence[Exception] | None, now: datetime) -> Read:
        raw = _raw(row)
        if faults:
            return failed(raw, faults[0])
        read = self._read(raw, row.at)
        if not isinstance(read, Parsed):  # its times lay ahead of its receipt, and lie behind us by now
            return self._read(raw, now)
        origin = replace(read.report.origin, replayed=True)
        return replace(read, report=replace(read.report, origin=origin))


def _raw(row: QuarantineRow) -> RawRecord:
    return RawRecord(
        row.topic, row.partition, row.offset, row.value, row.timestamp, row.key, row.headers, row.cluster,
        held=row.id, claim=row.claim,
    )  # fmt: skip


def _put_back(row: QuarantineRow, fault: Exception) -> QuarantineRow:
    """As it was taken, with its claim, and why."""
    why = failed(_raw(row), fault)
    return replace(row, reason=why.reason, detail=why.detail)


async def say_taken_already(tx: Transaction, read: Sequence[Read], taken: Sequence[Read]) -> None:
    """What was replayed and had been received before is told so, and stands in quarantine with that."""
    fresh = {each.raw.held for each in taken}
    known = [each.raw.held for each in read if each.raw.held and each.raw.held not in fresh]
    await tx.taken_already(known)
    for held in known:
        log.info("A replayed message had been taken in already", extra={"quarantine": held})
