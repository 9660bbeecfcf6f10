"""The diagram of a delivery shows the steps that the store takes, and no others."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import text
from store_examples import LEASE, NOON, SECOND, Relay, promise, promised

from store import LeasedRow, Store
from store.delivery_table import DeliveryState
from store.leased import DeliveryOutcome
from tests.diagrams import Step, drawn, states

OUTCOMES: tuple[DeliveryOutcome, ...] = get_args(DeliveryOutcome)
DELIVERY = drawn("A delivery")


class World:
    """One delivery at a time, in a lane of its own, with the relay that owns it and one that takes over."""

    def __init__(self, store: Store) -> None:
        self.store, self.number, self.now = store, 0, NOON
        self.relay = Relay(store, "relay 0")
        self.claimed: dict[str, tuple[Relay, LeasedRow]] = {}

    async def another(self) -> None:
        """A new delivery. Those before are of no interest any more."""
        self.number += 1
        await promise(self.store, promised(f"row {self.number}", child=f"child {self.number}"))

    @property
    def id(self) -> str:
        return f"row {self.number}"

    async def state(self) -> str:
        asked = text("SELECT d.state FROM deliveries d JOIN outbox o ON o.position = d.position WHERE o.id = :id")
        async with self.store.connection() as connection:
            return str((await connection.execute(asked, {"id": self.id})).scalar_one())

    async def position(self) -> int:
        asked = text("SELECT position FROM outbox WHERE id = :id")
        async with self.store.connection() as connection:
            return int((await connection.execute(asked, {"id": self.id})).scalar_one())

    async def claim(self) -> None:
        await self.relay.own(self.now)
        for row in await self.relay.claim(self.now):
            self.claimed[row.row.id] = (self.relay, row)

    def settle(self, outcome: DeliveryOutcome) -> Callable[[], Awaitable[None]]:
        async def say() -> None:
            if self.id in self.claimed:
                relay, row = self.claimed[self.id]
                await relay.settle(row.settled(outcome, "", self.now), now=self.now)

        return say

    async def pass_to_another_relay(self) -> None:
        """The relay loses its shards with a row in flight. The lease runs out, and another one claims."""
        await self.relay.ownership.release(self.now)
        self.now: datetime = self.now + LEASE + SECOND
        self.relay = Relay(self.store, f"relay of {self.now}")
        await self.claim()

    async def release(self) -> None:
        async with self.store.transaction() as tx:
            held = await tx.held_up(retrying=True)
            await tx.release([row.position for row in held if row.row == self.id])

    def confirm(self, became: Literal["delivered", "bounced", "accepted"]) -> Callable[[], Awaitable[None]]:
        async def say() -> None:
            position = await self.position()
            async with self.store.transaction() as tx:
                await tx.confirm(position, became, None, self.now)

        return say

    async def send_again(self) -> None:
        position = await self.position()
        async with self.store.transaction() as tx:
            await tx.send_again([position], self.now)

    async def renew(self) -> None:
        position = await self.position()
        async with self.store.transaction() as tx:
            await tx.renew_leases(self.relay.ownership.owner, [position], self.now, LEASE)


async def test_a_delivery_takes_the_steps_that_are_drawn(store: Store) -> None:
    world = World(store)
    acts = [world.claim, *map(world.settle, OUTCOMES), world.pass_to_another_relay, world.release, world.renew]
    acts += [world.confirm("delivered"), world.confirm("bounced"), world.confirm("accepted"), world.send_again]
    ways: dict[str, tuple[Callable[[], Awaitable[None]], ...]] = {"prepared": ()}
    steps, followed = set[Step](), set[str]()
    while ahead := ways.keys() - followed:
        begin = min(ahead)
        followed.add(begin)
        for act in acts:
            await world.another()
            for before in ways[begin]:
                await before()
            assert await world.state() == begin
            await act()
            end = await world.state()
            steps |= {(begin, end)} - {(begin, begin)}
            ways.setdefault(end, (*ways[begin], act))
    assert steps == DELIVERY


def test_every_state_of_a_delivery_is_drawn() -> None:
    assert states(DELIVERY) == set(get_args(DeliveryState))
