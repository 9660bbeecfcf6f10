"""A world of promises, relays that stall and die, and a clock, driven at random, with a plain model of what must be.
Every claim is held against the model. The test that lets it run lives in `test_store_lane_order`."""

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from store_examples import LEASE, NOON, SECOND, Relay, promised

from store import LeasedRow, Settlement, Store

FOUND = "notify.found"
CHANNELS = ("topic", "mail")
LANES = [(child, to) for child in ("ann", "ben") for to in ("topic/care.v1", "mail/a/manager")]
Outcome = Literal["accepted", "retrying", "parked", "failed", "in_doubt"]
OUTCOMES: tuple[Outcome, ...] = (
    "accepted",
    "accepted",
    "accepted",
    "retrying",
    "retrying",
    "parked",
    "failed",
    "in_doubt",
)


@dataclass
class Row:
    """One promise, as the model has it."""

    position: int
    lane: str
    found: bool
    state: str = "prepared"
    waits_until: datetime | None = None
    holder: str | None = None
    lease_until: datetime = NOON
    sent: int = 0


@dataclass
class World:
    """Relays of which one at a time owns the shards. One that stalled comes to later and tells what it believes."""

    store: Store
    dice: random.Random
    now: datetime = NOON
    rows: dict[int, Row] = field(default_factory=dict)
    in_flight: dict[str, list[LeasedRow]] = field(default_factory=dict)
    relays: list[Relay] = field(default_factory=list)
    late: int = 0

    async def promise(self) -> None:
        """A few more promises in lanes chosen at random."""
        told = []
        for number in range(self.dice.randint(1, 6)):
            child, to = self.dice.choice(LANES)
            kind = FOUND if self.dice.random() < 0.2 else "notify.missing"
            told.append(promised(f"{len(self.rows) + number}", child=child, to=to, type=kind))
        async with self.store.transaction() as tx:
            await tx.append([], told)
            for kept in await tx.outbox_after(max(self.rows, default=0), 100):
                row = Row(kept.position, kept.row.lane, kept.row.type == FOUND)
                self.rows[kept.position] = row

    async def hand_over(self) -> None:
        """The owner dies or stalls with rows in flight; a new one takes over."""
        if self.relays:
            await self.relays[-1].ownership.release(self.now)
        owner = f"relay {len(self.relays)}"
        self.relays.append(await Relay(self.store, owner).own(self.now))
        self.in_flight[owner] = []
        assert len(self.relays[-1].fences) == 16

    async def claim(self, limit: int, channel: str | None = None) -> list[LeasedRow]:
        """The owner claims from a channel, any where none is said; what it gets is held against the model."""
        relay = self.relays[-1]
        rows = await relay.claim(self.now, limit, (FOUND,), channel or self.dice.choice(CHANNELS))
        owner = relay.ownership.owner
        for lapsed in self.rows.values():
            if lapsed.state == "sending" and lapsed.holder != owner and lapsed.lease_until <= self.now:
                lapsed.state, lapsed.waits_until = "prepared", None
        taken = {row.position for row in rows}
        assert [row.position for row in rows] == sorted(taken)
        for row in rows:
            mine = self.rows[row.position]
            assert mine.state == "prepared"
            assert mine.waits_until is None or mine.waits_until <= self.now
            assert row.overtakes == self._may_go(mine, taken)
        for position in taken:
            row = self.rows[position]
            row.state, row.holder, row.lease_until = "sending", owner, self.now + LEASE
        self.in_flight[owner] += rows
        return rows

    def _may_go(self, row: Row, taken: set[int]) -> bool:
        """Whether the row overtakes. Fails where it may not go at all."""
        ahead = [r for r in self.rows.values() if r.lane == row.lane and r.position < row.position]
        stuck = [r for r in ahead if r.state in ("parked", "failed")]
        for other in ahead:
            unsettled = other.state in ("prepared", "sending") and other.position not in taken
            if unsettled:  # only what waits behind a stuck one, untried, may be left behind
                assert row.found
                assert other.state == "prepared"
                assert other.waits_until is None or other.waits_until <= self.now
                assert any(r.position < other.position for r in stuck)
        assert row.found or not stuck
        return bool(stuck)

    async def settle(self, relay: Relay) -> None:
        """A relay, perhaps one that has lost its shards meanwhile, tells what became of its rows."""
        owner = relay.ownership.owner
        rows, self.in_flight[owner] = self.in_flight[owner], []
        failed: set[str] = set()
        told = [self._tried(row, failed) for row in rows]
        stands = [t for t in told if (r := self.rows[t.position]).holder == owner and r.state == "sending"]
        assert await relay.settle(*told, now=self.now) == len(stands)
        self.late += len(told) - len(stands)
        for settlement in stands:
            row = self.rows[settlement.position]
            row.state = "prepared" if settlement.outcome == "retrying" else settlement.outcome
            row.waits_until = settlement.next_attempt_at
            row.sent += settlement.outcome == "accepted"

    def _tried(self, row: LeasedRow, failed: set[str]) -> Settlement:
        """As the real relay does it: behind a failure nothing of the lane is sent, but for what may overtake."""
        if row.lane in failed and not row.overtakes:
            return row.settled("retrying", "behind", self.now)
        outcome = self.dice.choice(OUTCOMES)
        if outcome in ("retrying", "parked", "failed"):
            failed.add(row.lane)
        return row.settled(outcome, "", self.now + self.dice.randint(0, 20) * SECOND if outcome == "retrying" else None)

    async def release(self, everything: bool = False) -> None:
        """Somebody lets rows that are held up go on."""
        async with self.store.transaction() as tx:
            held = [found.position for found in await tx.held_up()]
            assert held == [r.position for r in self.rows.values() if r.state in ("parked", "failed", "in_doubt")]
            chosen = held if everything else self.dice.sample(held, self.dice.randint(0, len(held)))
            assert await tx.release(chosen) == len(chosen)
        for position in chosen:
            self.rows[position].state, self.rows[position].waits_until = "prepared", None

    async def pass_time(self) -> None:
        """Some seconds, or so many that leases lapse."""
        self.now += self.dice.choice((SECOND, 5 * SECOND, LEASE))
