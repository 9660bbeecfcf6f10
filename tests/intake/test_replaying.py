"""What is replayed out of quarantine: received when it first came, taken in once, and no newer word is turned back by
it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hub_in_memory import POLICE, Hub, hub
from sqlalchemy.ext.asyncio import AsyncConnection
from test_intake import broken
from wire_messages import found, later, missing

from episodes.reports import Found
from intake.placing import place
from intake.step import Step
from intake.writing import write_batch
from store import Store
from store.quarantine import TAKEN_ALREADY


async def _replayed(h: Hub) -> int:
    async with h.store.transaction() as tx:
        await tx.request_replay(None)
    return await h.intake.replay(1000)


@asynccontextmanager
async def held_up(*records: bytes) -> AsyncIterator[Hub]:
    """A hub that is sound again, with records in quarantine that a fault of it had put there."""
    async with hub(broken()) as h:
        await h.take(*records)
        mended = Hub(h.store)
        mended.clock.set(later(5))
        mended._offset = 1000  # what is sent again stands at another place
        yield mended


async def test_a_replayed_report_counts_from_when_it_came_and_its_ids_are_the_same() -> None:
    told = missing(risk="high", id_="1", reported_at=None)
    async with held_up(told) as late, hub() as sound:
        await sound.take(told)
        assert await _replayed(late) == 1
        assert {m["id"] for m in await late.said()} >= {m["id"] for m in await sound.said()}
        [line] = await late.ledger("report")
        assert line.at == later(0)
        opened = [m["start"] for m in await late.said() if m["type"] == "episode.open"]
        assert opened == [m["start"] for m in await sound.said() if m["type"] == "episode.open"]


async def test_what_was_sent_again_meanwhile_is_said_to_be_taken_already() -> None:
    told = missing(risk="high", id_="1")
    async with held_up(told) as h:
        await h.take(told)
        before = len(await h.said())
        assert await _replayed(h) == 1
        assert len(await h.said()) == before
        async with h.store.reading() as tx:
            [kept] = await tx.quarantined(replayed=True)
        assert (kept.state, kept.row.detail) == ("replayed", TAKEN_ALREADY)


async def test_what_was_replayed_is_a_repeat_from_then_on() -> None:
    told = missing(risk="high", id_="1")
    async with held_up(told) as h:
        await _replayed(h)
        before = len(await h.ledger("report"))
        await h.intake.process_batch([h.raw(told, POLICE)])
        assert len(await h.ledger("report")) == before == 1


async def test_a_replayed_report_turns_no_newer_one_back() -> None:
    async with held_up(missing(risk="high", classification="absent")) as h:
        await h.take(missing(6, risk="low", reported_at=later(0)))
        before = len(await h.said())
        h.clock.set(later(7))
        assert await _replayed(h) == 1
        assert [m["type"] for m in (await h.said())[before:]] == []
        async with h.store.reading() as tx:
            known = await tx.find((), [("XX", "P-1")], ())
            _, [episode] = await tx.load({row.person for row in known.references})
        assert b"low" in episode.doc


async def test_many_are_replayed_in_few_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0
    begin = Store.connection

    @asynccontextmanager
    async def counted(self: Store, brief: bool = False) -> AsyncIterator[AsyncConnection]:
        nonlocal count
        count += 1
        async with begin(self, brief) as connection:
            yield connection

    async with held_up(*(missing(0, f"P-{n}", risk="high") for n in range(150))) as h:
        assert len(await h.held()) == 150
        monkeypatch.setattr(Store, "connection", counted)
        assert await _replayed(h) == 150
        assert count <= 5
        monkeypatch.undo()
        assert await h.held() == []
        assert len(await h.episodes()) == 150


async def test_what_a_replay_takes_back_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """The periodic data of an authority whose first message is replayed."""
    written = 0

    async def lost_once(*given: Any) -> None:
        nonlocal written
        await write_batch(*given)
        written += 1
        if written == 1:
            raise RuntimeError

    async with held_up(missing(risk="high")) as h:
        monkeypatch.setattr("intake.intake.write_batch", lost_once)
        assert await _replayed(h) == 1
        assert written == 2
        async with h.store.reading() as tx:
            due = await tx.due_timers(later(9999), 1000)
        assert {t.rule for t in due if t.episode is None} == {r.id for r in h.packs.newest("nottinghamshire").periodic}


@pytest.mark.parametrize("told", [True, False], ids=["told", "nobody can be told"])
async def test_one_that_cannot_even_be_set_aside_goes_back_and_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    def faulty(context: Any, child: Any, report: Any, *more: Any) -> Any:
        if report.about.incident == "P-1":
            raise KeyError
        return place(context, child, report, *more)

    def fail(*given: Any) -> Any:
        raise RuntimeError

    async with held_up(missing(0, "P-1", risk="high"), missing(0, "P-2", risk="high")) as h:
        before = (await h.kinds()).count("unreadable")
        monkeypatch.setattr("intake.batch.place", faulty)
        monkeypatch.setattr("intake.intake.aside", lambda rejected, *more: fail() if [*rejected] else Step())
        if not told:
            monkeypatch.setattr("intake.failing.rejection_alert", fail)
        assert await _replayed(h) == 2
        assert {*await h.episodes()} == {"P-2"}
        [held] = await h.held()
        assert (held.state, held.row.reason, held.row.detail) == ("held", "failed", "Processing failed (KeyError)")
        assert (await h.kinds()).count("unreadable") - before == told
        monkeypatch.undo()
        assert await _replayed(h) == 1
        assert {*await h.episodes()} == {"P-1", "P-2"}


async def test_one_behind_early_word_that_cannot_be_set_aside_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The fault lies in what had waited for the record."""

    def faulty(context: Any, child: Any, report: Any, *more: Any) -> Any:
        if isinstance(report, Found):
            raise KeyError
        return place(context, child, report, *more)

    async with held_up(missing(0, "P-1", risk="high"), missing(0, "P-2", risk="high")) as h:
        await h.take(found(3, "P-1"))
        monkeypatch.setattr("intake.batch.place", faulty)
        monkeypatch.setattr("intake.intake._set_aside", lambda *given: [])
        assert await _replayed(h) == 2
        assert {*await h.episodes()} == {"P-2"}
        assert [held.row.detail for held in await h.held()] == ["Processing failed (EarlyWordError)"]


async def test_a_look_that_finds_nothing_to_replay_wakes_nobody() -> None:
    async with hub() as h:
        assert await h.intake.replay(10) == 0
        assert h.woken == 0
