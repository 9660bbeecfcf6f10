"""One cause, one reader, one e-mail, while each message keeps a state of its own."""

from collections.abc import AsyncIterator
from email import message_from_bytes

import pytest_asyncio
from relay_world import CARE, WORKER, World, a_world, row

from producers.fakes import MemoryMailSender
from schemas.delivery import Verdict


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    async with a_world() as made:
        yield made


def letters(world: World) -> list[list[str]]:
    """The messages that each e-mail that arrived speaks of."""
    sender = world.mails.inner
    assert isinstance(sender, MemoryMailSender)
    heads = (message_from_bytes(post.content)["X-Homeward-Message"] for post in sender.posts)
    return [[*head.split(", ")] for head in heads]


async def test_what_one_report_makes_the_hub_say_to_one_mailbox_is_one_letter(world: World) -> None:
    await world.promise(*(row(name, to=WORKER, cause="report-1") for name in "abc"))
    assert await world.relay().drain() == 3
    assert letters(world) == [["m-a", "m-b", "m-c"]]
    assert await world.states() == dict.fromkeys("abc", "accepted")


async def test_another_report_is_another_letter_and_comes_after_it(world: World) -> None:
    await world.promise(
        row("a", to=WORKER, cause="1"), row("b", to=WORKER, cause="2"), row("c", to=WORKER, cause="2"),
        row("d", to=WORKER, cause="1"),
    )  # fmt: skip
    await world.relay().drain()
    assert letters(world) == [["m-a"], ["m-b", "m-c"], ["m-d"]]


async def test_a_topic_keeps_a_record_for_each_message(world: World) -> None:
    await world.promise(*(row(name, to=CARE, cause="report-1") for name in "abc"))
    await world.relay().drain()
    assert world.arrived() == ["a", "b", "c"]


async def test_two_roles_that_share_a_mailbox_get_one_letter(world: World) -> None:
    manager = WORKER.replace("allocated_social_worker", "team_manager")
    await world.promise(row("a", to=WORKER, cause="1"), row("b", to=manager, cause="1"))
    await world.relay().drain()
    assert letters(world) == [["m-a", "m-b"]]


async def test_a_letter_is_not_torn_where_a_claim_is_full(world: World) -> None:
    await world.promise(row("a", to=WORKER, cause="1"), *(row(name, to=WORKER, cause="2") for name in "bc"))
    await world.relay(batch=2).drain()
    assert letters(world) == [["m-a"], ["m-b", "m-c"]]
    assert {promise.attempts for promise in (await world.promises()).values()} == {1}


async def test_a_cause_that_is_larger_than_a_claim_leaves_in_several_letters(world: World) -> None:
    await world.promise(*(row(name, to=WORKER, cause="1") for name in "abc"))
    await world.relay(batch=2).drain()
    assert letters(world) == [["m-a", "m-b"], ["m-c"]]


async def test_each_message_of_a_letter_that_did_not_arrive_is_tried_again_and_as_the_same_letter(world: World) -> None:
    world.fates["a"] = Verdict.RETRY
    await world.promise(*(row(name, to=WORKER, cause="1") for name in "ab"))
    relay = world.relay()
    await relay.drain()
    assert (letters(world), await world.states()) == ([], dict.fromkeys("ab", "retrying"))
    world.fates.clear()
    world.now = max(p.next_attempt_at for p in (await world.promises()).values() if p.next_attempt_at)
    await relay.drain()
    assert letters(world) == [["m-a", "m-b"]]
    assert await world.states() == dict.fromkeys("ab", "accepted")
