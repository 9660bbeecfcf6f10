"""A poll: the records of the next batch, from a consumer of aiokafka.

aiokafka asks a broker for more only when all that it had from it is taken. While a batch is worked on that is what came
first, often a single record; what came later is still with the broker, and would have to wait for another whole batch.
So a poll after a batch that took its time asks twice: for what is there, and for what the broker has kept meanwhile.

A batch is of one assignment of partitions. What is called off in the middle is rewound by the partitions that its
records are of, and one that has gone to another member would end that for all of them.
"""

import time
from collections.abc import Callable
from itertools import chain
from typing import Any

from consumers.progress import assigned, until_fetched

_SHARE = 0.25
"""Of the time that the last batch took, that a poll waits for what the broker has kept."""
_AT_LEAST, _AT_MOST = 0.002, 0.01
"""Seconds that it waits so: for less it does not ask again."""


class Poll:
    """Polls for `most` records at most; waits for `timeout_ms` while nothing comes. `monotonic` is a clock in
    seconds."""

    def __init__(self, most: int, timeout_ms: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most, self._timeout, self._monotonic = most, timeout_ms, monotonic
        self._returned_at = monotonic()
        self._fault: Exception | None = None  # met when something had been read: raised by the next poll

    async def __call__(self, consumer: Any) -> tuple[Any, ...]:
        """The records, each partition's in their order; none where none came. Raises what the client raises, where no
        position has moved."""
        fault, self._fault = self._fault, None
        if fault:
            raise fault
        wait = min((self._monotonic() - self._returned_at) * _SHARE, _AT_MOST)
        records = await _next(consumer, self._most, 0)
        if not records:
            records = await _next(consumer, self._most, self._timeout)
        elif wait >= _AT_LEAST and len(records) < self._most:
            records += await self._kept_meanwhile(consumer, self._most - len(records), wait)
        self._returned_at = self._monotonic()
        return tuple(records)

    async def _kept_meanwhile(self, consumer: Any, most: int, wait: float) -> list[Any]:
        """Whatever comes of it, what has been read before is worked on: the consumer does not give it out again."""
        before = assigned(consumer)
        await until_fetched(consumer, wait)
        if before is None or assigned(consumer) is not before:
            return []
        try:
            return await _next(consumer, most, 0)
        except Exception as error:
            self._fault = error
            return []


async def _next(consumer: Any, most: int, timeout_ms: int) -> list[Any]:
    return [*chain(*(await consumer.getmany(timeout_ms=timeout_ms, max_records=most)).values())]
