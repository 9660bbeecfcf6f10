"""What stands in the database of a hub: counts and ages, and what is wrong by them."""

from collections.abc import Collection
from datetime import datetime

from homeward.health.checks import Standing
from homeward.watching import overdue
from homeward.wiring import Parts


async def standing(parts: Parts, running: Collection[str]) -> Standing:
    """What stands in the outbox and in quarantine; for how many seconds the oldest message of each urgency has waited,
    and each way out been away; how many seconds ago each register sent its newest record; how the timers stand. Then
    whether the clocks are overdue. Raises StoreUnavailableError."""
    async with parts.store.reading() as tx:
        now = parts.now()
        counts, waiting = await tx.standing(), await tx.waiting_counts()
        freshness, timers = await tx.register_freshness(), await tx.timer_counts(now)

    def seconds(since: datetime | None) -> int:
        return round((now - since).total_seconds()) if since else 0

    longest: dict[tuple[str, str], int] = {}
    for each in waiting:
        place = each.channel, each.urgency
        longest[place] = max(longest.get(place, 0), seconds(each.oldest))
    told = {
        "deliveries": counts.states,
        "channels": sorted(parts.senders),
        "deliveries_by_channel": counts.channels,
        "oldest_delivery": seconds(counts.oldest),
        "waiting": [{"channel": c, "urgency": u, "seconds": age} for (c, u), age in sorted(longest.items())],
        "channels_away": {name: seconds(c.since) for name, c in parts.relay.circuits.items() if c.since},
        "quarantined": counts.quarantined,
        "quarantined_by_reason": counts.quarantine,
        "register_age": {register.authority: seconds(register.newest_at) for register in freshness},
        "timers": {
            "standing": timers.standing,
            "overdue": timers.overdue,
            "set_aside": timers.set_aside,
            "greatest_delay": max(seconds(timers.earliest), 0),
        },
    }
    return told, {"timers": overdue(timers.earliest, now)} if "timers" in running else {}
