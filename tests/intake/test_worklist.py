"""The worklist says what the episodes say: after any course of reports, and where a database of an older version is
opened."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from courses import courses, told
from hub_in_memory import Hub, hub
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quick_store import QuickRehearsal
from scenario_runs import PACKS
from sqlalchemy import text
from wire_messages import case, child, context, found, later, missing, police

from consumers.parsing import parse_unowned
from enrichment.children import Children
from homeward.clock import VirtualClock
from intake.intake import Intake
from intake.records import RawRecord
from intake.worklist import fill_worklist, work_rows_of
from routing.library import HUB
from routing.pack import Pack
from store import Store, WorkRow
from store.rows import KnownKeys
from tests.shipped import shipped_directories, shipped_packs

OF_AUTHORITIES = pytest.mark.parametrize("pack", [p for p in PACKS if p.authority != HUB], ids=lambda p: p.authority)
CAREFULLY = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
async def quick() -> AsyncIterator[QuickRehearsal]:
    made = QuickRehearsal()
    yield made
    await made.end()


async def kept(store: Store, authority: str) -> dict[str, WorkRow]:
    async with store.reading() as tx:
        return {row.id: row for row in await tx.work_of(authority)}


async def said_by_the_episodes(store: Store, authority: str) -> dict[str, WorkRow]:
    async with store.reading() as tx:
        people = await tx.people_of(authority, "", 1000)
        children = Children(KnownKeys([], [], {}), *await tx.load(people))
    cases = [(each, case) for each in children.children() for case in each.everything()]
    return {row.id: row for row in work_rows_of(cases, shipped_packs())}


async def take(store: Store, lines: list[bytes], moments: list[datetime]) -> None:
    """Each line at its moment, and every timer that is due before it and for a month after the last."""
    clock = VirtualClock(moments[0] - timedelta(days=1))
    intake = Intake(store, shipped_packs(), shipped_directories(), parse_unowned, clock.now)
    for n, (line, at) in enumerate(zip(lines, moments, strict=True)):
        await _until(store, intake, clock, at)
        await intake.process_batch([RawRecord("told", 0, n, line, at)])
    await _until(store, intake, clock, moments[-1] + timedelta(days=31))


async def _until(store: Store, intake: Intake, clock: VirtualClock, at: datetime) -> None:
    while True:
        async with store.reading() as tx:
            due = await tx.next_timer()
            timers = [t for t in await tx.due_timers(due, 500) if t.due_at == due] if due and due <= at else []
        if not timers:
            break
        clock.set(max(timers[0].due_at, clock.now()))
        await intake.fire_timers(timers)
    clock.set(max(at, clock.now()))


@OF_AUTHORITIES
@CAREFULLY
@given(data=st.data())
async def test_the_worklist_is_what_the_episodes_say(quick: QuickRehearsal, pack: Pack, data: st.DataObject) -> None:
    rows = data.draw(courses(pack.authority))
    with quick.in_use() as store:
        await store.create()
        await take(store, told(pack, rows), [row["at"] for row in rows])
        assert await kept(store, pack.authority) == await said_by_the_episodes(store, pack.authority)


async def rows_of(h: Hub) -> list[tuple[str, str | None, str, str | None]]:
    async with h.store.reading() as tx:
        rows = await tx.work_of("nottinghamshire")
    return [(row.wanted, row.kind, row.role, row.person) for row in rows]


async def test_what_is_asked_for_is_open_until_it_is_done() -> None:
    async with hub() as h:
        await h.take(missing(vulnerable=True))
        asked = await rows_of(h)
        assert ("task", "process_notification", "children_missing_officer", None) in asked
        await h.take(case("task.completed", 1, kind="process_notification"))
        assert ("task", "process_notification", "children_missing_officer", None) not in await rows_of(h)


async def test_a_judgement_that_a_decision_settles_is_a_decision_and_an_interview_is_one() -> None:
    async with hub() as h:
        await h.take(missing(vulnerable=None), found(2))
        wanted = {(kind, wanted) for wanted, kind, _, _ in await rows_of(h)}
        assert ("judge_vulnerability", "decision") in wanted


async def test_a_database_of_an_older_version_is_filled_when_a_hub_starts() -> None:
    async with hub() as h:
        await h.take(missing(), missing(incident="P-2", child=child("compact:K-2")))
        before = await kept(h.store, "nottinghamshire")
        assert len(before) > 1
        async with h.store.connection() as connection:
            await connection.execute(text("DELETE FROM worklist"))
        assert await fill_worklist(h.store, shipped_packs()) == len(before)
        assert await kept(h.store, "nottinghamshire") == before
        assert await fill_worklist(h.store, shipped_packs()) == 0
        assert later(0) <= min(row.since for row in before.values())


async def test_a_referral_that_a_decision_settles_waits_for_it() -> None:
    async with hub() as h:
        await h.take(missing(child_protection_concern=True, vulnerable=None))
        assert ("decision", "cscs_threshold", "cscs", None) in await rows_of(h)
        await h.take(case("threshold.decision", 1, met=True, by={"role": "cscs"}))
        assert "cscs_threshold" not in {kind for _, kind, _, _ in await rows_of(h)}


WHOSE = ("match", "doubtful_match", "children_missing_officer", None)


async def test_whose_child_it_is_waits_until_somebody_says_so() -> None:
    async with hub() as h:
        await h.take(missing())
        assert WHOSE in await rows_of(h)
        (episode,) = (await h.episodes())["P-1"]
        async with h.store.reading() as tx:
            (asked,) = [row for row in await tx.work_of("nottinghamshire") if row.wanted == "match"]
            assert (asked.episode, asked.due, await tx.work_about(asked.message)) == (episode, None, [asked])
        by = {"role": "children_missing_officer", "person": "cmo1"}
        await h.take(case("match.decision", 1, incident="P-1", force="XX", child=None, by=by))
        assert WHOSE not in await rows_of(h)


async def test_whose_child_it_is_waits_no_more_once_the_register_says_so_or_it_was_reported_in_error() -> None:
    async with hub() as h:
        await h.take(missing(), missing(incident="P-2", child=child("compact:K-2")))
        assert (await rows_of(h)).count(WHOSE) == 2
        await h.take(context(1, "mosaic:M-2", "compact:K-2"))
        assert (await rows_of(h)).count(WHOSE) == 1
        await h.take(police("retracted", 2))
        assert WHOSE not in await rows_of(h)
