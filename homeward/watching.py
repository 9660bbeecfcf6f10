"""Looking after a running hub: whether its consumers get on, whether Kafka allows what it needs, whether clocks are
overdue. What can be mended is mended here (a consumer is made anew); the rest is told, and the hub is not ready."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

from consumers.progress import STUCK, Progress
from homeward.consuming import Consuming
from homeward.kafka import principal
from homeward.membership import Membership
from homeward.rights import Rights, look
from homeward.settings import Settings
from homeward.wiring import consumer_connection
from outbox.directory import Directory
from store.trouble import Trouble

log = logging.getLogger(__name__)

RIGHTS_EVERY = 20.0  # seconds between two questions for rights
_ANSWER_WITHIN = 15.0
_LOOK_EVERY = 5.0
_REST_AT_MOST = 300.0  # seconds between two attempts to make the consumers anew
_SILENT = 15.0
"""Seconds after which a node that does not answer is a fault. A cluster that works leaves it out before (9 s)."""
OVERDUE = timedelta(seconds=60)
"""How late the oldest clock, or the oldest message, may be before the hub is not ready."""
UNSENT = timedelta(minutes=5)
"""How long an answer of the desk may wait for Kafka before the desk is not ready."""


class Watch:
    """Of one hub process with these parts. `consuming` is started by this watch, as soon as Kafka allows it."""

    def __init__(
        self,
        settings: Settings,
        directories: Mapping[str, Directory],
        parts: Collection[str],
        consuming: Consuming,
        monotonic: Callable[[], float],
        stuck: float = STUCK,
    ) -> None:
        self._settings, self._directories, self._parts = settings, directories, [*parts]
        self._consuming, self._monotonic = consuming, monotonic
        self.progress = Progress(consuming.consumers, monotonic, stuck)
        self.membership = Membership(consuming.pattern, monotonic, stuck)
        self.rights: Rights | None = None
        self._told: set[str] = set()
        self._asked = 0.0
        self._asked_with: dict[str, int] = {}  # how many partitions each topic had then
        self._silent: float | None = None  # since when (monotonic) a node of Kafka does not answer
        self._attempts = 0
        self._next_attempt = 0.0
        self._kafka = Trouble(log, "Kafka answers again")
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Asks for rights and starts the consumers as far as they may be. Where Kafka does not answer, that is tried
        again by `run`."""
        await self._try_to_ask()
        if "consumers" in self._parts:
            await self._begin()
            await self.progress.look()

    async def run(self) -> None:
        """Looks again and again, for ever."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            try:
                await self.turn()
            except Exception:
                log.exception("Health checks failed unexpectedly, retrying")

    async def turn(self) -> None:
        """Looks once, and mends what can be mended. One turn after the other: two at once would make two consumers, of
        which nobody would stop one."""
        async with self._turn:
            await self._look()

    async def _look(self) -> None:
        partitions = self._consuming.partitions()
        lacking = self.rights is not None and bool(self.rights.missing or self.rights.unreadable)
        is_due = lacking or self._monotonic() - self._asked >= RIGHTS_EVERY  # what is granted is soon made use of
        if is_due or partitions != self._asked_with or self._silent is not None:
            await self._try_to_ask()
            self._asked_with = partitions
        if "consumers" not in self._parts:
            return
        await self.progress.look()
        self._consuming.leave_to_others()
        why = self._why_anew()
        if why and self._monotonic() >= self._next_attempt:
            log.warning("Rebuilding the consumer", extra={"why": why})
            await self._consuming.stop(for_good=True)
            await self._begin()

    def _why_anew(self) -> str | None:
        """Why the consumers should be made anew; None where they should be left alone, such as while the database is
        waited for: they stand still then, and it is not they who are at fault."""
        if not self._consuming.consumers():
            return "none runs"
        if self.rights and frozenset(self.rights.unreadable) != self._consuming.without:
            return "the topics that may be read are others now"
        if self._consuming.subscriber.trouble.present:
            return None
        still = self.progress.standing_still()
        return "no progress while records wait" if still else self.membership.fault()

    async def _begin(self) -> None:
        """Starts the consumers; where that fails it is tried again, later each time."""
        self._attempts += 1
        self._next_attempt = self._monotonic() + min(_LOOK_EVERY * 2 ** min(self._attempts, 10), _REST_AT_MOST)
        self.progress.forget()
        self.membership.forget()
        try:
            await self._consuming.start(self.rights.unreadable if self.rights else ())
        except (KafkaError, OSError, TimeoutError) as error:
            log.error("Cannot start the consumers, retrying", extra={"cause": type(error).__name__})
        else:
            self._attempts = min(self._attempts, 3)

    async def _try_to_ask(self) -> None:
        try:
            await self._ask_rights()
            self._kafka.ends()
        except (KafkaError, OSError, TimeoutError, NotImplementedError) as error:  # the last: by an ancient broker
            self._kafka.begins(f"Cannot ask Kafka for access rights, retrying ({type(error).__name__})")

    async def _ask_rights(self) -> None:
        settings = self._settings
        self._asked = self._monotonic()
        connection = consumer_connection(settings)
        async with asyncio.timeout(_ANSWER_WITHIN):
            group, tried = settings.kafka_group, settings.canary_every > 0
            self.rights = await look(connection, self._directories, group, self._parts, tried)
        if not self.rights.silent:
            self._silent = None
        elif self._silent is None:
            self._silent = self._asked
        if self.membership.saw(self.rights.unassigned, self.rights.unreadable):
            self._consuming.share_out_anew()
        for need in self.rights.missing:
            if str(need) not in self._told:
                grant = need.command(settings.kafka_bootstrap, principal(settings))
                log.error("Missing right in Kafka: %s", need, extra={"grant": grant})
        for topic in set(self.rights.unreadable) - self._told:
            log.error("Cannot read a topic, leaving it out", extra={"topic": topic})
        told = {*map(str, self.rights.missing), *self.rights.unreadable}
        for right in self._told - told:
            log.info("Right now granted in Kafka: %s", right)
        self._told = told

    # ---- what is told of it

    def consumers_fault(self) -> str | None:
        """Why records may not be taken in."""
        faults = (self._nodes_fault, self.progress.fault, self.membership.fault)
        return self._consuming.subscriber.trouble.present or next(filter(None, (fault() for fault in faults)), None)

    def _nodes_fault(self) -> str | None:
        """Which nodes the cluster counts as its own that do not answer. Where most of it is down nothing else may tell:
        what is left says that all is read, and takes nothing."""
        if self._silent is None or self._monotonic() - self._silent < _SILENT or self.rights is None:
            return None
        return f"nodes of Kafka do not answer: {', '.join(map(str, sorted(self.rights.silent)))}"

    def rights_fault(self) -> str | None:
        """Which rights are missing."""
        if self.rights is None:
            return "access rights are not known yet"
        missing = [*map(str, self.rights.missing), *(f"Read on the topic {t}" for t in self.rights.unreadable)]
        return f"missing in Kafka: {'; '.join(missing)}. To grant it, run `homeward doctor`" if missing else None


def relay_fault(due_since: datetime | None, shards: int, is_alone: bool, now: datetime) -> str | None:
    """What is wrong with the relay, in words: what could be sent has not been, or it is `is_alone` in its process and
    holds no shard."""
    late = _late(due_since, now)
    if late > OVERDUE:
        return f"a message has been due for {late // timedelta(seconds=1)} s and has not been sent"
    return "it holds no shard" if is_alone and not shards else None


def telling_fault(told_at: datetime | None, now: datetime) -> str | None:
    """What is wrong with the telling of what has not arrived, in words. `told_at`: when all of it was last told."""
    late = _late(told_at, now)
    if late <= OVERDUE:
        return None
    return f"for {late // timedelta(seconds=1)} s people could not be told of all that has not arrived: see the log"


def unsent_fault(count: int, oldest: datetime | None, now: datetime) -> str | None:
    """What is wrong with the answers that the desk keeps for Kafka, in words."""
    late = _late(oldest, now)
    if late <= UNSENT:
        return None
    told = "1 answer has" if count == 1 else f"{count} answers have"
    return f"{told} not reached Kafka, the oldest for {late // timedelta(seconds=1)} seconds"


def overdue(next_timer: datetime | None, now: datetime) -> str | None:
    """What is wrong with the clocks, in words."""
    late = _late(next_timer, now)
    return f"the oldest timer is {late // timedelta(seconds=1)} s overdue" if late > OVERDUE else None


def _late(since: datetime | None, now: datetime) -> timedelta:
    """For how long something has been due; not at all where there is nothing."""
    return now - since if since else timedelta()
