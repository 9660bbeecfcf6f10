"""A canary walks all the way and leaves nothing behind; where a part is dead it goes absent at the right stage."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from canary_world import EVERY, PROBE, WHOSE, World, world
from sqlalchemy import text

from homeward.canaries import SETTLES
from homeward.health.standing import standing
from intake.records import RawRecord
from reporting.canaries import absent_canaries
from schemas.topics import canary_end, canary_start
from store.errors import StoreRefusedError
from store.pausing import Pause


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.postgres)])
async def walked(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    if request.param == "postgres":
        fresh: Callable[[], str] = request.getfixturevalue("postgres")
        url = fresh()
    async with world(url) as made:
        yield made


@pytest.fixture
async def hub() -> AsyncIterator[World]:
    async with world() as made:
        yield made


async def absent(hub: World) -> dict[str, str | None]:
    async with hub.store.reading() as tx:
        found = absent_canaries(await tx.canaries(), WHOSE, EVERY, hub.clock.now())
    return {each.authority: each.stage for each in found}


async def test_a_canary_of_each_authority_comes_home_by_its_topic_and_the_mailbox_and_leaves_nothing(
    walked: World,
) -> None:
    await walked.turn()
    rows = await walked.rows()
    assert {*rows} == {*WHOSE}
    assert all(row.waits_for is None and row.whole_at == walked.clock.now() for row in rows.values())
    assert [post.mailbox for post in walked.mail.posts] == [PROBE] * 2
    assert {r.topic for r in walked.topics.records} == {canary_start(), *map(canary_end, WHOSE)}
    for table in ("outbox", "deliveries", "inbox", "ledger", "episodes", "people", "worklist", "quarantine", "timers"):
        assert await walked.table(table) == [], table


@pytest.mark.parametrize(
    ("part", "stage"), [("kafka", "sent"), ("consumers", "taken"), ("relay", "topic"), ("mail", "mail")]
)
async def test_a_dead_part_makes_the_canary_absent_at_its_stage_and_it_comes_home_when_the_part_is_back(
    walked: World, part: str, stage: str
) -> None:
    await walked.turn()
    walked.dead = {part}
    for _ in range(2):
        await walked.turn(15)
        assert await walked.waits_for() == {stage}
        assert await absent(walked) == {}
    await walked.turn(1)
    assert await absent(walked) == dict.fromkeys(WHOSE, stage)
    told, faults = await standing(walked.parts, ["relay"])
    assert faults["canary"] is not None
    assert "islington: no canary has come home for 1860 s" in faults["canary"]
    assert told["canaries"]["islington"]["absent"]
    assert not told["canaries"]["islington"]["stages"][stage]
    walked.dead = set()
    await walked.turn(1)
    assert await walked.waits_for() == {None}
    assert await absent(walked) == {}
    assert (await standing(walked.parts, ["relay"]))[1]["canary"] is None
    assert await walked.table("outbox") == []


async def test_where_none_sets_out_any_more_that_is_told(hub: World) -> None:
    await hub.turn()
    hub.clock.set(hub.clock.now() + timedelta(minutes=31))
    assert await absent(hub) == dict.fromkeys(WHOSE, None)


async def test_where_none_has_ever_set_out_that_is_told_unless_none_was_to(hub: World) -> None:
    async def told() -> tuple[str | None, set[str]]:
        found, faults = await standing(hub.parts, ["relay"])
        return faults["canary"], {whose for whose, each in found["canaries"].items() if each["absent"]}

    async with hub.store.connection() as connection:
        none = "CREATE TRIGGER none BEFORE INSERT ON canaries BEGIN SELECT RAISE(ABORT, 'no right'); END"
        await connection.execute(text(none))
    async with hub.store.transaction() as tx:
        await tx.pause(Pause("mail", "somebody", hub.clock.now(), "to look"))
    for _ in range(4):
        hub.clock.set(hub.clock.now() + EVERY)
        await hub.canaries.look()
    async with hub.store.transaction() as tx:
        await tx.resume("mail", "somebody", hub.clock.now())
    hub.clock.set(hub.clock.now() + 2 * EVERY)
    assert await told() == (None, set())
    with pytest.raises(StoreRefusedError):
        await hub.canaries.look()
    hub.clock.set(hub.clock.now() + timedelta(seconds=SETTLES + 1))
    said, absent = await told()
    assert absent == {*WHOSE}
    assert "islington: no canary has come home for 2101 s, none has ever set out" in (said or "")
    consumers, _ = await standing(hub.parts, ["consumers"])
    assert consumers["canaries"] == {}, "those who send none cannot know"


async def test_a_dead_part_makes_no_heap_of_canaries_and_tells_nobody_by_message(hub: World) -> None:
    hub.dead = {"mail"}
    for _ in range(20):
        await hub.turn(15)
    hub.dead = {"relay", "consumers"}
    for _ in range(20):
        await hub.turn(15)
    assert len(await hub.table("outbox")) == 0
    hub.dead = {"mail"}
    await hub.turn(15)
    assert len(await hub.table("outbox")) == len(WHOSE) * 2
    await hub.parts.undelivered.tell()
    hub.dead = set()
    await hub.turn(60 * 24 * 3)
    assert await hub.table("outbox") == []
    assert {post.mailbox for post in hub.mail.posts} == {PROBE}
    assert await hub.table("ledger") == []


async def test_one_that_is_read_again_or_is_not_the_hubs_own_does_nothing(hub: World) -> None:
    await hub.turn()
    former = [
        RawRecord(r.topic, 0, n, r.value, hub.clock.now(), r.key, r.headers) for n, r in enumerate(hub.topics.records)
    ]
    written = len(hub.topics.records)
    await hub.read(former)
    forged = [(name, b"walk of nobody" if name == "ce_id" else value) for name, value in former[0].headers]
    await hub.read([RawRecord(canary_start(), 0, 9, former[0].value, hub.clock.now(), None, tuple(forged))])
    await hub.deliver()
    assert len(hub.topics.records) == written
    assert await hub.table("outbox") == []
    assert await hub.table("quarantine") == []


async def test_nothing_else_passes_on_the_hubs_topics_and_no_canary_on_anybody_elses(hub: World) -> None:
    await hub.canaries.look()
    (bird, *_) = hub.topics.records
    hidden = [(name, b"police.missing" if name == "ce_type" else value) for name, value in bird.headers]
    told = {canary_start(): hidden, "police.xx.notifications.v1": bird.headers, canary_end("islington"): hidden}
    records = [RawRecord(t, 0, 1, bird.value, hub.clock.now(), None, tuple(h)) for t, h in told.items()]
    await hub.read(records)
    async with hub.store.reading() as tx:
        reasons = {(held.row.topic, held.row.reason) for held in await tx.quarantined()}
    assert reasons == {
        (canary_start(), "wrong_topic"),
        (canary_end("islington"), "wrong_topic"),
        ("police.xx.notifications.v1", "unknown_type"),
    }
    assert await hub.waits_for() == {"taken"}


async def test_no_canary_sets_out_while_something_that_it_needs_is_paused_and_its_absence_does_not_count(
    hub: World,
) -> None:
    await hub.turn()
    async with hub.store.transaction() as tx:
        await tx.pause(Pause("mail", "somebody", hub.clock.now(), "to look"))
    written = len(hub.topics.records)
    for _ in range(10):
        await hub.turn(15)
    assert len(hub.topics.records) == written
    assert await absent(hub) == {}
    async with hub.store.transaction() as tx:
        await tx.resume("mail", "somebody", hub.clock.now())
    await hub.turn()
    assert len(hub.topics.records) > written
    assert await hub.waits_for() == {None}


async def test_a_time_in_which_no_hub_ran_counts_for_nothing(hub: World) -> None:
    await hub.turn()
    hub.clock.set(hub.clock.now() + timedelta(hours=8))
    hub.dead = {"relay"}
    hub.canaries._is_new = True  # as after a start
    await hub.turn()
    assert await absent(hub) == {}
    await hub.turn(31)
    assert await absent(hub) == dict.fromkeys(WHOSE, "topic")


async def test_without_a_mailbox_it_is_home_when_its_topic_was_read() -> None:
    async with world(canary_to=None) as hub:
        await hub.turn()
        assert await hub.waits_for() == {None}
        assert hub.mail.posts == []


def test_a_setting_turns_them_off() -> None:
    with pytest.raises(AssertionError):
        World(None, canary_every=0)  # type: ignore[arg-type]
