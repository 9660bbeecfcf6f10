"""One course, read by a hub in memory in one of the orders in which it may be read."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any

import orjson
from hub_in_memory import Hub
from owed import Owed, owed, states

from store import Store
from store.history import LedgerEntry
from tests.disorder.course import Course, Said

AFTERWARDS = 24 * 12
"""Hours for which clocks run on after the last message."""
GATE = timedelta(hours=1)
"""For so long at most what waits in Kafka is read before anything is done about it."""


@dataclass
class Read:
    """What came of it. `after`: how it stood once all was read, and long after. `said`: the messages that have left or
    will; what was withdrawn before it could is none."""

    after: list[tuple[Counter[tuple[Any, ...]], Owed]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    ledger: list[LedgerEntry] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)


def moments(course: Course) -> list[list[Said]]:
    """What is read at one moment, in the order of sending."""
    return [[*group] for _, group in groupby(course.said, key=lambda s: s.read)]


def shuffled(said: Sequence[Said], random: Random) -> list[Said]:
    """Any interleaving of the topics, each in its own order."""
    topics: dict[str, list[Said]] = {}
    for each in said:
        topics.setdefault(each.topic, []).append(each)
    chosen: list[Said] = []
    while topics:
        name = random.choice(sorted(topics))
        chosen.append(topics[name].pop(0))
        if not topics[name]:
            del topics[name]
    return chosen


def split(said: Sequence[Said], random: Random, chance: float) -> list[list[Said]]:
    """Any division into batches: a new one begins with that chance."""
    batches: list[list[Said]] = []
    for each in said:
        if not batches or random.random() < chance:
            batches.append([])
        batches[-1].append(each)
    return batches


async def read(course: Course, store: Store, order: int | None = None, apart: float = 1.0) -> Read:
    """Reads the course. `order`: None as it was sent, else one of the interleavings; `apart`: the chance with which a
    message begins a batch of its own."""
    await store.create()
    hub, seen, random = Hub(store, gate=GATE), Read(), Random(f"{course.seed}-{order}")
    for together in moments(course):
        at = together[0].at
        await _fall(hub, lambda due, at=at: due < at)  # a report at the very instant of a timer comes before it (T-13)
        hub.clock.set(max(at, hub.clock.now()))
        told = together if order is None else shuffled(together, random)
        for batch in split(told, random, apart):
            await hub.intake.process_batch([each.raw() for each in batch])
        await _fall(hub, lambda due: due <= hub.clock.now())  # the backlog is read
    seen.after.append((await states(hub), await owed(hub)))
    await hub.fall(course.said[-1].read + AFTERWARDS)
    seen.after.append((await states(hub), await owed(hub)))
    async with store.reading() as tx:
        rows = [each.row for each in await tx.outbox_after(0, 100_000) if each.state != "withdrawn"]
        seen.ledger = await tx.ledger_after(0, 100_000)
        seen.waits = [row.id for row in await tx.all_early_words()]
        seen.quarantined = [held.row.detail for held in await tx.quarantined()]
    messages = {r.message_id: {"type": r.type, "id": r.message_id, "at": r.at, **orjson.loads(r.payload)} for r in rows}
    seen.said = [*messages.values()]
    return seen


async def _fall(hub: Hub, falls: Callable[[datetime], bool]) -> None:
    """What is due, one instant after the other."""
    while True:
        async with hub.store.reading() as tx:
            due = await tx.next_timer()
            if due is None or not falls(due):
                return
            timers = [t for t in await tx.due_timers(due, 500) if t.due_at == due]
        hub.clock.set(max(due, hub.clock.now()))
        await hub.intake.fire_timers(timers)
