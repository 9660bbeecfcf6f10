"""What is published while a hub is tortured: the stream at its rate, and whatever a fault adds. Notes where each record
came to lie."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

from consumers.clients import open_client
from homeward.torture.poisons import poisons
from homeward.torture.raw_batches import batch, publish
from homeward.torture.shifted_clock import ShiftedClock
from homeward.torture.stream import MADE_UP_FORCE, Published, Stream
from schemas.topics import police_notifications

RecordPlace = tuple[str, int, int]
_TRY_MS, _PAUSE = 5_000, 0.2


class Feed:
    """Of one stream. `rate`: records in a second."""

    def __init__(self, stream: Stream, bootstrap: str, rate: float, clock: ShiftedClock) -> None:
        self.stream, self._bootstrap, self._rate, self._clock = stream, bootstrap, rate, clock
        self.published: list[tuple[RecordPlace, Published]] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._flows, self._poisoned = asyncio.Event(), 0

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        """The stream flows until the end of the block; then everything has arrived."""
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap, acks="all", enable_idempotence=True, request_timeout_ms=120_000
        )
        self._flows.set()
        async with open_client(self._producer.start(), self._producer.stop):
            flow = asyncio.create_task(self._flow())
            try:
                yield
            finally:
                flow.cancel()
                await asyncio.gather(flow, return_exceptions=True)
                await self.settled()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Nothing is published until the end of the block, and everything before has arrived."""
        self._flows.clear()
        await self.settled()
        try:
            yield
        finally:
            self._flows.set()

    async def settled(self) -> None:
        """Returns when everything has arrived."""
        await asyncio.gather(*self._sending)

    async def _flow(self) -> None:
        while True:
            await self._flows.wait()
            self.publish([self.stream.next(self._clock.now())])
            await asyncio.sleep(1 / self._rate)

    def publish(self, records: Iterable[Published]) -> None:
        """Sends them in this order."""
        task = asyncio.create_task(self._send([*records]))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, records: list[Published]) -> None:
        for record, sent in [
            (record, await self._producer.send(record.topic, record.value, key=record.key)) for record in records
        ]:
            at = await sent
            self.published.append(((at.topic, at.partition, at.offset), record))

    async def probe(self) -> tuple[str, float]:
        """Publishes a report of now, however long Kafka takes; returns its incident and when Kafka had it (monotonic
        seconds)."""
        record, incident = self.stream.probe(self._clock.now())
        while True:
            producer = AIOKafkaProducer(bootstrap_servers=self._bootstrap, acks="all", request_timeout_ms=_TRY_MS)
            with suppress(KafkaError):
                async with open_client(producer.start(), producer.stop):
                    at = await producer.send_and_wait(record.topic, record.value, key=record.key)
                    self.published.append(((at.topic, at.partition, at.offset), record))
                    return incident, time.monotonic()
            await asyncio.sleep(_PAUSE)

    async def poison(self) -> None:
        """Publishes one record of each kind that once stopped a hub, past every check of a client."""
        self._poisoned += 1
        topic = police_notifications(MADE_UP_FORCE)
        bad = poisons(MADE_UP_FORCE, f"{self.stream.seed}-{self._poisoned}-")
        batches = [batch([record], codec) for _, record, codec, _ in bad]
        for offset in await publish(self._bootstrap, topic, *batches):
            self.published.append(((topic, 0, offset), Published(topic, b"", b"", None)))
