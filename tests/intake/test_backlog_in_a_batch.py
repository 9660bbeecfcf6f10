"""A backlog is read before it is acted on: what is late on arrival is decided, and what leaves is chosen, only once all
that waits for a child has been read."""

from datetime import timedelta
from typing import Any

from hub_in_memory import Hub, hub
from owed import owed, states
from wire_messages import case, context, found, later, missing, police

SERVICES = [{"service": "cscs", "worker": "sw1", "manager": "tm1"}]
CARE = context(-99, "compact:K-1", services=SERVICES, plan="looked_after", legal_status="care_order")
ALARMS = {"senior.alert", "rhi.breach", "rhi.chase", "meeting.request", "referral.create"}
BY = {"role": "children_missing_officer"}


async def said_of(*reports: bytes, hours: float) -> tuple[list[dict[str, Any]], Hub]:
    """What is said when these reports are read together, so many hours after the child was reported missing."""
    async with hub() as h:
        await h.take(CARE)
        h.clock.set(later(hours))
        await h.take(*reports)
        return await h.said(), h


def types(said: list[dict[str, Any]]) -> set[str]:
    return {message["type"] for message in said}


async def test_nobody_is_alarmed_about_a_child_whose_return_waits_as_well() -> None:
    said, _ = await said_of(missing(), found(6), hours=96)
    assert types(said).isdisjoint(ALARMS)
    assert {"notify.missing", "episode.open", "episode.found", "notify.found"} & types(said) >= {"episode.found"}


async def test_a_child_who_is_still_missing_alarms_at_once() -> None:
    said, _ = await said_of(missing(), hours=96)
    late = {(m["type"], m["kind"]) for m in said if m["late_on_arrival"]}
    assert {("senior.alert", "absence_24h"), ("senior.alert", "update_72h")} <= late
    assert ("meeting.request", "strategy_discussion") in {(m["type"], m["kind"]) for m in said}


async def test_what_follows_from_a_late_alert_follows_as_well() -> None:
    said, _ = await said_of(missing(), hours=96)
    assert "judge_strategy_meeting" in {m["kind"] for m in said}
    assert all(m["causation"] for m in said if m["type"] == "senior.alert")


async def test_a_request_that_is_answered_in_the_backlog_is_not_sent_and_stands_in_the_ledger() -> None:
    done = case("rhi.outcome", 9, result="completed", at=later(9), by=BY)
    async with hub() as h:
        await h.take(CARE)
        h.clock.set(later(200))
        await h.take(missing(concerns=["cse"], vulnerable=True), found(6), done)
        assert "rhi.request" not in types(await h.said())
        assert {"rhi.completed", "episode.found"} <= types(await h.said())
        unsent = [line.entry for line in await h.ledger("decision") if line.entry.get("unsent")]
        assert "rhi.request" in {entry["type"] for entry in unsent}
        assert all(entry["destinations"] == [] for entry in unsent)


async def test_a_request_and_what_took_it_back_both_stay_at_home() -> None:
    async with hub() as h:
        child = {"identifiers": [{"system": "lcs", "value": "L-1"}], "date_of_birth": "2012-05-05"}
        told = {"child": child, "responsible_authority": "buckinghamshire", "left_at": later(0)}
        await h.take(missing(**told), found(2, found_at=later(2)))
        said = await h.said()
        assert types(said).isdisjoint({"meeting.request", "meeting.cancel", "flag.set", "flag.clear", "task.cancel"})
        assert {"episode.open", "episode.found", "rhi.request"} <= types(said)


async def test_read_together_or_one_by_one_it_ends_the_same() -> None:
    reports = (missing(vulnerable=True), found(6), case("rhi.outcome", 9, result="refused", at=later(9), by=BY))
    ends = []
    for split in ([reports], [reports[:1], reports[1:]], [reports[:2], reports[2:]], [[r] for r in reports]):
        async with hub() as h:
            await h.take(CARE)
            h.clock.set(later(12))
            for batch in split:
                await h.take(*batch)
            ends.append((await states(h), await owed(h)))
    assert ends == [ends[0]] * 4


async def test_one_message_that_tells_of_both_is_read_like_two() -> None:
    together, _ = await said_of(missing(found_at=later(6)), hours=96)
    apart, _ = await said_of(missing(), found(6, found_at=later(6), returned_at=None), hours=96)
    of_each = ("process_notification", "police_notification")  # each notification is processed and uploaded (AMB-177)
    one, other = ([(m["type"], m["kind"], m["due"]) for m in s if m["kind"] not in of_each] for s in (together, apart))
    assert one == other
    assert [sum(m["kind"] in of_each for m in said) for said in (together, apart)] == [2, 4]


async def test_a_timer_that_stood_is_still_left_to_its_timer() -> None:
    async with hub() as h:
        await h.take(CARE, missing())
        h.clock.set(later(23) + timedelta(minutes=1))
        await h.take(found(24, contact_made=False))
        assert "senior.alert" not in types(await h.said())
        await h.fall(24)
        (alert,) = [m for m in await h.said() if m["type"] == "senior.alert"]
        assert (alert["causation"], alert["late_on_arrival"]) == (None, False)


async def test_a_request_that_moves_and_ends_in_one_batch_is_taken_back_in_words() -> None:
    moved = context(7, "compact:K-1", services=[{"service": "cscs", "worker": "sw2"}], plan="looked_after")
    async with hub() as h:
        await h.take(CARE, missing(vulnerable=True), found(6))
        assert "rhi.request" in types(await h.said())
        h.clock.set(later(8))
        await h.take(moved, police("retracted", 8))
        assert "rhi.withdrawn" in types(await h.said())


async def test_a_return_that_is_told_so_late_that_the_interview_is_overdue_is_told_once() -> None:
    async with hub() as h:
        await h.take(CARE, missing())
        h.clock.set(later(200))
        await h.take(found(30))
        assert await h.held() == []
        said = await h.said()
        assert {"episode.found", "rhi.request", "rhi.breach"} <= types(said)
        told = [(to["role"], to["person"]) for m in said if m["type"] == "notify.found" for to in m["to"]]
        assert len(told) == len({*told})


async def test_an_alert_whose_limit_moved_is_not_said_again_of_a_child_who_is_back() -> None:
    earlier = case("clock.override", 80, value=later(-2), by=BY, reason="seen leaving")
    async with hub() as h:
        await h.take(CARE)
        await h.take(missing())
        await h.fall(74)
        alerted = [m["id"] for m in await h.said() if m["type"] == "senior.alert"]
        h.clock.set(later(80))
        await h.take(earlier, found(75))
        assert alerted == [m["id"] for m in await h.said() if m["type"] == "senior.alert"]
        (told,) = [m for m in await h.said() if m["type"] == "notify.found"]
        assert "service_director" in {r["role"] for r in told["to"]}
