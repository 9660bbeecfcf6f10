"""Times that cannot be keep nothing from being said in time: limits run from the receipt, and a person hears of it."""

from datetime import datetime

import pytest
from hub_in_memory import Hub, hub
from wire_messages import MONDAY, case, context, event, found, later, missing

AHEAD, LONG_AGO = "2099-12-31T00:00:00Z", "1991-01-01T00:00:00Z"
OPEN = [{"service": "cscs", "worker": "sw1", "manager": "tm1"}]
CARE = context(-99, "compact:K-1", services=OPEN, plan="looked_after", legal_status="care_order")


async def doubts(h: Hub) -> list[dict[str, object]]:
    return [m for m in await h.said() if m["kind"] == "data_quality" and "cannot be" in m["detail"]]


async def alerts(h: Hub) -> list[str]:
    """What the ladder of an absence has said so far, and what a return asks for with its limit."""
    return [m["type"] for m in await h.said() if m["type"] in ("senior.alert", "rhi.breach")]


@pytest.mark.parametrize("at", [AHEAD, LONG_AGO])
@pytest.mark.parametrize("field", ["reported_at", "left_at", "last_seen_at", "last_seen_by_responsible_adult_at"])
async def test_a_start_that_cannot_be_is_told_and_the_ladder_runs_from_the_receipt(field: str, at: str) -> None:
    async with hub() as honest, hub() as h:
        await honest.take(CARE, missing(reported_at=None))
        await honest.fall(30 * 24)
        times = {"reported_at": None, field: at}
        await h.take(CARE, missing(**times))
        await h.fall(30 * 24)
        (told,) = await doubts(h)
        assert str(told["detail"]).startswith(f"Not used, because it cannot be: {field}: lies ")
        assert (told["incident"], told["clauses"]) == ("P-1", ["T-12", "HUB"])
        said = [(m["type"], m["kind"], m["due"]) for m in await h.said() if m["kind"] != "data_quality"]
        assert said == [(m["type"], m["kind"], m["due"]) for m in await honest.said()]
        assert "senior.alert" in {type_ for type_, *_ in said}


@pytest.mark.parametrize("minutes", [0, 5, 90])
async def test_a_clock_that_is_a_little_fast_is_believed(minutes: int) -> None:
    async with hub() as h:
        await h.take(missing(reported_at=later(minutes / 60)))
        assert await doubts(h) == []


@pytest.mark.parametrize("at", [AHEAD, "2026-06-09T00:00:00Z"])
async def test_a_return_that_cannot_be_yet_is_one_at_its_receipt_and_is_not_put_off_by_being_told_again(
    at: str,
) -> None:
    async with hub() as h:
        await h.take(CARE, missing(0))
        for hours in range(30, 126, 6):
            h.clock.set(max(later(hours), h.clock.now()))
            await h.take(found(hours, returned_at=at))
            await h.fall(hours + 5)
        asked = {m["due"] for m in await h.said() if m["type"] == "rhi.request"}
        assert asked == {"2026-06-05T18:00:00Z"}
        assert "rhi.breach" in await alerts(h)


async def test_a_worker_who_is_mistaken_in_the_year_ends_the_episode_now() -> None:
    async with hub() as h:
        await h.take(CARE, missing(0))
        h.clock.set(later(2))
        by = {"role": "social_worker", "person": "sw1"}
        await h.take(case("worker.found_report", 2, found_at=AHEAD, by=by))
        assert len(await doubts(h)) == 1
        assert "senior.alert" not in await alerts(h)


async def test_a_clock_that_somebody_sets_to_what_cannot_be_is_set_aside() -> None:
    async with hub() as h:
        await h.take(CARE, missing(0))
        by = {"role": "children_missing_officer", "person": "p1"}
        await h.take(case("clock.override", 1, value=AHEAD, reason="typed", by=by))
        (kept,) = await h.held()
        assert kept.row.detail == "value: lies in the future. Send the time to count from"
        await h.fall(80)
        assert "senior.alert" in await alerts(h)


async def test_a_document_of_the_future_is_none() -> None:
    async with hub() as h:
        documents = [{"kind": "missing_profile", "updated_at": AHEAD}]
        await h.take(context(0, "compact:K-1", services=OPEN, documents=documents))
        (told,) = await doubts(h)
        assert "documents.updated_at" in str(told["detail"])
        again = [{"kind": "missing_profile", "updated_at": "2026-05-01T00:00:00Z"}]
        await h.take(context(1, "compact:K-1", services=OPEN, documents=again))
        assert len(await doubts(h)) == 1


async def test_a_child_who_was_not_born_then_is_missing_since_the_receipt() -> None:
    async with hub() as h:
        child = {"identifiers": [{"system": "compact", "value": "K-1"}], "date_of_birth": "2011-09-23"}
        await h.take(missing(child=child, reported_at="2010-01-01T00:00:00Z"))
        assert len(await doubts(h)) == 1
        opened = next(m for m in await h.said() if m["type"] == "episode.open")
        assert datetime.fromisoformat(opened["situation"]["missing_since"]) == MONDAY


async def test_a_plan_may_lie_ahead_but_not_for_years() -> None:
    async with hub() as h:
        told = {"authority": "nottinghamshire", "force": "XX", "incident": "P-1", "kind": "mam"}
        for next_at in ("2026-09-01T10:00:00Z", "2031-09-01T10:00:00Z"):
            await h.take(missing(0), event("meeting.held", later(1), {**told, "next_at": next_at}))
        (doubt,) = await doubts(h)
        assert "next_at: lies in the future" in str(doubt["detail"])


async def test_one_time_of_two_children_is_told_for_each_of_them_and_once_for_one() -> None:
    async with hub() as h:
        for incident in ("P-1", "P-2", "P-1"):
            await h.take(missing(incident=incident, reported_at=AHEAD))
        assert [m["incident"] for m in await doubts(h)] == ["P-1", "P-2"]
