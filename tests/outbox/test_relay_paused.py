"""What somebody has paused is left alone until it is resumed; both stand in the ledger; and what cannot wait is told of
as held up."""

import pytest
from relay_world import CARE, MINUTE, POLICE, SECOND, WORKER, World, row
from test_undelivered import LEADER, OFFICER, Office

from store import Store
from store.pausing import Pause


async def pause(world: World, name: str, why: str = "the mailbox is being moved") -> bool:
    async with world.store.transaction() as tx:
        return await tx.pause(Pause(name, "h.ops", world.now, why))


async def resume(world: World, name: str) -> bool:
    async with world.store.transaction() as tx:
        return await tx.resume(name, "h.ops", world.now)


@pytest.mark.parametrize(
    "name", [CARE, "topic", f"a|{CARE}"], ids=["a destination", "a whole way out", "the lane of one subject"]
)
async def test_a_relay_leaves_alone_what_is_paused_and_sends_it_once_resumed(hub: World, name: str) -> None:
    await hub.promise(row("a1", child="a", to=CARE), row("m", child="a", to=WORKER))
    assert await pause(hub, name)
    relay = hub.relay()
    await relay.drain()
    assert await hub.states() == {"a1": "prepared", "m": "accepted"}
    assert await resume(hub, name)
    await relay.drain()
    assert hub.arrived() == ["a1"]
    await relay.stop()


async def test_a_pause_holds_up_no_other_destination_and_no_other_lane(hub: World) -> None:
    await hub.promise(row("a1", child="a", to=CARE), row("b1", child="b", to=CARE), row("a2", child="a", to=POLICE))
    await pause(hub, f"a|{CARE}")
    relay = hub.relay()
    await relay.drain()
    assert sorted(hub.arrived()) == ["a2", "b1"]
    await relay.stop()


async def test_what_is_paused_is_told_with_since_when_by_whom_why_and_what_waits(hub: World) -> None:
    await hub.promise(row("a1", child="a", to=CARE), row("b1", child="b", to=CARE), row("c1", child="c", to=POLICE))
    await pause(hub, CARE)
    async with hub.store.reading() as tx:
        (held,) = await tx.paused()
        waiting = {each.destination: each.waiting for each in await tx.waiting_destinations()}
    assert (held.pause, held.waiting) == (Pause(CARE, "h.ops", hub.now, "the mailbox is being moved"), 2)
    assert held.oldest is not None
    assert waiting == {CARE: 2, POLICE: 1}


async def test_pausing_twice_keeps_the_first_pause_and_resuming_twice_does_nothing(hub: World) -> None:
    assert await pause(hub, CARE, "first")
    hub.now += MINUTE
    assert not await pause(hub, CARE, "second")
    async with hub.store.reading() as tx:
        assert [held.pause.why for held in await tx.paused()] == ["first"]
    assert await resume(hub, CARE)
    assert not await resume(hub, CARE)
    assert await pause(hub, CARE)  # at the same instant


async def test_every_pause_stands_in_the_ledger_with_its_reason_among_what_can_be_purged(hub: World) -> None:
    await pause(hub, CARE, "the mailbox of Robin Madeup is full")
    hub.now += MINUTE
    await resume(hub, CARE)
    lines = [line for line in await hub.ledger() if line.kind == "pause"]
    assert [(line.entry["what"], line.entry["name"], line.entry["who"]) for line in lines] == [
        ("paused", CARE, "h.ops"),
        ("resumed", CARE, "h.ops"),
    ]
    assert "Robin" not in str([line.entry for line in lines])
    assert await _verified(hub.store)


async def _verified(store: Store) -> bool:
    async with store.reading() as tx:
        return (await tx.prove_ledger()).faults == []


async def test_an_immediate_message_behind_a_pause_is_told_as_held_up_by_another_way(hub: World) -> None:
    office = Office(hub)
    await pause(hub, LEADER)
    await office.promise("a", "b", urgency="immediate")
    await office.promise("c", to="mail/nottinghamshire/service_director")
    await office.relay.drain()
    assert await office.words() == []
    hub.now += 5 * MINUTE + SECOND
    await office.relay.drain()
    (detail,) = {detail for _, detail in await office.words()}
    assert OFFICER in await office.heard()
    assert LEADER not in await office.heard()
    assert "2 messages" in detail
    assert "to the relevant manager by e-mail" in detail
    assert "paused by h.ops since 2026-03-17 12:00 UTC: the mailbox is being moved" in detail
    await office.relay.stop()
