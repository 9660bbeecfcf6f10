"""What a register tells: the newest record holds, a withdrawn one is gone, and a feed read again changes nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hub_in_memory import REGISTER, Hub, hub
from wire_messages import case, child, context, found, missing, police

from enrichment.register import Place
from enrichment.serialisation import read_held
from episodes.record import RegisterRecord
from intake.records import RawRecord
from store.register_freshness import RegisterFreshness

OPEN: list[dict[str, Any]] = [{"service": "cscs", "worker": "sw1"}]


def keyed(h: Hub, value: bytes | None, key: str, offset: int | None = None) -> RawRecord:
    raw = replace(h.raw(value, REGISTER), key=key.encode())
    return raw if offset is None else replace(raw, offset=offset)


async def held(h: Hub, number: str) -> RegisterRecord | None:
    """The record of whoever has this number at Nottinghamshire."""
    async with h.store.reading() as tx:
        where = await tx.find([("nottinghamshire", *number.split(":"))], [], [])
        people, _ = await tx.load({row.person for row in where.identifiers})
    return read_held(next(iter(people.values())).doc).record if people else None


async def test_a_withdrawn_record_takes_services_and_numbers_with_it() -> None:
    async with hub() as h:
        await h.intake.process_batch([keyed(h, context(-1, "mosaic:M-1", "compact:K-1", services=OPEN), "M-1")])
        await h.intake.process_batch([keyed(h, None, "M-1")])
        assert await held(h, "mosaic:M-1") is None
        assert await held(h, "compact:K-1") is None
        await h.take(missing())
        assert await h.kinds() == ["doubtful_match"]
        assert await h.kinds("notify.missing") == []


async def test_episodes_and_promises_outlive_a_withdrawn_record_and_are_told() -> None:
    async with hub() as h:
        await h.intake.process_batch([keyed(h, context(-1, "mosaic:M-1", "compact:K-1", services=OPEN), "M-1")])
        await h.take(missing())
        before, facts = await h.said(), await h.ledger("fact")
        await h.intake.process_batch([keyed(h, None, "M-1")])
        assert (await h.said())[: len(before)] == before
        new = (await h.ledger("fact"))[len(facts) :]
        assert [[name for name, _ in line.entry["events"]] for line in new] == [["record_changed"]]
        record = await held(h, "compact:K-1")
        assert record is not None
        assert (record.registered, record.withdrawn, record.identifiers) == (False, True, (("compact", "K-1"),))
        assert [service.worker for service in record.services] == ["sw1"]
        await h.take(found(40))
        back = [m for m in await h.said() if m["type"] == "episode.found"]
        assert [m["child"]["identifiers"] for m in back] == [child("compact:K-1")["identifiers"]]


def kept(worker: str, **fields: Any) -> bytes:
    return context(-1, "mosaic:M-1", "compact:K-1", services=[{"service": "cscs", "worker": worker}], **fields)


async def test_a_withdrawn_record_silences_no_clock_of_a_child_who_is_missing_and_is_told() -> None:
    async with hub() as h:
        await h.intake.process_batch([keyed(h, kept("sw1", plan="looked_after"), "M-1")])
        await h.take(missing())
        await h.intake.process_batch([keyed(h, None, "M-1")])
        [told] = [m for m in await h.said() if m["kind"] == "data_quality"]
        assert (told["incident"], told["to"][0]["role"]) == ("P-1", "children_missing_officer")
        assert "AMB-190" in told["clauses"]
        await h.fall(80)
        asked = [(m["type"], m["kind"], m["to"][0]["person"]) for m in await h.said()]
        assert ("senior.alert", "absence_24h", None) in asked
        assert ("meeting.request", "strategy_discussion", "sw1") in asked


async def test_it_stands_until_nothing_is_owed_any_more() -> None:
    async with hub() as h:
        await h.intake.process_batch([keyed(h, kept("sw1", plan="looked_after"), "M-1")])
        await h.take(missing())
        await h.intake.process_batch([keyed(h, None, "M-1")])
        await h.fall(80)
        await h.take(found(85))
        asked = [m["to"][0]["person"] for m in await h.said() if m["type"] == "rhi.request"]
        assert asked == ["sw1"]
        record = await held(h, "compact:K-1")
        assert record is not None
        assert record.withdrawn
        await h.take(police("retracted", 90))
        async with h.store.reading() as tx:
            people, _ = await tx.load(await tx.people_of("nottinghamshire", "", 10))
        [left] = [read_held(row.doc).record for row in people.values()]
        assert (left.withdrawn, left.services, left.plan) == (False, (), None)


async def test_a_new_record_takes_the_place_of_what_was_last_known() -> None:
    async with hub() as h:
        await h.intake.process_batch([keyed(h, kept("sw1"), "M-1")])
        await h.take(missing())
        await h.intake.process_batch([keyed(h, None, "M-1")])
        await h.intake.process_batch([keyed(h, kept("sw2", plan="child_in_need"), "M-1")])
        record = await held(h, "compact:K-1")
        assert record is not None
        assert (record.registered, record.withdrawn, record.plan) == (True, False, "child_in_need")
        assert [service.worker for service in record.services] == ["sw2"]


async def test_a_withdrawn_record_of_a_child_who_is_not_missing_is_gone_and_nobody_is_told() -> None:
    async with hub() as h:
        await h.intake.process_batch([keyed(h, kept("sw1"), "M-1")])
        await h.intake.process_batch([keyed(h, None, "M-1")])
        assert await h.said() == []


async def test_a_child_may_come_back_to_the_register() -> None:
    async with hub() as h:
        await h.intake.process_batch([keyed(h, context(-1, "mosaic:M-1", services=OPEN), "M-1")])
        await h.intake.process_batch([keyed(h, None, "M-1")])
        await h.intake.process_batch([keyed(h, context(1, "mosaic:M-1", services=OPEN), "M-1")])
        record = await held(h, "mosaic:M-1")
        assert record is not None
        assert record.registered


async def test_a_tombstone_of_a_former_key_withdraws_nothing() -> None:
    async with hub() as h:
        await h.intake.process_batch([keyed(h, context(-2, "mosaic:M-1", "compact:K-1"), "M-1")])
        await h.intake.process_batch([keyed(h, context(-1, "lcs:L-1", "compact:K-1", services=OPEN), "L-1")])
        await h.intake.process_batch([keyed(h, None, "M-1")])
        record = await held(h, "compact:K-1")
        assert record is not None
        assert [s.worker for s in record.services] == ["sw1"]


async def test_a_number_that_the_newest_record_leaves_out_is_nobodys() -> None:
    async with hub() as h:
        await h.intake.process_batch([keyed(h, context(-2, "mosaic:M-1", "compact:K-1"), "M-1")])
        await h.intake.process_batch([keyed(h, context(-1, "mosaic:M-1"), "M-1")])
        assert await held(h, "compact:K-1") is None
        assert await held(h, "mosaic:M-1") is not None


async def test_records_without_any_number_are_told_apart_by_their_keys() -> None:
    async with hub() as h:
        await h.intake.process_batch([keyed(h, context(-2), "a"), keyed(h, context(-1), "b")])
        async with h.store.reading() as tx:
            keys = await tx.find([("nottinghamshire", "", "a"), ("nottinghamshire", "", "b")], [], [])
        assert len({row.person for row in keys.identifiers}) == 2


async def test_the_same_record_once_more_changes_nothing() -> None:
    async with hub() as h:
        await h.take(context(-1, "compact:K-1", services=OPEN), missing())
        before, facts = await h.said(), await h.ledger("fact")
        await h.take(context(3, "compact:K-1", services=OPEN))
        assert await h.said() == before
        assert await h.ledger("fact") == facts


async def test_a_feed_that_is_read_again_changes_nothing() -> None:
    async with hub() as h:
        feed = [
            keyed(h, context(-3, "mosaic:M-1", services=[{"service": "cscs", "worker": "former"}]), "M-1"),
            keyed(h, context(-2, "mosaic:M-2", services=OPEN), "M-2"),
            keyed(h, None, "M-2"),
            keyed(h, context(-1, "mosaic:M-1", services=OPEN), "M-1"),
        ]
        await h.intake.process_batch(feed)
        await h.take(missing(child=child("mosaic:M-1")))
        await h.take(case("case.opened", 1, child=child("mosaic:M-1"), service="tsyjs", worker="yj1"))
        before, lines = await held(h, "mosaic:M-1"), await h.ledger("report")
        said = await h.said()
        for raw in feed:  # one by one, so that each stands alone against what is held
            await h.intake.process_batch([raw], again=True)
        assert await held(h, "mosaic:M-1") == before
        assert await held(h, "mosaic:M-2") is None
        assert await h.said() == said
        assert await h.ledger("report") == lines


async def test_a_feed_whose_topic_was_made_anew_is_believed_from_its_first_record_on() -> None:
    async with hub() as h:
        for _ in range(5):
            await h.intake.process_batch([keyed(h, context(-1, "mosaic:M-1", services=OPEN), "M-1")])
        h._offset = 0
        h.clock.set(h.clock.now() + timedelta(hours=1))
        moved = [{"service": "cscs", "worker": "newer"}]
        await h.intake.process_batch([keyed(h, context(1, "mosaic:M-1", services=moved), "M-1")])
        record = await held(h, "mosaic:M-1")
        assert record is not None
        assert [service.worker for service in record.services] == ["newer"]


async def test_a_feed_that_is_read_again_fills_an_empty_database() -> None:
    async with hub() as h:
        raw = keyed(h, context(-1, "mosaic:M-1", services=OPEN), "M-1")
        await h.intake.process_batch([raw], again=True)
        record = await held(h, "mosaic:M-1")
        assert record is not None
        assert record.registered


async def test_what_cannot_be_read_is_not_set_aside_twice() -> None:
    async with hub() as h:
        raw = keyed(h, b"{", "M-1")
        await h.intake.process_batch([raw])
        await h.intake.process_batch([raw], again=True)
        assert len(await h.held()) == 1


async def test_the_age_of_each_feed_is_known_and_never_goes_back() -> None:
    async with hub() as h:
        first = keyed(h, context(-2, "mosaic:M-1"), "M-1")
        begin = h.clock.now()
        await h.intake.process_batch([first])
        h.clock.set(begin + timedelta(hours=5))
        await h.intake.process_batch([keyed(h, context(5, "mosaic:M-2"), "M-2")])
        h.clock.set(begin + timedelta(hours=9))
        await h.intake.process_batch([first], again=True)
        async with h.store.reading() as tx:
            newest = begin + timedelta(hours=5)
            assert await tx.register_freshness() == [RegisterFreshness("nottinghamshire", newest, newest)]


def place(offset: int, hours: float = 0, partition: int = 0, again: bool = False) -> Place:
    from wire_messages import later

    return Place("M-1", "c", REGISTER, partition, offset, later(hours), again)


@pytest.mark.parametrize(
    ("one", "other", "later"),
    [
        (place(2), place(1, hours=5), True),  # within a partition its own order holds, whatever the clocks say
        (place(1, hours=5, again=True), place(2), False),
        (place(1, hours=5), place(2), True),  # in a topic that was made anew
        (place(1, hours=-5), place(2), False),
        (place(1, hours=5, partition=1), place(2), True),  # a feed that moved: the instants tell
        (place(9, partition=1), place(2, hours=1), False),
        (place(1, partition=1), place(2), True),
    ],
)
def test_which_of_two_records_is_the_later(one: Place, other: Place, later: bool) -> None:
    assert (one.after(other) > 0) is later


def test_a_record_is_neither_before_nor_after_itself() -> None:
    assert place(3).after(place(3)) == 0
