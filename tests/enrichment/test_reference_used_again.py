"""A force uses a reference again: what begins after the return is another absence, and each word belongs to the one
that it can mean (AMB-173)."""

import pytest
from hub_in_memory import Hub, hub
from people_described import told
from wire_messages import case, child, context, found, later, missing, police

OPEN = [{"service": "cscs", "worker": "sw1"}]


async def states(h: Hub) -> list[str]:
    """Those of the reference, the oldest first."""
    async with h.store.reading() as tx:
        where = await tx.find([], [("XX", "P-1")], [])
        _, episodes = await tx.load({row.person for row in where.references})
    return [row.state for row in episodes]


async def twice(h: Hub) -> None:
    await h.take(context(-5, "compact:K-1", services=OPEN), missing(), found(10))
    h.clock.set(later(200))
    await h.take(missing(200))


async def test_a_start_after_the_return_is_another_absence_and_the_first_stays_as_it_was() -> None:
    async with hub() as h:
        await twice(h)
        assert await states(h) == ["found", "open"]
        assert len(told(await h.said())) == 2
        assert len({m["episode"] for m in await h.said() if m["type"] == "episode.open"}) == 2
        facts = [line.entry["events"] for line in await h.ledger("fact")]
        assert not [event for events in facts for event, _ in events if event.startswith("start_changed")]


@pytest.mark.parametrize(
    "again",
    [missing(10), missing(5), missing(200, reported_at=None), missing(0, risk="high")],
    ids=["at the return", "before it", "without a time", "the first again"],
)
async def test_a_start_before_or_at_the_return_is_a_correction(again: bytes) -> None:
    async with hub() as h:
        await h.take(missing(), found(10), again)
        assert await states(h) == ["found"]


async def test_each_absence_hears_what_is_said_of_it() -> None:
    async with hub() as h:
        await twice(h)
        await h.take(police("status_change", 201, risk="high"))
        await h.take(found(210))
        assert await states(h) == ["found", "found"]
        await h.take(missing(1))  # the first period was another one by an hour
        await h.take(found(9))  # and ended earlier
        facts = [(line.episode, [name for name, _ in line.entry["events"]]) for line in await h.ledger("fact")]
        first, second = dict.fromkeys(episode for episode, _ in facts)
        assert [episode for episode, names in facts if any(n.startswith("regraded") for n in names)] == [second]
        assert [episode for episode, names in facts if any(n.startswith("start_changed") for n in names)] == [first]
        assert [episode for episode, names in facts if any(n.startswith("return_changed") for n in names)] == [first]


async def test_a_third_and_a_fourth_absence_have_ids_of_their_own() -> None:
    async with hub() as h:
        await twice(h)
        for hours, report in (
            (210, found(210)),
            (300, missing(300)),
            (301, police("retracted", 301)),
            (400, missing(400)),
        ):
            h.clock.set(later(hours))
            await h.take(report)
        assert await states(h) == ["found", "found", "retracted", "open"]
        assert await h.held() == []


async def test_a_decision_moves_the_newest_and_leaves_the_other() -> None:
    async with hub() as h:
        await h.take(context(-5, "mosaic:M-2", services=[{"service": "cscs", "worker": "sw2"}]))
        await twice(h)
        decision = case(
            "match.decision", 201, incident="P-1", force="XX", child=child("mosaic:M-2"), by={"role": "officer"}
        )
        await h.take(decision)
        async with h.store.reading() as tx:
            rows = (await tx.find([], [("XX", "P-1")], [])).references
        assert len({row.person for row in rows}) == 2
        await h.take(found(210, child=child("mosaic:M-2")))
        assert sorted(await states(h)) == ["found", "found"]


async def test_a_report_that_contradicts_itself_and_comes_again_is_still_the_same_absence() -> None:
    """The police give a return before the start: that is a fault of theirs, and no second absence however often it is
    said."""
    async with hub() as h:
        await h.take(missing(), missing(20, found_at=later(10)))
        said = await h.said()
        await h.take(missing(20, found_at=later(10)))
        assert await h.said() == said
        assert len(await states(h)) == 1
