"""Two messages of two topics that are read in either order: what is owed in the end is the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hub_in_memory import Hub, hub
from owed import Owed, owed
from wire_messages import case, child, context, found, later, missing, police

from intake.records import RawRecord

KNOWN = {"child": child("lcs:Z-1"), "reported_at": later(0)}
WORKER = {"worker": "sw1", "manager": "tm1"}
BY = {"role": "other_professional"}


def at_islington() -> tuple[bytes, ...]:
    social = [{"service": "cla", **WORKER}]
    return (
        context(-1, "lcs:Z-1", authority="islington", plan="looked_after", services=social),
        missing(0, responsible_authority="islington", **KNOWN),
    )


def at_mfh() -> tuple[bytes, ...]:
    social = [{"service": "childrens_social_care", **WORKER}]
    return (
        context(-1, "lcs:Z-1", authority="mfh-borough", services=social),
        missing(0, responsible_authority="mfh-borough", **KNOWN),
    )


def outcome(hours: float, result: str) -> bytes:
    told = {"result": result, "at": later(hours), "by": BY, "reason": "said so"}
    return case("rhi.outcome", hours, authority="islington", **told)


def review(hours: float) -> bytes:
    return case("meeting.held", hours, authority="mfh-borough", kind="strategy_review", held_at=later(hours))


@asynccontextmanager
async def after(before: tuple[bytes, ...], *lines: bytes, together: bool = False) -> AsyncIterator[Hub]:
    """A hub that was away until hour 100, and has read these lines one by one, or in one batch."""
    async with hub() as h:
        for line in before:
            await h.intake.process_batch([record(h, line)])
        back = Hub(h.store, begins=later(100), gate=timedelta(hours=1))
        waited = [replace(record(back, line), timestamp=later(99)) for line in lines]
        for batch in [waited] if together else [[each] for each in waited]:
            await back.intake.process_batch(batch)
        await back.fall(102)
        yield back


async def ends(before: tuple[bytes, ...], *lines: bytes, together: bool = False) -> Owed:
    """What is owed then."""
    async with after(before, *lines, together=together) as h:
        return await owed(h)


async def leaves(before: tuple[bytes, ...], *lines: bytes) -> set[tuple[str, str | None]]:
    """What leaves of what these lines have led to, by type and kind."""
    async with after(before, *lines) as h, h.store.reading() as tx:
        rows = [each.row for each in await tx.outbox_after(0, 1000) if each.state != "withdrawn"]
    return {(row.type, row.kind) for row in rows if row.at >= later(100)}


def record(h: Hub, line: bytes) -> RawRecord:
    authority = line.split(b'"authority":"')[-1].split(b'"')[0].decode()
    topics = {b"police.": None, b"case.context": f"register.{authority}.children.v1"}
    topic = next((topics[t] for t in topics if b'"type":"' + t in line), f"casework.{authority}.outcomes.v1")
    return h.raw(line, topic)


async def test_an_interview_that_was_not_offered_is_not_asked_for_when_it_is_offered_afterwards() -> None:
    told, back, offered = outcome(20, "not_offered"), found(9), outcome(70, "offered")
    assert await ends(at_islington(), told, back, offered) == await ends(at_islington(), back, told, offered)


async def test_a_withdrawn_interview_is_not_asked_for_when_the_child_turns_out_to_have_been_missing() -> None:
    register, _ = at_islington()
    absent = missing(0, responsible_authority="islington", classification="absent", **KNOWN)
    changed = police("status_change", 5, to="missing", changed_at=later(5))
    back, told = found(9), outcome(20, "withdrawn")
    first = await ends((register, absent), changed, back, told)
    assert first == await ends((register, absent), back, told, changed)
    assert "rhi.request" not in {type_ for _, type_, *_ in first}


async def test_a_meeting_that_was_held_while_the_child_was_absent_is_considered_anew_when_it_is_missing() -> None:
    register, _ = at_islington()
    absent = missing(0, responsible_authority="islington", classification="absent", **KNOWN)
    held = case("meeting.held", 10, authority="islington", kind="missing_meeting", held_at=later(10))
    changed = police("status_change", 20, to="missing", changed_at=later(20))
    first = await ends((register, absent), held, changed)
    assert first == await ends((register, absent), changed, held)
    assert "consider_missing_meeting" in kinds(first)


@pytest.mark.parametrize("hours", [20, 40])
async def test_a_follow_up_is_asked_for_whichever_is_read_first_the_review_or_the_return(hours: float) -> None:
    held, back = review(hours), found(30)
    first = await ends(at_mfh(), held, back)
    assert first == await ends(at_mfh(), back, held)
    assert "professionals_meeting" in kinds(first)


async def test_a_correction_counts_also_where_it_is_read_before_what_it_corrects() -> None:
    register, _ = at_mfh()
    told = {"responsible_authority": "mfh-borough", "child": child("lcs:Z-1")}
    first = missing(0, reported_at=later(0), revision=1, **told)
    corrected = missing(1, reported_at=later(-3), risk="high", revision=2, **told)
    in_order = await ends((register,), first, corrected)
    assert await ends((register,), corrected, first) == in_order
    assert "convene_strategy_meeting" in kinds(in_order)


async def test_a_question_that_outlasts_the_return_goes_to_the_worker_who_is_named_after_it() -> None:
    gone = missing(0, responsible_authority="buckinghamshire", risk="high", **KNOWN)
    social = [{"service": "childrens_social_care", **WORKER}]
    named = context(40, "lcs:Z-1", authority="buckinghamshire", services=social)
    asked = {
        (kind, to)
        for order in ((named, found(30)), (found(30), named))
        for _, _, kind, to, _ in await ends((gone,), *order)
        if kind == "decide_need_to_know"
    }
    assert [sorted(r.person for r in to) for _, to in asked] == [["sw1", "tm1"]]


async def test_another_absence_that_was_taken_for_the_open_one_is_parted_from_it_by_the_return_before_it() -> None:
    seen = case("worker.found_report", 10, authority="mfh-borough", by={"role": "young_person"}, found_at=later(9))
    again = missing(20, "P-2", responsible_authority="mfh-borough", child=child("lcs:Z-1"), risk="high")
    about = {"authority": "mfh-borough", "force": "XX", "incident": "P-2", "by": {"role": "family"}}
    complex_ = case("manager.decision", 30, kind="complexity", decision="complex", **about)
    first = await ends(at_mfh(), seen, again, complex_)
    assert first == await ends(at_mfh(), again, complex_, seen)
    assert {"strategy_meeting", "convene_strategy_meeting"} <= kinds(first)


async def test_also_where_the_other_absence_is_over_by_then() -> None:
    seen = case("worker.found_report", 10, authority="mfh-borough", by={"role": "young_person"}, found_at=later(9))
    again = missing(20, "P-2", responsible_authority="mfh-borough", child=child("lcs:Z-1"))
    back = found(30, "P-2")
    first = await ends(at_mfh(), seen, again, back)
    assert first == await ends(at_mfh(), again, back, seen)
    assert len([row for row in first.elements() if row[1] == "rhi.request"]) == 2


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "in one batch"])
async def test_who_answers_from_now_on_owes_the_same_whichever_is_read_first_that_or_the_return(together: bool) -> None:
    known = (context(-1, "lcs:Z-1", services=[{"service": "cscs", **WORKER}]), missing(0, **KNOWN))
    back, named = found(5), context(31, "lcs:Z-1", responsible_authority="mfh-borough")
    first = await ends(known, named, back, together=together)
    assert first == await ends(known, back, named, together=together)
    assert {authority for authority, *_ in first} == {"mfh-borough"}


@pytest.mark.parametrize("hours", [20, 40])
async def test_a_meeting_that_was_held_is_not_called_off_whichever_is_read_first(hours: float) -> None:
    held, back, off = review(hours), found(30), ("meeting.cancel", "strategy_meeting")
    assert await leaves(at_mfh(), held, back) == await leaves(at_mfh(), back, held)
    assert off not in await leaves(at_mfh(), back, held)
    assert off in await leaves(at_mfh(), back)


async def test_a_task_that_was_done_is_not_called_off_whichever_is_read_first() -> None:
    done = case("task.completed", 20, authority="mfh-borough", kind="strategy_discussion", at=later(20), by=BY)
    back, off = found(30), ("task.cancel", "strategy_discussion")
    assert await leaves(at_mfh(), done, back) == await leaves(at_mfh(), back, done)
    assert off not in await leaves(at_mfh(), back, done)
    assert off in await leaves(at_mfh(), back)


async def test_nobody_is_asked_who_acts_where_the_interview_was_refused_whichever_is_read_first() -> None:
    known = (context(-1, "lcs:Z-1", authority="mfh-borough"), missing(0, responsible_authority="mfh-borough", **KNOWN))
    amber = case("rag.set", 10, authority="mfh-borough", value="AMBER", by={"role": "mash_manager"})
    told = {"result": "refused", "at": later(40), "by": BY, "interviewer": BY, "reason": "said so"}
    refused, gap = case("rhi.outcome", 40, authority="mfh-borough", **told), ("exception.raise", "routing_gap")
    assert await leaves(known, amber, found(30), refused) == await leaves(known, amber, refused, found(30))
    assert gap not in await leaves(known, amber, found(30), refused)
    assert gap in await leaves(known, amber, found(30))


def kinds(of: Owed) -> set[Any]:
    return {kind for _, _, kind, _, _ in of}
