"""A poll: the records of the next batch, from a consumer of aiokafka.

aiokafka asks a broker for more only when all that it had from it is taken. While a batch is worked on that is what came
first, often a single record; what came later is still with the broker, and would have to wait for another whole batch.
So a poll after a batch that took its time asks twice: what is there, and what the broker has kept meanwhile."""

import asyncio
import logging
import time
from collections.abc import Callable
from itertools import chain
from typing import Any

log = logging.getLogger(__name__)

_SHARE = 0.25
"""Of the time that the last batch took, that a poll waits for what the broker has kept."""
_AT_MOST = 0.01
"""Seconds that it waits so."""
_GIVEN_UP = 0.1
"""Seconds after which what has been read is worked on, whatever the client is busy with: the members of its group may
be sharing out anew."""


class Poll:
    """Polls one consumer after the other for `most` records; waits for `timeout_ms` while nothing comes. `monotonic` is
    a clock in seconds."""

    def __init__(self, most: int, timeout_ms: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most, self._timeout, self._monotonic = most, timeout_ms, monotonic
        self._returned_at = monotonic()

    async def __call__(self, consumer: Any) -> tuple[Any, ...]:
        """The records, each partition's in their order; none where none came. Raises KafkaError, with nothing read."""
        wait = round(1000 * min((self._monotonic() - self._returned_at) * _SHARE, _AT_MOST))
        records = await _next(consumer, self._most, 0)
        if not records:
            records = await _next(consumer, self._most, self._timeout)
        elif wait and len(records) < self._most:
            records += await _kept_meanwhile(consumer, self._most - len(records), wait)
        self._returned_at = self._monotonic()
        return tuple(records)


async def _kept_meanwhile(consumer: Any, most: int, wait: int) -> list[Any]:
    """Whatever comes of it, what has been read before is worked on: the consumer does not give it out again."""
    try:
        async with asyncio.timeout(_GIVEN_UP):
            return await _next(consumer, most, wait)
    except Exception as error:  # one that lasts comes again with the next poll, and is told of then
        log.debug("Could not ask for more records", extra={"cause": type(error).__name__})
        return []


async def _next(consumer: Any, most: int, timeout_ms: int) -> list[Any]:
    return [*chain(*(await consumer.getmany(timeout_ms=timeout_ms, max_records=most)).values())]
