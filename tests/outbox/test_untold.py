"""No fault keeps another from being told: not that of an authority which is not served any more, nor one that cannot be
told itself, nor however many others."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from relay_running import PATIENCE, running
from relay_world import MINUTE, World, a_world, row
from test_undelivered import LEADER, OFFICER, Office

from homeward.served import check_served
from intake.undelivered import _TRIES, DeliveryFault, Undelivered
from outbox import relay
from schemas.delivery import Verdict
from store import OutboxRow, StoreRefusedError

ESCALATIONS, OPERATOR = "topic/nottinghamshire.escalations.v1", ["topic/hub.operators.v1", "mail/hub/operator"]


@pytest.fixture
async def twin() -> AsyncIterator[World]:
    """Where the same befalls the same rows."""
    async with a_world() as made:
        yield made


def serving_only_nottinghamshire(world: World) -> Office:
    office = Office(world)
    office.packs = office.packs.serving(["nottinghamshire"])
    office.telling = Undelivered(world.store, office.packs, office.directories, lambda: world.now)
    office.relay = office.another()
    return office


async def test_of_an_authority_that_is_not_served_any_more_the_operator_hears_and_of_the_others_who_is_answerable(
    hub: World,
) -> None:
    office = serving_only_nottinghamshire(hub)
    await hub.promise(row("gone", child="gone", to="mail/islington/duty_manager")._replace(authority="islington"))
    await office.promise("a", urgency="immediate")
    office.befall(Verdict.REFUSED, "gone", "a")
    await office.relay.drain()
    assert sorted(await office.heard()) == sorted([*OPERATOR, ESCALATIONS, OFFICER])
    (said,) = {detail for each, detail in await office.words() if each.authority == "hub"}
    assert said.startswith("Refused for good: “Child reported missing” (m-gone) to mail/islington/duty_manager: ")


async def test_a_hub_starts_with_such_a_delivery_and_says_how_to_mend_it(
    hub: World, caplog: pytest.LogCaptureFixture
) -> None:
    office = serving_only_nottinghamshire(hub)
    await office.promise("a")
    await hub.promise(row("gone", child="gone", to="mail/islington/duty_manager")._replace(authority="islington"))
    office.befall(Verdict.REFUSED, "gone", "a")
    await office.relay.drain()
    caplog.clear()
    await check_served(hub.store, Office(hub).packs)
    assert caplog.messages == []
    await check_served(hub.store, office.packs)
    (said,) = caplog.messages
    assert said.startswith("This hub does not serve islington, and messages of theirs have not arrived")
    assert "HOMEWARD_AUTHORITIES" in said


async def test_a_fault_that_cannot_be_told_keeps_no_other_from_being_told_and_is_not_hidden(
    hub: World, twin: World
) -> None:
    office = Office(hub)
    await hub.promise(*await _words_about("a", twin))  # so that the database refuses them when they are to be written
    await office.promise("a")
    await office.promise("b", to="mail/nottinghamshire/service_director")
    office.befall(Verdict.REFUSED, "a", "b")
    for _ in range(2):
        with pytest.raises(ExceptionGroup) as raised:
            await office.relay.drain()
        assert raised.group_contains(StoreRefusedError)
    told = [detail for _, detail in await office.words() if "(m-b)" in detail]
    assert len(told) == 2, "one word by two ways"


async def test_what_cannot_be_told_is_tried_again_after_a_minute_and_not_at_each_look(
    hub: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = list[str]()

    async def fails(_self: Undelivered, _tx: object, fault: DeliveryFault, *_: object) -> int:
        tried.append(fault.key)
        raise RuntimeError("a fault of the telling")

    monkeypatch.setattr(Undelivered, "_say", fails)
    office, many = Office(hub), _TRIES + 5
    await hub.promise(*[row(f"{n}", child=f"{n}", to=f"{LEADER}/{n}") for n in range(many)])
    office.befall(Verdict.REFUSED, *[f"{n}" for n in range(many)])
    for tries in (_TRIES, many, many):
        with pytest.raises(ExceptionGroup):
            await office.relay.drain()
        assert len(tried) == tries, "each once, and so many in one look"
    hub.now += MINUTE
    with pytest.raises(ExceptionGroup):
        await office.relay.drain()
    assert len(tried) == many + _TRIES


async def test_a_relay_says_when_it_last_told_all_so_that_telling_which_fails_for_long_is_seen(hub: World) -> None:
    faults, turns = [True], asyncio.Queue[None]()

    async def tell() -> int:
        turns.put_nowait(None)
        if faults:
            raise RuntimeError("a fault of the telling")
        return 0

    telling = hub.relay(tell=tell, look=0.002)
    assert telling.told_at is None
    async with running(telling), asyncio.timeout(PATIENCE):
        await turns.get()
        hub.now += MINUTE
        for _ in range(3):
            await turns.get()
        assert telling.told_at == hub.now - MINUTE
        faults.clear()
        while telling.told_at != hub.now:
            await turns.get()


async def test_a_look_that_takes_long_is_made_less_often_and_often_enough(
    hub: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = asyncio.Queue[float]()
    took = 0.05

    async def tell() -> int:
        turns.put_nowait(time.monotonic())
        await asyncio.sleep(took)
        return 0

    async with running(hub.relay(tell=tell, look=0.002)), asyncio.timeout(PATIENCE):
        first = await turns.get()
        assert await turns.get() - first > 5 * took
        monkeypatch.setattr(relay, "_TELLING", 1e-9)
        monkeypatch.setattr(relay, "_TOLD_WITHIN", 0.1)
        for _ in range(3):
            await turns.get()


async def _words_about(name: str, world: World) -> list[OutboxRow]:
    office = Office(world)
    await office.promise(name, to=LEADER)
    office.befall(Verdict.REFUSED, name)
    await office.relay.drain()
    return [each for each, _ in await office.words()]
