"""History comes in quietly: what happened is known and counts, nothing is said of it, and no clock runs until a person
starts it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from hub_in_memory import Hub, hub
from wire_messages import case, context, found, later, missing

from consumers.parsing import parse_record
from enrichment.serialisation import read_case
from intake.intake import Intake
from routing.case import Case
from tests.shipped import shipped_directories

DAY = 24.0
SERVICES = [{"service": "cscs", "worker": "sw1", "manager": "tm1"}]
CARE = context(-1000, "compact:K-1", services=SERVICES, plan="looked_after", legal_status="care_order")
BY = {"role": "children_missing_officer"}
JANUARY = (
    CARE,
    missing(0, "P-1", vulnerable=True), found(6, "P-1"),
    missing(5 * DAY, "P-2", concerns=["cse"]), found(5 * DAY + 80, "P-2"),
    case("rhi.outcome", 9 * DAY, result="completed", at=later(9 * DAY), by=BY),
)  # fmt: skip


@asynccontextmanager
async def after_loading(*reports: bytes, now: float = 60 * DAY) -> AsyncIterator[Hub]:
    """A hub that has loaded these reports, a batch each, and is live so many hours after the first."""
    async with hub() as h:
        live = h.intake
        h.intake = Intake(h.store, h.packs, shipped_directories(), parse_record, h.clock.now, history=True)
        for report in reports:
            await h.take(report)
        h.intake = live
        h.clock.set(later(now))
        yield h


async def cases(h: Hub) -> list[Case]:
    async with h.store.reading() as tx:
        people = await tx.people_of("nottinghamshire", "", 100)
        _, rows = await tx.load(people)

    return [case for row in rows if isinstance(case := read_case(row.state, row.doc), Case)]


def kinds(said: list[dict[str, Any]]) -> set[tuple[str, str | None]]:
    return {(message["type"], message["kind"]) for message in said}


async def test_two_closed_incidents_of_january_give_nothing() -> None:
    async with after_loading(*JANUARY) as h:
        await h.fall(90 * DAY)
        assert await h.said() == []
        assert [c.episode.state for c in await cases(h)] == ["found", "found"]
        assert {line.kind for line in await h.ledger("report")} == {"report"}


async def test_a_record_of_the_register_wakes_nothing() -> None:
    async with after_loading(*JANUARY) as h:
        await h.take(context(60 * DAY, "compact:K-1", services=SERVICES, plan="child_protection"))
        await h.fall(90 * DAY)
        assert not [m for m in await h.said() if m["episode"]]


async def test_the_third_incident_in_ninety_days_counts_from_the_first_live_day() -> None:
    async with after_loading(*JANUARY) as h:
        await h.take(missing(60 * DAY, "P-3"))
        with_history = kinds(await h.said())
    async with hub() as h:
        await h.take(CARE)
        h.clock.set(later(60 * DAY))
        await h.take(missing(60 * DAY, "P-3"))
        without = kinds(await h.said())
    assert ("meeting.request", "mam") not in without
    assert with_history - without, "it is the third in ninety days"


async def test_loaded_once_more_or_told_live_it_is_a_repeat() -> None:
    async with after_loading(*JANUARY) as h:
        before = await cases(h)
        h.intake = Intake(h.store, h.packs, shipped_directories(), parse_record, h.clock.now, history=True)
        await h.take(*JANUARY)
        h.intake = Intake(h.store, h.packs, shipped_directories(), parse_record, h.clock.now)
        await h.take(*JANUARY)
        assert await cases(h) == before
        assert await h.said() == []


async def test_what_is_told_today_of_an_absence_of_history_is_kept_and_a_person_hears_that_its_clocks_stand_still() -> (
    None
):
    async with after_loading(CARE, missing(59 * DAY, "P-1")) as h:
        await h.take(found(60 * DAY, "P-1"))
        assert [c.episode.state for c in await cases(h)] == ["found"]
        (said,) = await h.said()
        assert (said["type"], said["kind"], said["incident"]) == ("exception.raise", "data_quality", "P-1")
        assert "load-history" in said["detail"]


async def test_an_open_absence_of_history_starts_its_clocks_when_a_person_says_so() -> None:
    async with after_loading(CARE, missing(59 * DAY, "P-1")) as h:
        (held,) = await cases(h)
        assert await h.said() == []
        async with h.store.reading() as tx:
            people = await tx.people_of("nottinghamshire", "", 100)
        assert await h.intake.start_clocks(people, [held.id]) == 1
        assert await h.intake.start_clocks(people, [held.id]) == 0
        assert {"notify.missing", "episode.open"} <= {m["type"] for m in await h.said()}
        await h.fall(63 * DAY)
        assert "meeting.request" in {m["type"] for m in await h.said()}
        h.clock.set(later(64 * DAY))
        await h.take(found(64 * DAY, "P-1"))
        assert "episode.found" in {m["type"] for m in await h.said()}


async def test_a_return_told_today_of_an_absence_of_history_is_followed_when_its_clocks_are_started() -> None:
    async with after_loading(CARE, missing(59 * DAY, "P-1", concerns=["cse"], vulnerable=True)) as h:
        await h.take(found(60 * DAY, "P-1"))
        (held,) = await cases(h)
        async with h.store.reading() as tx:
            people = await tx.people_of("nottinghamshire", "", 100)
        assert await h.intake.start_clocks(people, [held.id]) == 1
        said = {m["type"] for m in await h.said()}
        assert {"episode.found", "rhi.request"} <= said
        assert said.isdisjoint({"senior.alert", "meeting.request"})


async def test_an_absence_of_history_that_nobody_has_ended_holds_up_nobody_who_is_missing_today() -> None:
    async with after_loading(CARE, missing(0, "P-1")) as h:
        await h.take(missing(60 * DAY, "P-2"))
        assert "notify.missing" in {m["type"] for m in await h.said() if m["incident"] == "P-2"}


async def test_what_waits_for_its_incident_in_history_is_taken_in_with_it_and_nobody_hears() -> None:
    async with after_loading(CARE, found(6, "P-1"), missing(0, "P-1")) as h:
        assert [c.episode.state for c in await cases(h)] == ["found"]
        await h.fall(90 * DAY)
        assert await h.said() == []
