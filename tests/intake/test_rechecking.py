"""What waited in the outbox through an outage is put to the rules again: an alert or request whose reason is gone does
not leave, and neither does what takes it back; whatever tells how things are stays."""

from datetime import timedelta

from hub_in_memory import Hub, hub
from wire_messages import case, context, found, later, missing, police

from intake.rechecking import Recheck

SERVICES = [{"service": "cscs", "worker": "sw1", "manager": "tm1"}]
CARE = context(-99, "compact:K-1", services=SERVICES, plan="looked_after", legal_status="care_order")
BY = {"role": "children_missing_officer"}


async def gone(h: Hub) -> set[tuple[str, str | None]]:
    """What of all that stands in the outbox need not leave any more."""
    rows = await h.rows()
    ended = await Recheck(h.store, h.packs).ended(rows)
    return {(row.type, row.kind) for row in rows if row.id in ended}


async def test_while_nothing_changes_all_of_it_still_leaves() -> None:
    async with hub() as h:
        await h.take(CARE, missing(vulnerable=True))
        await h.fall(80)
        assert {"senior.alert", "meeting.request", "task.create"} <= {row.type for row in await h.rows()}
        assert await gone(h) == set()


async def test_an_alarm_about_a_child_who_is_back_does_not_leave_and_the_news_does() -> None:
    async with hub() as h:
        await h.take(CARE, missing())
        await h.fall(73)
        h.clock.set(later(80))
        await h.take(found(79))
        ended = await gone(h)
        assert {("senior.alert", "absence_24h"), ("meeting.request", "strategy_discussion")} <= ended
        assert {type_ for type_, _ in ended}.isdisjoint({"notify.missing", "notify.found", "episode.open"})


async def test_a_request_that_was_answered_does_not_leave() -> None:
    async with hub() as h:
        await h.take(CARE, missing(concerns=["cse"], vulnerable=True))
        h.clock.set(later(6))
        await h.take(found(6))
        assert "rhi.request" in {row.type for row in await h.rows()}
        assert "rhi.request" not in {type_ for type_, _ in await gone(h)}
        h.clock.set(later(9))
        await h.take(case("rhi.outcome", 9, result="completed", at=later(9), by=BY))
        ended = {type_ for type_, _ in await gone(h)}
        assert "rhi.request" in ended
        assert "rhi.completed" not in ended


async def test_of_a_notification_that_was_sent_in_error_only_the_error_is_told() -> None:
    async with hub() as h:
        await h.take(CARE, missing(vulnerable=True))
        await h.fall(73)
        h.clock.set(later(80))
        await h.take(police("retracted", 80))
        ended = await gone(h)
        assert "meeting.request" in {type_ for type_, _ in ended}
        assert "meeting.cancel" in {type_ for type_, _ in ended}, "nobody was asked for the meeting"
        assert ("notify.info", "retracted") not in ended


async def test_what_was_asked_for_since_does_not_end_what_was_asked_for_before() -> None:
    async with hub() as h:
        await h.take(CARE, missing(vulnerable=True))
        await h.fall(24 * 14)
        h.clock.set(h.clock.now() + timedelta(minutes=1))
        assert await gone(h) == set()
