"""A backlog of several batches is read before it is acted on: what is late on arrival is left to a timer, which falls
when all has been read that waits in Kafka."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import orjson
from hub_in_memory import Hub, hub
from owed import owed, states
from wire_messages import case, child, context, found, later, missing

from consumers.parsing import parse_record
from intake.intake import Intake
from store import OutboxRow
from tests.shipped import shipped_directories

SERVICES = [{"service": "cscs", "worker": "sw1", "manager": "tm1"}]
CARE = context(-99, "compact:K-1", services=SERVICES, plan="looked_after", legal_status="care_order")
ALARMS = {"senior.alert", "rhi.breach", "rhi.chase", "meeting.request", "referral.create"}
BY = {"role": "children_missing_officer"}


@asynccontextmanager
async def after_an_outage() -> AsyncIterator[Hub]:
    """A hub that knows the child, and reads on 96 hours after it was reported missing."""
    async with hub() as h:
        await h.take(CARE)
        restart(h)
        h.clock.set(later(96))
        yield h


def restart(h: Hub) -> None:
    h.intake = Intake(
        h.store, h.packs, shipped_directories(), parse_record, h.clock.now, h._wake, gate=timedelta(minutes=1)
    )  # fmt: skip


async def caught_up(h: Hub) -> int:
    """The backlog is read: the timers that are due fall. Returns how many."""
    async with h.store.reading() as tx:
        due = await tx.due_timers(h.clock.now(), 100)
    if due:
        await h.intake.fire_timers(due)
    return len(due)


async def types(h: Hub) -> set[str]:
    return {message["type"] for message in await h.said()}


async def test_nobody_is_alarmed_about_a_child_whose_return_waits_several_batches_behind() -> None:
    async with after_an_outage() as h:
        await h.take(missing())
        await h.take(found(6))
        await caught_up(h)
        assert (await types(h)).isdisjoint(ALARMS)
        assert "episode.found" in await types(h)


async def test_a_child_who_is_still_missing_alarms_when_the_backlog_is_read_and_not_before() -> None:
    async with after_an_outage() as h:
        await h.take(missing())
        assert (await types(h)).isdisjoint(ALARMS)
        await caught_up(h)
        late = {(m["type"], m["kind"]) for m in await h.said() if m["late_on_arrival"]}
        assert {("senior.alert", "absence_24h"), ("senior.alert", "update_72h")} <= late
        assert "judge_strategy_meeting" in {m["kind"] for m in await h.said()}
        assert all(m["causation"] for m in await h.said() if m["type"] == "senior.alert")


async def test_what_is_left_outlives_the_process_and_is_decided_once() -> None:
    async with after_an_outage() as h:
        await h.take(missing())
        restart(h)
        await caught_up(h)
        once = await h.said()
        assert ALARMS & {m["type"] for m in once}
        assert await caught_up(h) == 0
        assert await h.said() == once


async def test_what_need_not_be_said_any_more_stands_in_the_ledger() -> None:
    async with after_an_outage() as h:
        await h.take(missing())
        await h.take(found(6))
        await caught_up(h)
        unsent = [line.entry for line in await h.ledger("decision") if line.entry.get("unsent")]
        assert {"senior.alert", "meeting.request"} <= {entry["type"] for entry in unsent}
        assert all(entry["destinations"] == [] and entry["clauses"] for entry in unsent)


async def test_a_breach_does_not_go_out_where_the_interview_waits_in_another_batch() -> None:
    async with after_an_outage() as h:
        h.clock.set(later(200))
        await h.take(missing())
        await h.take(found(6))
        await h.take(case("rhi.outcome", 9, result="completed", at=later(9), by=BY))
        await caught_up(h)
        assert "rhi.breach" not in await types(h)
        assert "rhi.completed" in await types(h)


async def test_whatever_is_read_meanwhile_the_first_instant_asks() -> None:
    async with after_an_outage() as h:
        await h.take(missing())
        async with h.store.reading() as tx:
            first = await tx.next_timer()
        h.clock.set(later(96) + timedelta(minutes=1))
        await h.take(missing(revision=2, vulnerable=True))
        async with h.store.reading() as tx:
            assert await tx.next_timer() == first


async def test_it_ends_as_if_all_had_been_read_together() -> None:
    reports = (missing(vulnerable=True), found(6), missing(vulnerable=True, revision=2, missing_from="home"))
    ends = []
    for split in ([reports], [reports[:1], reports[1:]], [reports[:2], reports[2:]], [[r] for r in reports]):
        async with after_an_outage() as h:
            for batch in split:
                await h.take(*batch)
            await caught_up(h)
            ends.append((await states(h), await owed(h)))
    assert ends == [ends[0]] * 4


# ---- what is asked for at once


async def waited(h: Hub, *values: bytes) -> None:
    """A batch of records that waited in Kafka since they were sent."""
    await h.intake.process_batch([replace(h.raw(value, topic_of(value)), timestamp=later(0)) for value in values])


def topic_of(value: bytes) -> str | None:
    """Where the authority sends it, where that is not the usual one."""
    told = orjson.loads(value)
    if told["data"].get("authority") != "mfh-borough":
        return None
    register = told["type"] == "case.context"
    return "register.mfh-borough.children.v1" if register else "casework.mfh-borough.outcomes.v1"


async def leaving(h: Hub) -> list[OutboxRow]:
    """What a relay may send now."""
    async with h.store.reading() as tx:
        rows = await tx.outbox_after(0, 1000)
    now = h.clock.now()
    held = {r.row.lane for r in rows if r.next_attempt_at and r.next_attempt_at > now}
    return [r.row for r in rows if r.state == "prepared" and r.row.lane not in held]


async def left(h: Hub) -> set[str]:
    return {row.type for row in await leaving(h)}


FLAGGED = {"child": {"identifiers": [{"system": "lcs", "value": "L-1"}], "date_of_birth": "2012-05-05"},
           "responsible_authority": "buckinghamshire"}  # fmt: skip


async def test_what_is_asked_for_at_once_waits_too_until_the_backlog_is_read() -> None:
    async with after_an_outage() as h:
        await waited(h, missing(vulnerable=True, **FLAGGED))
        types_said = await types(h)
        asked = types_said & {"meeting.request", "flag.set", "task.create"}
        assert asked
        assert (await left(h)).isdisjoint(asked)
        await caught_up(h)
        assert asked <= await left(h)


async def test_what_was_over_before_it_could_leave_is_withdrawn_and_what_would_take_it_back_does_not_leave() -> None:
    async with after_an_outage() as h:
        await waited(h, missing(vulnerable=True, **FLAGGED))
        await waited(h, found(2, **FLAGGED))
        await caught_up(h)
        async with h.store.reading() as tx:
            rows = await tx.outbox_after(0, 1000)
        assert "flag.set" in {r.row.type for r in rows if r.state == "withdrawn"}
        assert not {"flag.set", "flag.clear"} & await left(h)
        assert "episode.found" in await left(h)
        told = [line.entry for line in await h.ledger("delivery")]
        assert {entry["outcome"] for entry in told} == {"withdrawn"}
        assert len(told) == sum(r.state == "withdrawn" for r in rows)


async def test_what_outlasts_the_return_is_asked_for_in_whatever_batch_that_waits() -> None:
    async with after_an_outage() as h:
        await waited(h, missing(risk="high", **FLAGGED))
        await waited(h, found(2, **FLAGGED))
        await caught_up(h)
        asked = {row.kind for row in await leaving(h)} & {"decide_need_to_know", "strategy_meeting"}
        assert asked == {"decide_need_to_know"}


async def test_what_follows_from_a_request_that_does_not_leave_does_not_leave() -> None:
    async with after_an_outage() as h:
        await waited(h, missing(), found(30))
        assert "explain_information_sharing" in {m["kind"] for m in await h.said()}
        await waited(h, case("clock.override", 40, value=later(20), reason="seen at school", by=BY))
        await caught_up(h)
        assert "explain_information_sharing" not in {row.kind for row in await leaving(h)}


async def test_live_nothing_is_kept_back() -> None:
    async with after_an_outage() as h:
        await h.take(missing(96, vulnerable=True, reported_at=later(96), **FLAGGED))
        assert await left(h) == await types(h)


# ---- what is owed to a child outside any episode

MFH = {"authority": "mfh-borough"}
CHILD = child("compact:K-7")


def _record(hours: float) -> bytes:
    services = [{"service": "childrens_social_care", "worker": "sw7", "manager": "tm7"}]
    return context(hours, "compact:K-7", services=services, plan="child_in_need", **MFH)


def _assessed(sent: float, at: float) -> bytes:
    return case("document.updated", sent, child=CHILD, kind="risk_assessment", at=later(at), **MFH)


async def _reviews(h: Hub) -> list[str]:
    return [m["due"] for m in await h.said() if m["kind"] == "review_risk_assessment"]


YEAR = 24 * 365


async def test_a_review_that_was_held_is_not_asked_for_where_word_of_it_waits_in_another_batch() -> None:
    async with hub() as h:
        restart(h)
        h.clock.set(later(YEAR))
        await waited(h, _record(1), _assessed(2, 2))
        await waited(h, _assessed(YEAR - 5, YEAR - 5))
        await caught_up(h)
        assert len(await _reviews(h)) == 1
        assert (await _reviews(h))[0] > later(YEAR).isoformat()


async def test_a_review_that_is_overdue_is_asked_for_once_the_backlog_is_read() -> None:
    async with hub() as h:
        restart(h)
        h.clock.set(later(YEAR))
        await waited(h, _record(1), _assessed(2, 2))
        assert await _reviews(h) == []
        await caught_up(h)
        assert len(await _reviews(h)) == 1
        assert await caught_up(h) == 0


# ---- what follows from what has not left yet


async def test_a_request_that_moved_and_was_answered_before_it_could_leave_leaves_not_at_all() -> None:
    async with after_an_outage() as h:
        await waited(h, missing(vulnerable=True))
        await waited(h, found(6))
        await waited(h, found(5, revision=2))
        await waited(h, case("rhi.outcome", 40, result="refused", at=later(40), by=BY))
        await caught_up(h)
        assert "rhi.request" not in await left(h)


async def test_who_would_have_heard_of_the_return_by_a_request_hears_of_it_by_a_word() -> None:
    async with after_an_outage() as h:
        await waited(h, missing(vulnerable=True))
        await waited(h, found(6))
        await waited(h, case("rhi.outcome", 40, result="refused", at=later(40), by=BY))
        await caught_up(h)
        told = {(to["role"], to["person"]) for m in await h.said() if m["type"] == "notify.missing" for to in m["to"]}
        back = [m for m in await h.said() if m["type"] == "notify.found"]
        assert told <= {(to["role"], to["person"]) for m in back for to in m["to"]}


async def test_an_interview_that_was_withdrawn_after_the_return_is_not_asked_for_when_the_return_is_read() -> None:
    async with hub() as h:
        await h.take(CARE, missing(vulnerable=True))
        h.clock.set(later(20))
        await h.take(case("rhi.outcome", 20, result="withdrawn", at=later(10), by=BY))
        await h.take(found(6))
        assert "rhi.request" not in await types(h)


async def test_what_was_merely_kept_back_asks_nothing_anew_when_the_backlog_is_read() -> None:
    async with hub() as h:
        await h.take(missing(child=CHILD, responsible_authority="mfh-borough"), found(6))
        restart(h)
        h.clock.set(later(96))
        services = [{"service": "childrens_social_care", "worker": "sw7", "manager": "tm7"}]
        officer = [{"role": "independent_reviewing_officer", "person": "iro7"}]
        known = context(40, "compact:K-7", services=services, plan="child_protection", professionals=officer, **MFH)
        await waited(h, known)
        await caught_up(h)
        assert "notify.missing" not in await types(h)
