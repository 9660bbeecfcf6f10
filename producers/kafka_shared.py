"""One producer that several batches use at once, and how it comes to its end: at once, so that nothing of it can leave
any more, or when its last user is done with it. What a fault means is told elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from typing import TypeVar

from producers.kafka_faults import TOO_LARGE
from producers.kafka_link import Link, Record

T = TypeVar("T")


class UnansweredError(Exception):
    """Whether Kafka has a record batch is not known. Its producer has been given up: where it has not arrived yet, it
    never will."""


class SharedLink:
    """A link that has started. `is_spoilt`: it met a fault and is to be given nothing new.

    A failed record batch leaves a gap in the sequence numbers of its partition. After it aiokafka's idempotent producer
    is refused there for ever; or, where it was the first that the broker would have had of that producer, the next one
    is taken as if nothing were missing. So the order of a lane cannot rest on the broker: a record batch is put behind
    another only when that one is confirmed, and after a fault through another producer.
    """

    def __init__(self, link: Link) -> None:
        self.link = link
        self.is_spoilt = False
        self._users = 0
        self._ending: asyncio.Task[None] | None = None
        self._given_up = asyncio.get_running_loop().create_future()

    @asynccontextmanager
    async def in_use(self) -> AsyncIterator["SharedLink"]:
        """For as long as something of a user may be under way in it."""
        self._users += 1
        try:
            yield self
        finally:
            self._users -= 1
            if self.is_spoilt and not self._users:
                await self.give_up()

    async def give_up(self) -> None:
        """Once this returns nothing that is unconfirmed leaves any more, and nobody waits for it."""
        self.is_spoilt = True
        if self._ending is None:
            self._given_up.set_result(None)
            self._ending = asyncio.create_task(self.link.abandon())
        await asyncio.shield(self._ending)

    async def put(
        self, topic: str, partition: int, records: Iterable[Record], within: float
    ) -> tuple[int, BaseException | None]:
        """Hands over one record batch, and waits for its confirmation so many seconds. Returns how many records it
        held, none where it could not be handed over, and what befell it: all of them have arrived, or none will."""
        count = 0
        try:
            count, confirmation = await self._answered(self.link.put(topic, partition, records), None)
            await self._answered(confirmation, within)
        except UnansweredError as fault:
            await self.give_up()
            return count, fault
        except Exception as fault:
            self.is_spoilt = count > 0 or not isinstance(fault, TOO_LARGE)
            return count, fault
        return count, None

    async def _answered(self, asked: Awaitable[T], within: float | None) -> T:
        """What is awaited, unless that takes too long or somebody gives the producer up."""
        answer = asyncio.ensure_future(asked)
        await asyncio.wait([answer, self._given_up], timeout=within, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            raise UnansweredError
        return answer.result()
