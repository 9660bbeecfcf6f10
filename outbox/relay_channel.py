"""One way out of a relay: what may be sent now, claimed from the table batch by batch, and one row at a time to what is
away. When that is done, and what came of it, is told elsewhere."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from outbox.addressing import AddressBook
from outbox.circuits import Circuits
from outbox.claim_start import ClaimStart
from outbox.dispatch import Dispatch, Manner
from outbox.relay_rows import Addressed, torn_tail
from outbox.relay_settling import Settler
from outbox.relay_shards import Shards
from routing.message_types import OVERTAKING
from schemas.delivery import Sender
from store import OutboxRow, Store

_OF_PROBE = 20
"""Rows that are claimed for a letter that tries whether its way out is there."""

AskAgain = Callable[[Sequence[OutboxRow]], Awaitable[Collection[str]]]
"""Asks the rules again about rows that waited too long, in their order; returns the ids of those whose reason is
gone."""


@dataclass(frozen=True, slots=True)
class RelayGround:
    """What the channels of a relay have in common; each is told of in `outbox.relay.Relay`."""

    store: Store
    addresses: AddressBook
    shards: Shards
    settler: Settler
    stopping: asyncio.Event
    now: Callable[[], datetime]
    batch: int
    lease: timedelta
    recheck: AskAgain
    limits: Mapping[str, timedelta]


@dataclass(frozen=True, slots=True)
class _Batch:
    """What came of one claim: how many rows were tried; and whether another one may find more. It may not where there
    was room for more and all of it has gone: the claim takes all that may go of a lane."""

    rows: int = 0
    leaves_more: bool = False


class ChannelRelay:
    """Sends for one channel (`topic`, `mail`). `woken`: something may wait that did not before."""

    def __init__(self, name: str, sender: Sender, manner: Manner, ground: RelayGround) -> None:
        self.name, self.manner = name, manner
        self._ground, self._shards = ground, ground.shards
        self._starts = defaultdict[int | None, ClaimStart](ClaimStart)  # of all shards, and of each part of them
        self.circuits = Circuits(name, ground.now)
        self.woken = asyncio.Event()
        self.dispatch = Dispatch(
            name, sender, manner, self.circuits, ground.settler, lambda: self._shards.stand(ground.now()),
            ground.stopping,
        )  # fmt: skip

    @property
    def owed(self) -> float | None:
        """Seconds until what may be sent is to be looked for once more, from the beginning; None where the last look
        was such a one."""
        return self._starts[None].owed()

    async def drain_whole(self) -> int:
        """As `drain`, until nothing is left that may be sent."""
        count = await self.drain()
        while self.owed is not None and not self._ground.stopping.is_set():
            self._starts[None].anew()
            count += await self.drain()
        return count

    async def drain(self) -> int:
        """Sends what may be sent now, batch after batch; where a whole batch has waited, several at once, each of its
        own shards. Returns how many rows that were."""
        most = min(self._ground.batch, self.manner.most or self._ground.batch)
        count, last = 0, _Batch(leaves_more=True)
        while last.leaves_more:
            last = await self._next_batch(most)
            count += last.rows
            if last.rows == most and self.manner.claims > 1:
                ended = set[int]()
                count += sum(await all_ended([self._drain_part(n, most, ended) for n in range(self.manner.claims)]))
        return count

    async def _drain_part(self, part: int, most: int, ended: set[int]) -> int:
        """Batch after batch of these shards, for as long as they are full, and no part that has `ended` owes a look
        from the beginning: it would wait for the others, however long their backlog is."""
        count, rows = 0, most
        while rows == most and all(self._starts[each].owed() != 0 for each in ended):
            rows = (await self._next_batch(most, part)).rows
            count += rows
        ended.add(part)
        return count

    async def _next_batch(self, most: int, part: int | None = None) -> "_Batch":
        """One batch of all shards or of a part of them."""
        allowed = 0
        if self._shards.fences and not self._ground.stopping.is_set():
            await self.hold_on()
            allowed = self.circuits.allowed(most)
        if allowed and self.manner.hands is not None:
            # So that the letter of a probe is whole; while that is under way, the dispatch sends no second one.
            allowed = max(allowed, min(most, _OF_PROBE))
        if not allowed or (part is not None and allowed < most):
            self._starts[part].anew()
            return _Batch()
        fences = self._shards.fences
        chosen = {s: f for s, f in fences.items() if part is None or s % self.manner.claims == part}
        return await self._one_batch(allowed, chosen, self._starts[part], besides=self.circuits.away)

    async def probe(self) -> int:
        """One row to each address that is away, where it is time."""
        due = self.circuits.probes() if self._shards.fences and not self._ground.stopping.is_set() else []
        fences = self._shards.fences
        counts = await asyncio.gather(*(self._one_batch(1, fences, ClaimStart(), only=[address]) for address in due))
        for address, tried in zip(due, counts, strict=True):
            if not tried.rows:
                self.circuits.nothing_waits(address)
        return 0  # whatever came of it, the next probe has its own time

    async def hold_on(self) -> None:
        """Prolongs what is held where that is due: what is claimed beyond it would be put back unsent."""
        if self._shards.lost or not self._shards.stand(self._ground.now()):
            await self._shards.hold(self._ground.now())

    async def _one_batch(
        self,
        limit: int,
        fences: Mapping[int, int],
        start: ClaimStart,
        only: Collection[str] = (),
        besides: Collection[str] = (),
    ) -> "_Batch":
        """Claims, sends and settles."""
        with self._shards.in_flight() as flight:
            owner = flight.owner
            rows = await self._claim(owner, limit, fences, start, only, besides)
            flight.positions += [row.position for row, _ in rows]
            torn = torn_tail([row for row, _ in rows], limit)
            whole = rows[: len(rows) - len(torn)]
            ends = await self.dispatch.send(owner, await self._checked(owner, whole), torn)
        return _Batch(len(whole), len(rows) == limit or ends["accepted"] < len(rows))

    async def _checked(self, owner: str, rows: Sequence[Addressed]) -> list[Addressed]:
        """What still leaves of claimed rows; what has waited too long is marked."""
        now, forever = self._ground.now(), timedelta.max
        limits = self._ground.limits
        late = [row.row for row, _ in rows if now - row.row.at > limits.get(row.row.urgency, forever)]
        if not late:
            return [*rows]
        gone = frozenset(await self._ground.recheck(late))
        if gone:
            await self._ground.settler.withdraw(owner, [row for row, _ in rows if row.row.id in gone])
        ids = {row.id for row in late}
        left = [(row, address) for row, address in rows if row.row.id not in gone]
        return [(row._replace(late=True) if row.row.id in ids else row, address) for row, address in left]

    async def _claim(
        self,
        owner: str,
        limit: int,
        fences: Mapping[int, int],
        start: ClaimStart,
        only: Collection[str],
        besides: Collection[str],
    ) -> list[Addressed]:
        """Rows to send, each with its address. It stays with the row once that has been handed to a server; after a
        death in between too, so that the next try does not go to somebody else."""
        ground, position = self._ground, start.position()
        async with ground.store.transaction(brief=True) as tx:
            began = time.monotonic()
            rows = await tx.claim_deliveries(
                owner, fences, ground.now(), ground.lease, limit, self.name, OVERTAKING, only, besides, position
            )
            start.claimed(position, time.monotonic() - began, rows[0].position if rows else None)
            found = {r.position: ground.addresses.address(r.row.destination) for r in rows if not r.address}
            await tx.keep_addresses({position: address for position, address in found.items() if address})
        return [(row, row.address or found[row.position]) for row in rows]


async def all_ended(work: Sequence[Awaitable[int]]) -> list[int]:
    """What all of it returns; where some of it fails, that is raised when the rest has come to its end."""
    ends = await asyncio.gather(*work, return_exceptions=True)
    for fault in (end for end in ends if isinstance(end, BaseException)):
        raise fault
    return [end for end in ends if isinstance(end, int)]
