"""Finding the record that spoils a batch, and setting it aside alone: its neighbours are taken in, in their order.

A batch that fails is halved until what fails is one record. What is the database's own trouble isolates nothing: it is
waited for. Only where the database answers, and the same batch comes to grief again and again, is a record to blame.
"""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from intake.records import Parsed, Read, Rejected
from intake.rejecting import failed
from intake.step import Step
from store import Store
from store.errors import StoreCrowdedError, StoreForbiddenError, StoreUnavailableError, StoreUnpreparedError

log = logging.getLogger(__name__)
Transact = Callable[[Sequence[Read], datetime], Awaitable[Step]]

_PATIENCE = 3  # times that a batch may fail on a database that answers
_REMEMBERED = 1000


class Isolation:
    """Takes batches in by `transact`, which keeps all of a batch or nothing of it."""

    def __init__(self, store: Store, transact: Transact) -> None:
        self._store, self._transact = store, transact
        self._failed: OrderedDict[str, int] = OrderedDict()  # by the first record of a batch

    async def take(self, batch: Sequence[Read], now: datetime) -> list[Step]:
        """Takes in what can be taken in, sets aside what cannot; returns a step for each transaction that was kept.
        Raises StoreUnavailableError where the database is to be waited for: some of the batch may have been taken then,
        and all of it may be given again."""
        try:
            steps = [await self._transact(batch, now)]
        except (StoreForbiddenError, StoreUnpreparedError):
            raise
        except StoreUnavailableError as error:
            if not await self._is_to_blame(batch, error):
                raise
            steps = await self._divide(batch, error, now)
        except Exception as error:
            steps = await self._divide(batch, error, now)
        if self._failed:
            self._failed.pop(batch[0].raw.place, None)
        return steps

    async def _is_to_blame(self, batch: Sequence[Read], error: StoreUnavailableError) -> bool:
        if isinstance(error, StoreCrowdedError) and len(batch) > 1:
            return True
        place = batch[0].raw.place
        times = self._failed.pop(place, 0) + 1
        self._failed[place] = times
        while len(self._failed) > _REMEMBERED:
            self._failed.popitem(last=False)
        return times >= _PATIENCE and await self._store.answers()

    async def _divide(self, batch: Sequence[Read], error: Exception, now: datetime) -> list[Step]:
        """What is known to hold a record that fails, half by half. One that fails is tried once more alone: two hubs
        may have been in each other's way."""
        steps: list[Step] = []
        middle = len(batch) // 2
        for part in (batch[:middle], batch[middle:]) if middle else (batch,):
            try:
                steps.append(await self._transact(part, now))
                continue
            except (StoreForbiddenError, StoreUnpreparedError):
                raise
            except StoreUnavailableError as fault:
                if not isinstance(fault, StoreCrowdedError) and not await self._store.answers():
                    raise
                error = fault
            except Exception as fault:
                error = fault
            if middle:
                steps += await self._divide(part, error, now)
            else:
                steps.append(await self._set_aside(part[0], error, now))
        return steps

    async def _set_aside(self, read: Read, error: Exception, now: datetime) -> Step:
        """Into quarantine with its bytes, so that it can be replayed after a fix; where not even that can be kept, with
        its place alone, at which Kafka still has it."""
        raw = read.raw
        log.error("Could not process a record: moving it to quarantine", exc_info=error, extra={"record": raw.place})
        try:
            return await self._transact([_known_as(read, failed(raw, error))], now)
        except StoreUnavailableError:
            raise
        except Exception as fault:
            log.error(
                "Could not keep the record's bytes: keeping only its place", exc_info=fault, extra={"record": raw.place}
            )
            bare = replace(raw, key=None, headers=(), value=None)
            more = f". Its bytes could not be kept ({type(fault).__name__}): they are in Kafka at its offset"
            return await self._transact([_known_as(read, failed(bare, error, more))], now)


def _known_as(read: Read, aside: Rejected) -> Rejected:
    """The record that was set aside, by the name that it has when it is read again."""
    return replace(aside, name=read.key, content=read.content) if isinstance(read, Parsed) else aside
