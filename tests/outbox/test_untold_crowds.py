"""However many messages wait for one mailbox whose next word is not due, or cannot be said, they hide no other: not
those to another mailbox, nor what must climb, nor what has just come back."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from relay_world import MINUTE, SECOND, World
from test_relay_paused import pause
from test_undelivered import LEADER, Office, with_ladder

from intake import undelivered
from intake.undelivered import DeliveryFault, Undelivered
from store import Transaction

DIRECTOR = "mail/nottinghamshire/service_director"


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many rows are seen in one look, in place of a thousand."""
    monkeypatch.setattr(undelivered, "_AT_ONCE", 6)


async def crowd(office: Office, to: str) -> None:
    """A paused mailbox that has had its word, and for which more waits than one look sees."""
    await pause(office.world, to)
    await office.promise(f"{to} 0", to=to, urgency="immediate")
    office.world.now += 5 * MINUTE
    await office.telling.tell()
    await office.promise(*(f"{to} {n}" for n in range(1, 9)), to=to, urgency="immediate")


async def told(office: Office, name: str) -> list[str]:
    """What has been said of this message, or of those of which it is the first."""
    return [detail for _, detail in await office.words() if f"(m-{name})" in detail]


@pytest.mark.parametrize("crowds", [1, 3])
async def test_a_message_to_another_mailbox_is_told_at_its_time(hub: World, crowds: int) -> None:
    office = Office(hub)
    for n in range(crowds):
        await crowd(office, f"mail/nottinghamshire/social_worker/sw{n}")
    await pause(hub, DIRECTOR)
    await office.promise("f", to=DIRECTOR, urgency="immediate")
    hub.now += 5 * MINUTE - SECOND
    await office.telling.tell()
    assert not await told(office, "f")
    hub.now += SECOND
    for _ in range(2):  # the first may have a word to say about a crowd
        await office.telling.tell()
    assert await told(office, "f")


async def test_the_word_of_a_crowd_comes_when_it_is_due(hub: World) -> None:
    office = Office(hub)
    await crowd(office, LEADER)
    hub.now += 15 * MINUTE - SECOND
    await office.telling.tell()
    assert not await told(office, f"{LEADER} 1")
    hub.now += SECOND
    await office.telling.tell()
    assert await told(office, f"{LEADER} 1")


async def test_what_comes_back_is_told_with_the_crowd_of_its_mailbox(hub: World, tmp_path: Path) -> None:
    """A word about the one alone would put off that about the others."""
    office = with_ladder(hub, tmp_path, "team_manager", "children_missing_officer")
    await office.promise("alert", to=DIRECTOR, urgency="immediate", type="senior.alert")
    await office.relay.drain()
    await crowd(office, DIRECTOR)
    hub.now += 10 * MINUTE
    async with hub.store.transaction() as tx:
        assert await tx.confirm(1, "bounced", "no such mailbox", hub.now)
    await office.telling.tell()
    said, *_ = await told(office, "alert")
    assert int(said.split(": ")[1].split(" ")[0]) > 4, said


async def test_what_must_climb_does_so_from_behind_the_crowd_of_its_mailbox(hub: World, tmp_path: Path) -> None:
    office = with_ladder(hub, tmp_path, "team_manager", "children_missing_officer")
    await crowd(office, DIRECTOR)
    await office.promise("alert", to=DIRECTOR, urgency="immediate", type="senior.alert")
    hub.now += 5 * MINUTE
    before = len(await office.words())
    await office.telling.tell()
    assert "mail/nottinghamshire/team_manager" in (await office.heard())[before:]


@pytest.mark.parametrize("way", [True, False], ids=["of a whole way out", "of a mailbox"])
async def test_a_crowd_that_cannot_be_told_hides_no_other(
    hub: World, monkeypatch: pytest.MonkeyPatch, way: bool
) -> None:
    office, say = Office(hub), Undelivered._say

    async def fails(self: Undelivered, tx: Transaction, fault: DeliveryFault, *more: Any) -> int:
        if fault.destination == (None if way else LEADER) and all(row.kind is None for row in fault.rows):
            raise RuntimeError("a fault of the telling")
        return await say(self, tx, fault, *more)

    monkeypatch.setattr(Undelivered, "_say", fails)
    if not way:
        await pause(hub, LEADER)
    await office.promise(*"abcdefgh", to=LEADER, urgency="immediate")
    await pause(hub, DIRECTOR)
    await office.promise("other", to=DIRECTOR, urgency="immediate")
    hub.now += 5 * MINUTE
    for _ in range(2):
        with pytest.raises(ExceptionGroup):
            await office.telling.tell()
    assert await told(office, "other")


async def test_two_that_look_at_one_time_say_one_word_about_a_mailbox(
    hub: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, say, both = Office(hub), Undelivered._say, asyncio.Barrier(2)
    other = Undelivered(hub.store, office.packs, office.directories, lambda: hub.now)

    async def at_one_time(self: Undelivered, *given: Any) -> int:
        try:
            async with asyncio.timeout(1):  # it is for the one to wait until the other has said it
                await both.wait()
        except (TimeoutError, asyncio.BrokenBarrierError):
            pass
        return await say(self, *given)

    monkeypatch.setattr(Undelivered, "_say", at_one_time)
    await pause(hub, LEADER)
    await office.promise(*(f"{n:02}" for n in range(12)), to=LEADER, urgency="immediate")
    hub.now += timedelta(minutes=6)
    assert sum(await asyncio.gather(office.telling.tell(), other.tell())) == 1
