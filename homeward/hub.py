"""Running a hub: its consumers, its relay and its timers, each of which may run in a process of its own."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]

from consumers.backlog import Backlog
from consumers.clients import call_off, open_client
from consumers.progress import STUCK
from consumers.subscriber import PATTERN, Subscriber
from enrichment.matching import forget_names
from homeward.consuming import Consuming
from homeward.health.board import Board
from homeward.health.checks import Check, Health, Standing
from homeward.health.standing import standing
from homeward.keeping.journal import obey_journal
from homeward.keeping.running import DailyPurge, entered
from homeward.keeping.schedule import read_schedules
from homeward.paused import pause_every_way
from homeward.served import look_for_keys
from homeward.settings import Settings
from homeward.watching import Watch
from homeward.wiring import HubPart, Parts, as_owner, chosen_parts, consumer_connection
from intake.worklist import fill_worklist
from store.errors import StoreUnavailableError
from store.trouble import Waiting

log = logging.getLogger(__name__)
_REPLAYS_EVERY = 2.0  # seconds between two looks for replays that somebody asked for
_REPLAYS_AT_ONCE = 100
_FORGET_EVERY = 3600.0  # seconds between two times that names in memory are forgotten
_LONGEST_REST = 60.0  # seconds until replays that failed are tried again


class Hub:
    """One process. `start` returns when every part runs; `stop` ends them in the order in which work flows. `stuck`:
    seconds after which a partition stands still. `board`: where it shows how it stands. `paused`: every way out is
    paused before anything can be sent."""

    def __init__(
        self,
        parts: Parts,
        only: Collection[str] = (),
        pattern: str = PATTERN,
        stuck: float = STUCK,
        board: Board | None = None,
        paused: bool = False,
    ) -> None:
        self.parts, self.settings, self._starts_paused = parts, parts.settings, paused
        self.running: tuple[HubPart, ...] = chosen_parts(only)
        self.subscriber = Subscriber(parts.intake.process_batch)
        self._consuming = Consuming(self.settings, self.subscriber, pattern)
        self.watch = Watch(self.settings, parts.directories, self.running, self._consuming, time.monotonic, stuck)
        checks: dict[str, Check] = {}
        if "consumers" in self.running:
            checks["consumers"] = self.watch.consumers_fault
        if {"consumers", "relay"} & {*self.running}:
            checks["rights"] = self.watch.rights_fault
        if "timers" in self.running:
            checks["sealing"] = parts.sealer.fault
            if parts.witnesses.waits():
                checks["witness"] = parts.witnesses.fault
        if "relay" in self.running and parts.bounces:
            checks["bounces"] = parts.bounces.fault
        self._purge = daily_purge(parts) if "timers" in self.running else None
        if self._purge:
            checks["retention"] = self._purge.fault
        self._keys: str | None = None
        checks["keys"] = lambda: self._keys
        self.health = Health(checks, self._standing, board, now=parts.now)
        self._tasks: list[asyncio.Task[None]] = []
        self._beside: list[asyncio.Task[None]] = []  # they may promise something until they are called off
        self._watching: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises StoreUnavailableError or KafkaError where database or broker cannot be reached. What Kafka does not
        allow is told, and tried again while the hub runs."""
        if self._starts_paused:
            await pause_every_way(self.parts.store, self.parts.senders, self.parts.now())
        self._keys = await look_for_keys(self.parts.store, self.parts.now())
        if self._keys:
            log.error("Started without the right keys", extra={"why": self._keys})
        async with entered(self.parts.store, as_owner(self.settings)) as store:
            await obey_journal(store, self.parts.now())
        await fill_worklist(self.parts.store, self.parts.packs)
        for sender in self.parts.senders.values():
            await sender.start()
        if "relay" in self.running:
            self._begin(self.parts.relay.run())
            for work in self.parts.beside_the_relay():
                self._begin(work, self._beside)
        if "consumers" in self.running:
            self._consuming.subscriber = self.subscriber
            self.subscriber.cluster = await cluster_id(self.settings)
        if {"consumers", "relay"} & {*self.running}:
            await self.watch.start()
            self._watching = asyncio.create_task(self.watch.run())
        if "consumers" in self.running:
            self._begin(self._replays(), self._beside)
            self._begin(_forgetting(), self._beside)
            self._begin(self.parts.listening.keep_looking(lambda: self.watch.consumers_fault() is None), self._beside)
        if "timers" in self.running:
            self._begin(self.parts.timers.run())
            self._begin(self.parts.sealer.run(), self._beside)
            self._begin(self.parts.witnesses.run(), self._beside)
        if self._purge:
            self._begin(self._purge.run(), self._beside)
        if self.settings.health_port:  # else nobody can ask, and the database need not be asked either
            await self.health.state()
            self._looking = asyncio.create_task(self.health.keep_looking())
        self.health.board.has_started = True

    async def run(self, stopped: asyncio.Event, started: Callable[[], None] = lambda: None) -> None:
        """Runs until `stopped` is set, also where that comes while it starts, or until a part ends by itself, which
        raises what ended it."""
        starting, waiting = asyncio.create_task(self.start()), asyncio.create_task(stopped.wait())
        try:
            await asyncio.wait([starting, waiting], return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():
                return
            starting.result()
            started()
            looking = [task for task in (self._watching, self._looking) if task]
            parts = [*self._tasks, *self._beside, *looking]
            done, _ = await asyncio.wait([waiting, *parts], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {waiting}:
                task.result()
        finally:
            try:
                await call_off(starting, waiting)
            finally:
                await self.stop()

    async def stop(self) -> None:
        """Ends taking in first, then the clocks, then delivery: what was promised until then is still sent."""
        if self._looking:
            await call_off(self._looking)
        self.health.board.close()
        if self._watching:
            await call_off(self._watching)
        if "consumers" in self.running:
            await self._consuming.stop()
        await self.parts.timers.stop()
        await call_off(*self._beside)
        await self.parts.relay.stop()
        await call_off(*self._tasks)
        for sender in (*self.parts.senders.values(), *self.parts.own_senders):
            await sender.stop()
        await self.parts.store.close()

    async def _standing(self) -> Standing:
        told, faults = await standing(self.parts, self.running)
        return told | self.watch.progress.told(), faults

    def _begin(self, work: Coroutine[Any, Any, None], tasks: list[asyncio.Task[None]] | None = None) -> None:
        (self._tasks if tasks is None else tasks).append(asyncio.create_task(work))

    async def _replays(self) -> None:
        """Takes in again what somebody asked to be replayed from quarantine. Whatever fails, it goes on, later each
        time."""
        failures, database = 0, Waiting(log, "replays")
        while True:
            try:
                with database.for_part():
                    await self.parts.intake.replay(_REPLAYS_AT_ONCE)
                failures = 0
            except StoreUnavailableError:
                failures += 1
            except Exception:
                failures += 1
                log.exception("A replay failed unexpectedly, retrying")
            await asyncio.sleep(min(_REPLAYS_EVERY * 2 ** min(failures, 10), _LONGEST_REST))


async def _forgetting() -> None:
    """Keeps no name in memory for long after it was last read: its child may have been purged."""
    while True:
        await asyncio.sleep(_FORGET_EVERY)
        forget_names()


def daily_purge(parts: Parts) -> DailyPurge | None:
    """What purges by the schedules; None where no authority has one."""
    settings = parts.settings
    schedules = read_schedules(settings.directory, parts.packs.authorities)
    return DailyPurge(parts.store, schedules, parts.now, as_owner(settings)) if schedules else None


def backlog_of(settings: Settings, pattern: str = PATTERN) -> Callable[[], Awaitable[None]]:
    """What the timers wait for: the backlog is read, or the bound of the settings is over."""
    backlog = Backlog(consumer_connection(settings), settings.kafka_group, settings.timers_gate, pattern)

    async def ready() -> None:
        await backlog.read_through()

    return ready


async def cluster_id(settings: Settings) -> str:
    """The id that the cluster gave itself; addresses change, it does not."""
    admin = AIOKafkaAdminClient(**consumer_connection(settings))
    async with open_client(admin.start(), admin.close):
        return str((await admin.describe_cluster())["cluster_id"])
