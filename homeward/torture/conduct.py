"""A run: the stream flows, faults come and go on a seeded schedule, and each time it is measured how long the hub takes
to work again."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]
from aiokafka.admin import AIOKafkaAdminClient, NewTopic  # type: ignore[import-untyped]
from sqlalchemy import select

from consumers.backlog import Backlog
from consumers.clients import open_client
from homeward import clock
from homeward.torture.audit import Audit, RecordPlace, audited, is_quiet
from homeward.torture.faults import FAULTS, InjectedFault
from homeward.torture.rig import GROUP, Rig
from homeward.torture.stream import AUTHORITIES, MADE_UP_FORCE, Published, Stream
from schemas.topics import casework_outcomes, police_notifications, register_children
from store.delivery_table import deliveries
from store.errors import StoreUnavailableError
from store.tables import episode_references, outbox

_LOOK_EVERY = 0.1  # seconds
_RECOVERED_WITHIN = 180.0
_QUIET_WITHIN = 300.0
_REST = 2.0  # seconds between two faults


@dataclass(frozen=True, slots=True)
class Measured:
    """One fault. `recovery`: seconds from its end until a report that was published then had led to a message on its
    topic; None where that never came. `told`: seconds from its begin until readiness was false; None where it never
    was. `ready`: seconds from its end until it was true again."""

    fault: InjectedFault
    recovery: float | None
    told: float | None
    ready: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of a whole run."""

    seed: str
    measured: tuple[Measured, ...]
    audit: Audit
    seconds: float


class Conductor:
    """Of one rig. `notice` hears of what is under way, in words."""

    def __init__(self, rig: Rig, seed: str, rate: float, notice: Callable[[str], None]) -> None:
        self._rig, self._seed, self._rate, self._notice = rig, seed, rate, notice
        self._stream, self._random = Stream(seed), Random(seed)  # noqa: S311 - it must be repeatable
        self._published: dict[RecordPlace, Published] = {}
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self, minutes: float, faults: Sequence[InjectedFault] = FAULTS) -> Outcome:
        """Breaks what can be broken, in a seeded order and each as often as time allows, until the minutes are over;
        then waits until all is quiet, and looks."""
        began = time.monotonic()
        await self._make_topics()
        measured = list[Measured]()
        async with self._flowing():
            await self._rig.until_ready()
            for fault in self._drawn([fault for fault in faults if fault.can_be_had(self._rig)]):
                if time.monotonic() - began >= minutes * 60:
                    break
                measured.append(await self._measured(fault))
                await asyncio.sleep(_REST)
        await self._quiet()
        audit = await audited(self._rig, self._published, self._stream.back)
        return Outcome(self._seed, tuple(measured), audit, time.monotonic() - began)

    def _drawn(self, faults: list[InjectedFault]) -> list[InjectedFault]:
        """Every fault once before any comes again."""
        return [fault for _ in range(100) for fault in self._random.sample(faults, len(faults))]

    async def _make_topics(self) -> None:
        names = {police_notifications(MADE_UP_FORCE)}
        names |= {topic for name in AUTHORITIES for topic in (casework_outcomes(name), register_children(name))}
        admin = AIOKafkaAdminClient(bootstrap_servers=self._rig.bootstrap)
        async with open_client(admin.start(), admin.close):
            await admin.create_topics([NewTopic(name, 3, 3 if self._rig.kafka else -1) for name in sorted(names)])

    @asynccontextmanager
    async def _flowing(self) -> AsyncIterator[None]:
        """The stream flows, and readiness is asked for."""
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._rig.bootstrap, acks="all", enable_idempotence=True, request_timeout_ms=120_000
        )
        async with open_client(self._producer.start(), self._producer.stop):
            tasks = [asyncio.create_task(self._flow()), asyncio.create_task(self._rig.keep_asking())]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await asyncio.gather(*self._sending)

    async def _flow(self) -> None:
        while True:
            self._publish(self._stream.next(clock.now()))
            await asyncio.sleep(1 / self._rate)

    def _publish(self, record: Published) -> None:
        task = asyncio.create_task(self._send(record))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, record: Published) -> None:
        sent = await self._producer.send_and_wait(record.topic, record.value, key=record.key)
        self._published[sent.topic, sent.partition, sent.offset] = record

    async def _measured(self, fault: InjectedFault) -> Measured:
        lasts = self._random.uniform(*fault.lasts)
        self._notice(f"{fault.name}, for {lasts:.0f} s")
        begun = time.monotonic()
        mend = await fault.begin(self._rig)
        if fault.stops:
            for record in self._stream.returned(clock.now()):
                self._publish(record)
        await asyncio.sleep(lasts)
        await mend()
        ended = time.monotonic()
        recovery = await self._recovered()
        ready = await self._ready_again(ended)
        told = next((at - begun for at, is_ready in self._rig.ready if at >= begun and not is_ready), None)
        self._notice(f"  works again after {recovery:.1f} s" if recovery else "  does not work again")
        return Measured(fault, recovery, told, ready)

    async def _recovered(self) -> float | None:
        """Seconds until a report of now has led to a message that Kafka has."""
        began = time.monotonic()
        probe, incident = self._stream.probe(clock.now())
        self._publish(probe)
        accepted = (
            select(outbox.c.position)
            .join(deliveries, deliveries.c.position == outbox.c.position)
            .where(outbox.c.destination.startswith("topic/"), deliveries.c.state == "accepted")
            .join(episode_references, episode_references.c.episode == outbox.c.aggregateid)
            .where(episode_references.c.incident == incident)
            .limit(1)
        )
        while time.monotonic() - began < _RECOVERED_WITHIN:
            with contextlib.suppress(StoreUnavailableError):
                async with self._rig.store.reading_connection() as connection:
                    if (await connection.execute(accepted)).first():
                        return time.monotonic() - began
            await asyncio.sleep(_LOOK_EVERY)
        return None

    async def _ready_again(self, ended: float) -> float | None:
        if not await self._rig.until_ready(_RECOVERED_WITHIN):
            return None
        return max((at - ended for at, is_ready in self._rig.ready if is_ready and at >= ended), default=0.0)

    async def _quiet(self) -> None:
        """Returns when nothing is under way any more, or has not come to rest in five minutes."""
        self._notice("waiting until all is quiet")
        await Backlog({"bootstrap_servers": self._rig.bootstrap}, GROUP, _QUIET_WITHIN).read_through()
        ends = time.monotonic() + _QUIET_WITHIN
        while time.monotonic() < ends:
            with contextlib.suppress(StoreUnavailableError):
                if await is_quiet(self._rig):
                    return
            await asyncio.sleep(1)
