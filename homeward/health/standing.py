"""What stands in the database of a hub: counts and ages, and what is wrong by them."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from homeward.capture import NO_SLOT
from homeward.health.checks import Standing
from homeward.watching import overdue, relay_fault, telling_fault
from homeward.wiring import Parts
from reporting.canaries import AbsentCanary, absence_in_words, absence_of, absent_canaries
from store.canaries import CanaryRow
from store.capture import capture_slot
from store.delivery_status import WaitingCount
from store.listening import FeedState


async def standing(parts: Parts, running: Collection[str]) -> Standing:
    """What stands in the outbox and in quarantine; for how many seconds the oldest message of each urgency has waited,
    and each way out been away; what is paused; what the desk keeps for Kafka; how many seconds ago each register sent
    its newest record, and one was read; how each feed is heard; how far the canaries have got; who relays each shard;
    how long ago each part was purged; how the mailbox for bounces is read; how the timers stand. Then whether the
    clocks, the messages and the canaries are late. Raises StoreUnavailableError."""
    async with parts.store.reading() as tx:
        now = parts.now()
        counts, waiting = await tx.standing(), await tx.waiting_counts()
        freshness, timers = await tx.register_freshness(), await tx.timer_counts(now)
        due_since = await tx.oldest_due(now, parts.senders) if "relay" in running else None
        feeds = await tx.feed_states()
        canaries = [row for row in await tx.canaries() if row.authority in parts.packs.authorities]
        owners, purges, pauses = await tx.shard_owners(now), await tx.last_purges(), await tx.pause_names()
        unsent, unsent_since = await tx.count_unsent_answers()

    def seconds(since: datetime | None) -> int:
        return seconds_since(since, now)

    told: dict[str, Any] = {
        "deliveries": counts.states,
        "channels": sorted(parts.senders),
        "deliveries_by_channel": counts.channels,
        "oldest_delivery": seconds(counts.oldest),
        "waiting": _waiting_told(waiting, now),
        "channels_paused": sorted({*pauses} & {*parts.senders}),
        "pauses": len(pauses),
        "channels_away": {name: seconds(c.since) for name, c in parts.relay.circuits.items() if c.since},
        "unsent_answers": unsent,
        "oldest_unsent_answer": seconds(unsent_since),
        "quarantined": counts.quarantined,
        "quarantined_by_reason": counts.quarantine,
        "register_age": {register.authority: seconds(register.newest_at) for register in freshness},
        "feed_age": {register.authority: seconds(register.read_at) for register in freshness},
        "feeds": {feed.feed: _feed_told(feed, now) for feed in feeds},
        "shard_owners": {str(shard): owner for shard, owner in owners.items()},
        "purge_age": {part: seconds(at) for part, at in purges.items()},
        "timers": {
            "standing": timers.standing,
            "overdue": timers.overdue,
            "set_aside": timers.set_aside,
            "greatest_delay": max(seconds(timers.earliest), 0),
        },
    }
    every = timedelta(minutes=parts.settings.canary_every)
    wanted_from = parts.canaries.wanted_from if parts.canaries and "relay" in running else None
    absent = absent_canaries(canaries, parts.packs.authorities, every, now, wanted_from) if every else []
    told["canaries"] = _canaries_told(canaries if every else (), absent, now)
    faults: dict[str, str | None] = {}
    if "timers" in running:
        told["sealed_age"], told["root_waits"] = parts.sealer.age, parts.witnesses.waits()
        faults["timers"] = overdue(timers.earliest, now)
    if "relay" in running:
        if parts.settings.topics_by == "capture":
            faults["capture"] = None if await capture_slot(parts.store) else NO_SLOT
        if parts.bounces:
            told["bounces"] = {"age": parts.bounces.age, "left": parts.bounces.left}
        told["shards"] = parts.relay.shards
        faults["canary"] = absence_in_words(absent)
        faults["relay"] = relay_fault(due_since, parts.relay.shards, [*running] == ["relay"], now)
        faults["telling"] = telling_fault(parts.relay.told_at, now)
    return told, faults


def seconds_since(since: datetime | None, now: datetime) -> int:
    """Whole seconds; 0 where there is nothing to count from."""
    return round((now - since).total_seconds()) if since else 0


def _waiting_told(waiting: Iterable[WaitingCount], now: datetime) -> list[dict[str, Any]]:
    """How many rows of each channel and urgency wait, and for how long the oldest has."""
    counted: dict[tuple[str, str], tuple[int, int]] = {}
    for each in waiting:
        rows, oldest = counted.get((each.channel, each.urgency), (0, 0))
        counted[each.channel, each.urgency] = rows + each.rows, max(oldest, seconds_since(each.oldest, now))
    return [
        {"channel": channel, "urgency": urgency, "rows": rows, "seconds": oldest}
        for (channel, urgency), (rows, oldest) in sorted(counted.items())
    ]


def _feed_told(feed: FeedState, now: datetime) -> dict[str, Any]:
    return {
        "heard": seconds_since(feed.heard_at, now) if feed.heard_at else None,
        "expected": round(feed.expected, 2),
        "silent": feed.quiet_since is not None,
    }


def _canaries_told(
    canaries: Iterable[CanaryRow], absent: Iterable[AbsentCanary], now: datetime
) -> dict[str, dict[str, Any]]:
    gone = {each.authority: each.seconds for each in absent}
    told: dict[str, dict[str, Any]] = {
        row.authority: {
            "absent": row.authority in gone,
            "seconds": absence_of(row, now),
            "stages": {stage: stage in row.reached for stage in row.stages},
        }
        for row in canaries
    }
    never = {whose: {"absent": True, "seconds": since, "stages": {}} for whose, since in gone.items()}
    return never | told
