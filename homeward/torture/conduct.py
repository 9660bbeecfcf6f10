"""A run: the stream flows, faults come and go on a seeded schedule, and each time it is measured how long the hub takes
to work again."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from consumers.backlog import Backlog
from homeward.torture.audit import Audit, audited, is_quiet, message_ids
from homeward.torture.faults import FAULTS
from homeward.torture.faults.injected import InjectedFault
from homeward.torture.feed import Feed
from homeward.torture.rig import GROUP, Rig
from homeward.torture.stream import Stream
from store.delivery_table import deliveries
from store.errors import StoreUnavailableError
from store.tables import episode_references, outbox

_LOOK_EVERY = 0.1  # seconds
_RECOVERED_WITHIN = 180.0
_TOLD_WITHIN = 60.0
_QUIET_WITHIN = 300.0
_AWAY = (StoreUnavailableError, SQLAlchemyError)
_WAYS_OUT = 2  # by topic and by e-mail
_REFUSED = ("failed", "parked")
_REST = 2.0  # seconds between two faults


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Of a run: how long faults come, or else how often each; `rate`: records in a second."""

    seed: str
    minutes: float
    times: int | None = None
    rate: float = 10.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One fault. `recovery`: seconds from when Kafka had taken a report, after its end, until that had led to a message
    on a topic and to an e-mail; None where that never came. `told`: seconds from its begin until readiness was false;
    None where it never was. `ready`: seconds from its end until it was true again. `mails_twice`: e-mails that arrived
    again meanwhile. `load`: how many processes wanted a processor of the machine, in the minute before its end."""

    fault: InjectedFault
    recovery: float | None
    told: float | None
    ready: float | None
    mails_twice: int
    load: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of a whole run. `lacking`: faults that could not be made here. `released`: messages that a server had refused,
    and that went out when that was over and somebody had released them."""

    seed: str
    measured: tuple[Measured, ...]
    audit: Audit
    seconds: float
    lacking: tuple[InjectedFault, ...]
    released: int = 0


def drawn(faults: Sequence[InjectedFault], seed: str) -> Iterator[tuple[InjectedFault, float]]:
    """The schedule without end: each fault with the seconds that it lasts, every one once before any comes again."""
    random = Random(seed)  # noqa: S311 - it must be repeatable
    while faults:
        for fault in random.sample(faults, len(faults)):
            yield fault, random.uniform(*fault.lasts)


class Conductor:
    """Of one rig. `notice` hears of what is under way, in words."""

    def __init__(self, rig: Rig, plan: RunPlan, notice: Callable[[str], None]) -> None:
        self._rig, self._plan, self._notice, self._ends = rig, plan, notice, False
        self._mails = list[tuple[str, str]]()  # mailbox and Message-ID of those that were looked at
        self._feed = Feed(Stream(plan.seed), rig.bootstrap, plan.rate, rig.clock)

    async def run(self, faults: Sequence[InjectedFault] = FAULTS) -> Outcome:
        """Breaks what can be broken, in a seeded order, for as long as is planned; then waits until all is quiet, and
        looks."""
        began = time.monotonic()
        measured = list[Measured]()
        can = [fault for fault in faults if fault.can_be_had(self._rig)]
        async with self._feed.flowing(), self._asking():
            await self._rig.until_ready()
            for fault, lasts in drawn(can, self._plan.seed):
                if self._is_enough(len(measured), len(can), time.monotonic() - began):
                    break
                measured.append(await self._measured(fault, lasts))
                await asyncio.sleep(_REST)
        released = await self._quiet()
        audit = await audited(self._rig, self._feed)
        lacking = tuple(fault for fault in faults if fault not in can)
        return Outcome(self._plan.seed, tuple(measured), audit, time.monotonic() - began, lacking, released)

    def make_an_end(self) -> None:
        """No further fault is made; what was done so far is looked at."""
        self._ends = True

    def _is_enough(self, made: int, kinds: int, seconds: float) -> bool:
        plan = self._plan
        if self._ends:
            return True
        return seconds >= plan.minutes * 60 if plan.times is None else made >= plan.times * kinds

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Readiness is asked for until the end of the block."""
        task = asyncio.create_task(self._rig.keep_asking())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _measured(self, fault: InjectedFault, lasts: float) -> Measured:
        self._notice(f"{fault.name}, for {lasts:.0f} s")
        begun, twice = time.monotonic(), self._mails_twice()
        mend = await fault.begin(self._rig, self._feed)
        if fault.stops:
            self._feed.publish(self._feed.stream.returned(self._rig.clock.now()))
        await asyncio.sleep(lasts)
        if fault.stops and not self._told_since(begun):
            await self._rig.until_ready(_TOLD_WITHIN, wanted=False)
        await mend()
        ended = time.monotonic()
        recovery = await self._recovered()
        ready = await self._ready_again(ended)
        self._notice(f"  works again after {recovery:.1f} s" if recovery else "  does not work again")
        return Measured(
            fault, recovery, self._told_since(begun), ready, self._mails_twice() - twice, os.getloadavg()[0]
        )

    def _told_since(self, begun: float) -> float | None:
        return next((at - begun for at, is_ready in self._rig.ready if at >= begun and not is_ready), None)

    def _mails_twice(self) -> int:
        """So far. Each is looked at once: there are ten thousands of them in an hour."""
        self._mails.extend(message_ids(self._rig.mail.posts[len(self._mails) :]))
        return len(self._mails) - len({*self._mails})

    async def _recovered(self) -> float | None:
        """Seconds until a report that Kafka has taken leads to a message on a topic and to an e-mail."""
        incident, began = await self._feed.probe()
        accepted = (
            select(func.count(deliveries.c.channel.distinct()))
            .join(outbox, deliveries.c.position == outbox.c.position)
            .where(deliveries.c.state == "accepted")
            .join(episode_references, episode_references.c.episode == outbox.c.aggregateid)
            .where(episode_references.c.incident == incident)
        )
        while time.monotonic() - began < _RECOVERED_WITHIN:
            with contextlib.suppress(*_AWAY):
                async with self._rig.store.reading_connection() as connection:
                    if (await connection.execute(accepted)).scalar_one() == _WAYS_OUT:
                        return time.monotonic() - began
            await asyncio.sleep(_LOOK_EVERY)
        return None

    async def _ready_again(self, ended: float) -> float | None:
        if not await self._rig.until_ready(_RECOVERED_WITHIN):
            return None
        return max((at - ended for at, is_ready in self._rig.ready if is_ready and at >= ended), default=0.0)

    async def _quiet(self) -> int:
        """Returns when nothing is under way any more, or has not come to rest in five minutes: how many messages were
        released."""
        self._notice("waiting until all is quiet")
        await Backlog({"bootstrap_servers": self._rig.bootstrap}, GROUP, _QUIET_WITHIN).read_through()
        ends, released = time.monotonic() + _QUIET_WITHIN, 0
        while time.monotonic() < ends:
            with contextlib.suppress(*_AWAY):
                released += await self._released()
                if await is_quiet(self._rig):
                    break
            await asyncio.sleep(1)
        return released

    async def _released(self) -> int:
        """Releases what a server had refused, as a person does once the cause is mended."""
        async with self._rig.store.transaction() as tx:
            refused = [row.position for row in await tx.held_up() if row.state in _REFUSED]
            self._rig.released.update(refused)
            return await tx.release(refused)
