"""What a process promises while its relay runs goes out from memory: when it does, when it waits in the table, and what
becomes of it when something breaks in between."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from relay_running import PATIENCE, Arrivals, Slow, running
from relay_world import CARE, LEASE, MINUTE, NOON, POLICE, WORKER, Died, World, a_world, row

from schemas.delivery import Verdict
from store import OutboxRow, Settlement, StoreUnavailableError
from store.claiming import Claiming
from store.handing import HandedOver, Taker
from store.pausing import Pause


@asynccontextmanager
async def at_work(hub: World, **changes: object) -> AsyncIterator[Arrivals]:
    """A relay that has begun: its first row was sent."""
    arrivals = Arrivals(hub)
    await hub.promise(row("first", child="first"))
    async with running(hub.relay(**changes)):
        await arrivals.reach(1)
        yield arrivals


@pytest.fixture
def claimed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rows that were claimed from the table."""
    ids: list[str] = []
    claim = Claiming.claim_deliveries

    async def noted(self: Claiming, *args: object, **more: object) -> object:
        rows = await claim(self, *args, **more)  # type: ignore[arg-type]
        ids.extend(each.row.id for each in rows)
        return rows

    monkeypatch.setattr(Claiming, "claim_deliveries", noted)
    return ids


async def test_what_is_promised_goes_out_without_being_claimed(hub: World, claimed: list[str]) -> None:
    async with at_work(hub) as arrivals:
        await hub.promise(row("a"), row("b"), row("c", child="k2"), row("d", to=POLICE))
        await arrivals.reach(5)
    assert [id for id in hub.arrived() if id in "ab"] == ["a", "b"]
    assert set((await hub.states()).values()) == {"accepted"}
    assert claimed == ["first"]


async def test_what_leaves_within_a_moment_is_settled_together(hub: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = list[int]()
    settle = hub.store.settle

    async def noted(owner: str, settlements: Sequence[Settlement], *more: Any) -> None:
        kept.append(len(settlements))
        await settle(owner, settlements, *more)

    async with at_work(hub) as arrivals:
        monkeypatch.setattr("outbox.handed._LINGER", 0.5)
        monkeypatch.setattr(hub.store, "settle", noted)
        await hub.promise(row("a"))
        await hub.promise(row("b", child="k2"), row("c", child="k3"))
        await arrivals.reach(4)
    assert kept == [3]
    assert set((await hub.states()).values()) == {"accepted"}


async def test_what_did_not_leave_is_settled_at_once(hub: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outbox.handed._LINGER", 60)
    hub.fates["a"] = Verdict.REFUSED
    async with at_work(hub):  # which ends only when all is settled, and within seconds
        await hub.promise(row("a"))
    assert (await hub.states())["a"] == "failed"


async def test_a_letter_waits_in_the_table(hub: World, claimed: list[str]) -> None:
    sent = asyncio.Event()
    hub.mails.after = lambda _: sent.set()
    async with at_work(hub):
        await hub.promise(row("letter", to=WORKER))
        async with asyncio.timeout(PATIENCE):
            await sent.wait()
    assert claimed == ["first", "letter"]


async def test_what_is_promised_while_its_lane_is_under_way_follows_it(hub: World, claimed: list[str]) -> None:
    slow = Slow(hub)
    slow.let_go.set()
    async with at_work(hub, senders={"topic": slow}) as arrivals:
        slow.begun.clear()
        slow.let_go.clear()
        await hub.promise(row("a"))
        async with asyncio.timeout(PATIENCE):
            await slow.begun.wait()
        await hub.promise(row("b"), row("c"))
        assert await hub.states() | {"first": ""} == {"first": "", "a": "sending", "b": "prepared", "c": "prepared"}
        slow.let_go.set()
        await arrivals.reach(4)
    assert hub.arrived() == ["first", "a", "b", "c"]


async def test_what_stands_behind_a_row_that_is_kept_back_waits_with_it(hub: World, claimed: list[str]) -> None:
    async with at_work(hub) as arrivals:
        async with hub.store.transaction() as tx:
            promised = [row("a"), row("kept"), row("behind"), row("else", child="k2")]
            await tx.append([], promised, {"kept": NOON + MINUTE})
        await arrivals.reach(3)
        states = await hub.states()
    assert set(hub.arrived()) == {"first", "a", "else"}
    assert (states["kept"], states["behind"]) == ("prepared", "prepared")


async def test_what_fails_holds_up_its_lane_and_goes_in_its_time(hub: World) -> None:
    hub.fates["a"] = Verdict.RETRY
    async with at_work(hub, look=0.01) as arrivals:
        await hub.promise(row("a"), row("b"), row("c", child="k2"))
        await arrivals.reach(2)
        hub.fates.clear()
        await hub.promise(row("d"))
        hub.now += MINUTE
        await arrivals.reach(5)
    assert hub.arrived() == ["first", "c", "a", "b", "d"]


@pytest.mark.parametrize("name", ["topic", CARE, f"k1|{CARE}"])
async def test_what_a_person_has_paused_is_not_handed_over(hub: World, name: str) -> None:
    async with at_work(hub):
        async with hub.store.transaction() as tx:
            await tx.pause(Pause(name, "d.officer", NOON, "the system is moved"))
        await hub.promise(row("a"))
        async with hub.store.reading() as tx:
            (held,) = await tx.paused()
        assert (held.waiting, (await hub.states())["a"]) == (1, "prepared")


async def test_a_process_that_holds_no_shard_leaves_its_rows_to_the_table(hub: World) -> None:
    other = hub.relay("other")
    await other.drain()
    async with running(hub.relay("one")):
        await hub.promise(row("a"))
        assert await hub.states() == {"a": "prepared"}
    await other.drain()
    assert hub.arrived() == ["a"]


async def test_what_was_taken_back_is_not_sent_and_what_comes_next_is(hub: World) -> None:
    async with at_work(hub, look=0.01) as arrivals:
        with pytest.raises(ZeroDivisionError):
            await fail_after(hub, row("never"))
        await hub.promise(row("a"))
        await arrivals.reach(2)
    assert hub.arrived() == ["first", "a"]


async def fail_after(hub: World, promised: OutboxRow) -> None:
    async with hub.store.transaction() as tx:
        await tx.append([], [promised])
        raise ZeroDivisionError


async def test_after_a_commit_whose_answer_was_lost_the_row_goes_when_its_lease_has_lapsed(hub: World) -> None:
    async with at_work(hub, look=0.01) as arrivals:
        hub.store.fail("answer")
        with pytest.raises(StoreUnavailableError):
            await hub.promise(row("a"))
        await hub.promise(row("b"), row("c", child="k2"))
        await arrivals.reach(2)
        assert (hub.arrived(), (await hub.states())["a"]) == (["first", "c"], "sending")
        hub.now += LEASE
        await arrivals.reach(4)
    assert [id for id in hub.arrived() if id in "ab"] == ["a", "b"]


async def test_what_was_in_memory_when_its_sending_died_goes_when_its_lease_has_lapsed(hub: World) -> None:
    died = asyncio.Event()

    def die(_batch: object) -> None:
        hub.topics.before = lambda _: None
        died.set()
        raise Died

    async with at_work(hub, look=0.01) as arrivals:
        hub.topics.before = die
        await hub.promise(row("a"))
        async with asyncio.timeout(PATIENCE):
            await died.wait()
        await hub.promise(row("b"), row("c", child="k2"))
        await arrivals.reach(2)
        assert (hub.arrived(), (await hub.states())["a"]) == (["first", "c"], "sending")
        hub.now += LEASE
        await arrivals.reach(4)
    assert [id for id in hub.arrived() if id in "ab"] == ["a", "b"]


class Late:
    """Hands on what a transaction has promised when it is told to, as one does that outlasts the relay."""

    def __init__(self, taker: Taker) -> None:
        self.terms, self.lose, self._taker = taker.terms, taker.lose, taker
        self._left: list[HandedOver] = []

    def take(self, promised: HandedOver) -> None:
        self._left.append(promised)

    def go_on(self) -> None:
        for promised in self._left:
            self._taker.take(promised)


async def test_what_is_committed_after_the_relay_has_ended_is_left_to_the_next(hub: World) -> None:
    async with at_work(hub):
        assert hub.store._taker
        late = Late(hub.store._taker)
        hub.store.hand_to(late)
        await hub.promise(row("a"))
    late.go_on()
    await asyncio.sleep(0.05)
    assert hub.arrived() == ["first"], "the senders may be closed by now"
    hub.now += LEASE
    await hub.relay("two").drain()
    assert hub.arrived() == ["first", "a"]


@pytest.mark.postgres
async def test_a_relay_hears_what_another_process_has_promised(
    postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres()
    async with a_world(url) as hub, a_world(url) as elsewhere:
        monkeypatch.setattr("store.promising.PROCESS", "another")
        async with at_work(hub) as arrivals:
            await elsewhere.promise(row("a"))
            await arrivals.reach(2)
