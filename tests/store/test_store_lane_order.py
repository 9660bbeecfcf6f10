"""That a lane keeps its order whatever happens: random promises, claims, failures, stalls, deaths and releases, on each
database, against a model of a page."""

import random

import pytest
from lane_world import CHANNELS, World
from store_examples import LEASE

from store import Store

STEPS = 140


@pytest.mark.parametrize("seed", range(3))
async def test_no_row_passes_another_of_its_lane_but_a_found_one_that_is_stuck(store: Store, seed: int) -> None:
    world = World(store, random.Random(seed))
    await world.hand_over()
    claimed = 0
    for _ in range(STEPS):
        match world.dice.choice("pppcccccsssttthlr"):
            case "p":
                await world.promise()
            case "c":
                claimed += len(await world.claim(world.dice.randint(1, 10)))
            case "s":
                await world.settle(world.relays[-1])
            case "l":
                await world.settle(world.dice.choice(world.relays))
            case "t":
                await world.pass_time()
            case "h":
                await world.hand_over()
            case _:
                await world.release()
    assert claimed > STEPS / 2
    await _finish(world)


async def _finish(world: World) -> None:
    """Nothing is lost: when every hand lets go and every clock has run, each row is sent, and its sending told once."""
    await world.release(everything=True)
    await world.promise()
    world.now += 2 * LEASE
    await world.claim(3)
    await world.hand_over()  # and so the last one, too, has stalled
    world.now += 2 * LEASE
    owner = world.relays[-1].ownership.owner
    while rows := [*await world.claim(50, CHANNELS[0]), *await world.claim(50, CHANNELS[1])]:
        assert not any(row.overtakes for row in rows)
        settled = await world.relays[-1].settle(*(row.settled("accepted") for row in rows), now=world.now)
        assert settled == len(rows)
        for row in rows:
            world.rows[row.position].state = "accepted"
            world.rows[row.position].sent += 1
        world.in_flight[owner].clear()
    for stalled in world.relays:
        await world.settle(stalled)
    assert world.late
    assert {row.sent for row in world.rows.values()} == {1}
