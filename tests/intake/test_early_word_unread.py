"""Early word that can be read no more when its time comes (a changed contract, a lowered limit, a fault of the hub) is
set aside with a person told, and can be replayed once the cause is mended."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime

import pytest
from hub_in_memory import Hub, hub
from owed import states
from wire_messages import case, context, found, later, missing, police

from consumers.parsing import parse_record
from intake.records import Parse, RawRecord, Read
from schemas.limits import DEFAULT
from store import Store

REGISTER = context(-1, "compact:K-1", services=[{"service": "cscs", "worker": "sw1", "team": "t1"}])
GONE = missing(6, reported_at=later(-1))


def _lowered(raw: RawRecord, now: datetime) -> Read:
    """As by a hub whose limits have been lowered: a return is too large for it."""
    is_found = b"police.found" in (raw.value or b"")
    return parse_record(raw, now, limits=replace(DEFAULT, body=64)) if is_found else parse_record(raw, now)


def _faulty(raw: RawRecord, now: datetime) -> Read:
    if b"police.found" in (raw.value or b""):
        raise KeyError
    return parse_record(raw, now)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def anywhere(request: pytest.FixtureRequest) -> AsyncIterator[Hub]:
    fresh: Callable[[], str] = request.getfixturevalue("postgres") if request.param == "postgres" else lambda: ""
    store = Store.open(fresh() or "sqlite+aiosqlite://")
    await store.create()
    yield Hub(store)
    await store.close()


BROKEN = pytest.mark.parametrize("parse", [_lowered, _faulty])


async def _waiting(h: Hub) -> int:
    async with h.store.reading() as tx:
        return len(await tx.all_early_words())


async def _is_asked_after(h: Hub) -> bool:
    async with h.store.reading() as tx:
        return any(timer.rule == "early_word" for timer in await tx.due_timers(later(9999), 100))


async def _replayed(h: Hub) -> None:
    async with h.store.transaction() as tx:
        assert await tx.request_replay() == 1
    assert await h.intake.replay(5) == 1


@BROKEN
@pytest.mark.parametrize("by_timer", [False, True], ids=["with what it waited for", "by its timer"])
async def test_it_goes_to_quarantine_and_a_person_is_told(anywhere: Hub, parse: Parse, by_timer: bool) -> None:
    h = anywhere
    h.clock.set(later(5))
    await h.take(REGISTER, found(5), police("investigation_ended", 5))
    h.intake._parse = parse
    if by_timer:
        await h.fall(40)
        assert (await _waiting(h), (await h.kinds()).count("unreadable")) == (1, 1)
        await h.take(GONE)
    else:
        await h.take(GONE)
    assert (await h.kinds()).count("unreadable") == 1
    [held] = await h.held()
    assert b"police.found" in (held.row.value or b"")
    assert "ended" in {name for line in await h.ledger("fact") for name, _ in line.entry["events"]}
    assert {state for _, state, *_ in await states(h)} == {"open"}
    assert (await _waiting(h), await _is_asked_after(h)) == (0, False)


@BROKEN
@pytest.mark.parametrize("too_early", [0, 1, 2], ids=["once mended", "after a vain replay", "after two"])
async def test_it_is_taken_in_when_it_is_replayed_once_the_cause_is_mended(parse: Parse, too_early: int) -> None:
    async with hub() as h:
        h.clock.set(later(5))
        await h.take(REGISTER, found(5, returned_at=later(4)))
        h.intake._parse = parse
        await h.take(GONE)
        for _ in range(too_early):
            await _replayed(h)
            assert [held.state for held in await h.held()] == ["held"]
        h.intake._parse = parse_record
        await _replayed(h)
        assert await h.held() == []
        assert {(state, returned) for _, state, _, returned, _ in await states(h)} == {("found", later(4))}


async def test_it_waits_again_when_it_is_replayed_before_what_it_speaks_of() -> None:
    async with hub() as h:
        h.clock.set(later(5))
        await h.take(REGISTER, found(5, returned_at=later(4)))
        h.intake._parse = _faulty
        await h.fall(40)
        h.intake._parse = parse_record
        await _replayed(h)
        assert await _waiting(h) == 1
        await h.take(GONE)
        assert {state for _, state, *_ in await states(h)} == {"found"}


async def test_two_that_their_sender_called_by_one_name_are_both_taken_in() -> None:
    """Each was claimed under a key of its own."""
    by = {"role": "children_missing_officer"}
    told = {"refused": later(5), "completed": later(6)}
    lines = [case("rhi.outcome", 5, result=result, at=at, by=by) for result, at in told.items()]
    same = [line.replace(_id(line), b'"id":"one"') for line in lines]

    def faulty(raw: RawRecord, now: datetime) -> Read:
        if b"rhi.outcome" in (raw.value or b""):
            raise KeyError
        return parse_record(raw, now)

    async with hub() as h:
        h.clock.set(later(7))
        await h.take(REGISTER, *same)
        h.intake._parse = faulty
        await h.take(GONE)
        assert len(await h.held()) == 2
        h.intake._parse = parse_record
        async with h.store.transaction() as tx:
            await tx.request_replay()
        assert await h.intake.replay(5) == 2
        facts = {name for line in await h.ledger("fact") for name, _ in line.entry["events"]}
        assert {"interview.refused", "interview.completed"} <= facts


def _id(line: bytes) -> bytes:
    start = line.index(b'"id":')
    return line[start : line.index(b",", start)]
