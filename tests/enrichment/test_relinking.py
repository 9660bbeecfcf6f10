"""A person says whose notification it is: what was told for the wrong child is taken back in words, and the rules
answer anew under the right record."""

from typing import Any

import pytest
from hub_in_memory import Hub, hub
from wire_messages import case, child, context, found, missing

CMO = {"role": "children_missing_officer", "person": "cmo1"}
ONE = context(-3, "mosaic:M-1", "compact:K-1", services=[{"service": "cscs", "worker": "sw1"}])
OTHER = context(-2, "mosaic:M-2", services=[{"service": "cscs", "worker": "sw2"}])


def decision(hours: float, *numbers: str, **fields: Any) -> bytes:
    named = {"child": child(*numbers)} if numbers else {}
    return case("match.decision", hours, **{"incident": "P-1", "force": "XX", "by": CMO, **named, **fields})


async def since(h: Hub, *values: bytes) -> list[dict[str, Any]]:
    """What is said because of these."""
    before = {m["id"] for m in await h.said()}
    await h.take(*values)
    return [m for m in await h.said() if m["id"] not in before]


def told(messages: list[dict[str, Any]], type_: str, kind: str | None = None) -> list[str | None]:
    found = [m for m in messages if m["type"] == type_ and kind in (None, m["kind"])]
    return [r["person"] for m in found for r in m["to"]]


async def test_those_who_were_told_hear_of_the_error_and_the_right_ones_are_told() -> None:
    async with hub() as h:
        await h.take(ONE, OTHER, missing())
        [before] = (await h.episodes())["P-1"]
        said = await since(h, decision(1, "mosaic:M-2"))
        assert "sw1" in told(said, "notify.info", "retracted")
        assert told(said, "notify.missing") == ["sw2"]
        assert {m["episode"] for m in said if m["episode"]} == {before}
        assert "task.cancel" in {m["type"] for m in said}
        back = next(m for m in said if m["kind"] == "retracted")
        anew = next(m for m in said if m["type"] == "notify.missing")
        assert back["child"]["identifiers"] == child("mosaic:M-1", "compact:K-1")["identifiers"]
        assert anew["child"]["identifiers"] == child("mosaic:M-2")["identifiers"]
        assert {"AMB-77", "HUB"} <= set(back["clauses"])
        assert {m["causation"]["source"] for m in said} == {"/casework/nottinghamshire"}


async def test_what_follows_is_the_right_childs() -> None:
    async with hub() as h:
        await h.take(ONE, OTHER, missing(), decision(1, "mosaic:M-2"))
        said = await since(h, found(30))
        assert told(said, "rhi.request") == ["sw2"]
        again = await since(h, missing(31, reported_at="2026-06-01T11:00:00Z"))  # the same reference, the same number
        assert len((await h.episodes())["P-1"]) == 1
        assert "sw1" not in {r["person"] for m in again for r in m["to"]}


async def test_a_new_incident_with_the_registers_number_is_still_the_registers_child() -> None:
    async with hub() as h:
        await h.take(ONE, OTHER, missing(), decision(1, "mosaic:M-2"))
        assert told(await since(h, missing(5, "P-2")), "notify.missing") == ["sw1"]


async def test_an_open_request_for_an_interview_is_withdrawn_and_made_anew() -> None:
    async with hub() as h:
        await h.take(ONE, OTHER, missing(), found(30))
        said = await since(h, decision(31, "mosaic:M-2"))
        assert told(said, "rhi.withdrawn") == ["sw1"]
        assert told(said, "rhi.request") == ["sw2"]
        await h.fall(24 * 30)
        later = [m for m in await h.said() if m["type"] in ("rhi.breach", "rhi.chase")]
        assert "sw1" not in {r["person"] for m in later for r in m["to"]}


async def test_nobody_known_leaves_the_episode_to_a_child_open_to_nothing() -> None:
    async with hub() as h:
        await h.take(ONE, missing())
        said = await since(h, decision(1))
        assert "sw1" in told(said, "notify.info", "retracted")
        assert told(said, "notify.missing") == []
        assert await h.kinds() == []
        anew = [m for m in said if m["kind"] == "process_notification" and m["type"] == "task.create"]
        assert [m["child"]["identifiers"] for m in anew] == [[]]


async def test_a_stranger_becomes_the_child_whom_the_person_names() -> None:
    async with hub() as h:
        await h.take(OTHER, missing())
        assert await h.kinds() == ["doubtful_match"]
        said = await since(h, decision(1, "mosaic:M-2"))
        assert told(said, "notify.missing") == ["sw2"]
        assert told(await since(h, missing(50, "P-7")), "notify.missing") == ["sw2"]  # K-1 is known from now on


async def test_a_decision_that_confirms_what_is_held_says_nothing() -> None:
    async with hub() as h:
        await h.take(ONE, missing())
        assert await since(h, decision(1, "mosaic:M-1")) == []
        await h.take(missing(2, "P-2", child=child("compact:K-9")))
        assert await since(h, decision(3, incident="P-2")) == []


async def test_clocks_go_with_the_episode() -> None:
    async with hub() as h:
        await h.take(ONE, OTHER, missing(), decision(1, "mosaic:M-2"))
        await h.fall(100)
        asked = [m for m in await h.said() if m["type"] == "meeting.request" and m["kind"] == "strategy_discussion"]
        assert [r["person"] for m in asked for r in m["to"] if r["person"]] == ["sw2"]


async def test_of_two_children_the_decision_means_the_one_whom_the_register_lacks() -> None:
    async with hub() as h:
        await h.take(ONE, OTHER, missing(), missing(child=child("niche:N-5")))
        said = await since(h, decision(1, "mosaic:M-2"))
        assert told(said, "notify.missing") == ["sw2"]
        assert "sw1" not in {r["person"] for m in said for r in m["to"]}


async def test_of_two_strangers_the_decision_must_name_the_episode() -> None:
    async with hub() as h:
        await h.take(OTHER, missing(child=child("niche:N-4")), missing(child=child("niche:N-5")))
        facts = await h.ledger("fact")
        said = await since(h, decision(1, "mosaic:M-2"))
        assert [m["kind"] for m in said] == ["doubtful_match"]
        assert "Name the episode." in said[0]["detail"]
        assert await h.ledger("fact") == facts
        numbers = child("niche:N-5")["identifiers"]
        [meant] = {m["episode"] for m in await h.said() if m["child"]["identifiers"] == numbers} - {None}
        said = await since(h, decision(2, "mosaic:M-2", episode=meant))
        assert told(said, "notify.missing") == ["sw2"]


async def test_a_decision_about_what_nobody_reported_goes_to_a_person() -> None:
    async with hub() as h:
        said = await since(h, decision(1, "mosaic:M-2"))
        assert [m["kind"] for m in said] in (["doubtful_match"], ["unknown_authority"])


@pytest.mark.parametrize("together", [True, False])
async def test_it_makes_no_difference_whether_all_comes_at_once(together: bool) -> None:
    async with hub() as h:
        course = (ONE, OTHER, missing(id_="m"), found(30, id_="f"), decision(31, "mosaic:M-2", id_="d"))
        for batch in [course] if together else [(value,) for value in course]:
            await h.take(*batch)
        async with h.store.reading() as tx:
            timers = await tx.due_timers(h.clock.now().replace(year=2030), 1000)
            _, episodes = await tx.load({t.person for t in timers if t.episode})
        assert {t.person for t in timers if t.episode} == {e.person for e in episodes}
        assert told(await h.said(), "rhi.request") == ["sw1", "sw2"]
