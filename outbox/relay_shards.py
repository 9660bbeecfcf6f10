"""Which shards a relay holds, and under which name. `outbox.relay` says what is done with their rows.

The store frees a row that was leased under a name only when its shard has changed hands. So where a relay does not know
what it has leased (the answer to a claim was lost, or it broke off before it had settled) it continues under a new
name, and those rows are free when their lease expires, as if it had died.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from math import ceil

from store import SHARDS, Ownership, Store, shard_name

_LOOKING = 0.02
"""Of the time, that looking for what former holders let lapse may take: an open snapshot makes it slow."""
_LOOK_AT_MOST = 60.0
"""Seconds between two such looks at most, unless the lease is longer."""
_SAFE = 0.9  # of the lease: beyond that a row could still be under way when somebody else takes it
_NAMES = {shard_name(shard): shard for shard in range(SHARDS)}
_SEATS = [f"relaying/{n:02}" for n in range(SHARDS)]
"""Each relay that runs holds one, so that they know how many they are. Beyond as many as there are shards none is of
use."""


@dataclass(eq=False, slots=True)
class Flight:
    """Rows that are under way under one name. The leases of those at `positions` are prolonged; more may be added."""

    owner: str
    positions: list[int]


class Shards:
    """The shards of one relay: its share of all. `fences`: shard → fencing token, as of the last `hold`. `lost`: what
    was leased is not known for sure, and none are held until the next `hold`. `is_short`: others are yet to give some
    up. `inherits`: rows that former holders leased are in flight, or their leases are yet to lapse."""

    def __init__(self, store: Store, owner: str, lease: timedelta) -> None:
        self._store, self._owner, self._lease = store, owner, lease
        self._numbers = count(1)
        self._ownership = self._named_anew()
        self.lost = False
        self._turn = asyncio.Lock()
        self._flights: list[Flight] = []
        self.fences: Mapping[int, int] = {}
        self.is_short = self.inherits = False
        self._held_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._look_every = lease
        self._looked_through: Mapping[int, int] = {}

    async def hold(self, now: datetime) -> bool:
        """Prolong what is held, the leases of rows in flight included, take or give up what makes it the share of this
        relay, and free the rows that former holders let lapse; returns whether there may be more to send than before.
        Raises StoreUnavailableError."""
        async with self._turn:
            if self.lost:
                await self._ownership.release(now)
                self._ownership = self._named_anew()
                self.lost = False
            await self._ownership.renew(now, self._lease)
            held = await self._share(now)
            before, self.fences = self.fences, {_NAMES[name]: f for name, f in held.items() if name in _NAMES}
            in_flight = defaultdict[str, set[int]](set)
            for flight in self._flights:
                in_flight[flight.owner].update(flight.positions)
            if any(in_flight.values()):
                async with self._store.transaction(brief=True) as tx:
                    for owner, positions in in_flight.items():
                        await tx.renew_leases(owner, positions, now, self._lease)
            self._held_at = now
            freed = await self._free_inherited(now)
            return freed or len(self.fences) > len(before)

    async def _free_inherited(self, now: datetime) -> bool:
        """Frees what former holders let lapse, where there may be some: of shards that have come, while any is left,
        and now and again, as one may be late to commit what it has leased. Returns whether it has freed some."""
        looked = self._looked_at is not None and timedelta() <= now - self._looked_at < self._look_every
        if looked and not self.inherits and self.fences == self._looked_through:
            return False
        self.inherits = True  # for all that is known, until a look says otherwise
        began = time.monotonic()
        async with self._store.transaction(brief=True) as tx:
            freed, left = await tx.free_lapsed(self.fences, now, self._lease)
        slowly = timedelta(seconds=min((time.monotonic() - began) / _LOOKING, _LOOK_AT_MOST))
        self._look_every = max(self._lease, slowly)
        self.inherits, self._looked_at, self._looked_through = left > 0, now, self.fences
        return freed > 0

    async def _share(self, now: datetime) -> Mapping[str, int]:
        """As many shards as come to each relay that runs: takes what is free of its share, gives up what is more. Rows
        of it that are in flight stay leased, and bar their lanes, until they are settled."""
        own = self._ownership
        free = await own.free([*_NAMES, *_SEATS], now, self._lease)
        seats = [seat for seat in _SEATS if seat in free]
        seated = [seat for seat in _SEATS if seat in own.held]
        others = len(_SEATS) - len(seats) - len(seated)
        if seats and not seated:
            await own.acquire(seats[:1], now, self._lease)
        share = ceil(SHARDS / (others + 1))
        mine = [name for name in _NAMES if name in own.held]
        if len(mine) > share:
            await own.release(now, mine[share:])
        elif wanted := [name for name in _NAMES if name in free][: share - len(mine)]:
            await own.acquire(wanted, now, self._lease)
        # Where the shards do not come out even, the last one has a little less.
        self.is_short = len(own.held.keys() & _NAMES.keys()) < max(SHARDS // (others + 1) - 1, 1)
        return own.held

    def stand(self, now: datetime) -> bool:
        """Whether what was claimed may still be sent: nobody else can have it yet. A process that was stopped for
        longer than its lease learns it here, before the next row leaves."""
        return not self.lost and self._held_at is not None and now - self._held_at < self._lease * _SAFE

    @property
    def owner(self) -> str:
        """The name to lease rows under from now on, and to settle them under."""
        return self._ownership.owner

    @contextmanager
    def in_flight(self, owner: str | None = None, positions: Iterable[int] = ()) -> Iterator[Flight]:
        """The time in which rows are leased under a name, from before their claim until they are settled. Where that
        fails, what has become of them is not known."""
        flight = Flight(owner or self.owner, [*positions])
        self._flights.append(flight)
        try:
            yield flight
        except BaseException:
            self.lose()
            raise
        finally:
            self._flights.remove(flight)

    def lose(self) -> None:
        """What has become of rows that were leased is not known."""
        self.lost, self.fences = True, {}

    async def release(self, now: datetime) -> None:
        """Give up everything, so that another relay may take it at once."""
        async with self._turn:
            self.fences = {}
            await self._ownership.release(now)

    def _named_anew(self) -> Ownership:
        return Ownership(self._store, f"{self._owner}/relay-{next(self._numbers)}")
