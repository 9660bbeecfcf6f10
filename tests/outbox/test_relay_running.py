"""A relay that runs: when it looks, what it does when it is stopped, and what when the database is away."""

import asyncio
from collections.abc import Sequence

import pytest
from relay_running import PATIENCE, Arrivals, Slow, running
from relay_world import MINUTE, SECOND, WORKER, World, row

from outbox.dispatch import Manner
from outbox.relay_settling import rest
from schemas.delivery import Outgoing, Verdict


async def test_what_is_promised_while_it_rests_goes_out_when_it_is_woken(hub: World) -> None:
    arrivals, relay = Arrivals(hub), hub.relay()
    async with running(relay):
        await hub.promise(row("a"))
        relay.wake()
        await arrivals.reach(1)
        await hub.promise(row("b"))
        relay.wake()
        await arrivals.reach(2)
    assert hub.arrived() == ["a", "b"]


async def test_what_is_promised_soon_after_goes_out_together(hub: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first goes out at once; those who look only so often find the others at one look."""
    time_is_over, rested = asyncio.Event(), list[float]()

    async def resting(event: asyncio.Event, seconds: float) -> None:
        if seconds > 400:  # longer than anything else is waited for
            rested.append(seconds)
            await time_is_over.wait()
        else:
            await rest(event, seconds)

    monkeypatch.setattr("outbox.relay.rest", resting)
    batches, sent = list[list[str]](), asyncio.Event()
    hub.mails.before = lambda batch: batches.append([item.row for item in batch])
    hub.mails.after = lambda _: sent.set()
    relay = hub.relay(manners={"mail": Manner(apart=600)})
    async with running(relay), asyncio.timeout(PATIENCE):
        await hub.promise(row("a", to=WORKER))
        relay.wake()
        await sent.wait()
        sent.clear()
        for each in ("b", "c"):
            await hub.promise(row(each, to=WORKER))
            relay.wake()
        time_is_over.set()
        await sent.wait()
    assert batches == [["a"], ["b", "c"]]
    assert rested
    assert max(rested) <= 600


async def test_what_another_process_promised_is_found_without_being_woken(hub: World) -> None:
    arrivals = Arrivals(hub)
    async with running(hub.relay(look=0.01)):
        await hub.promise(row("a"))
        await arrivals.reach(1)
        await hub.promise(row("b"))
        await arrivals.reach(2)


async def test_a_row_that_waits_is_tried_when_its_time_has_come(hub: World) -> None:
    arrivals = Arrivals(hub)
    await hub.promise(row("a"))
    hub.fates["a"] = Verdict.RETRY
    async with running(hub.relay(look=0.01)):
        async with asyncio.timeout(PATIENCE):
            await arrivals.more.wait()
        hub.fates.clear()
        hub.now += MINUTE
        await arrivals.reach(1)


async def test_a_slow_mail_server_holds_up_no_topic(hub: World) -> None:
    arrivals, slow = Arrivals(hub), Slow(hub)
    relay = hub.relay(senders={"mail": slow})
    await hub.promise(row("letter", to=WORKER), row("a"))
    async with running(relay):
        await slow.begun.wait()
        await arrivals.reach(1)
        slow.let_go.set()


async def test_stopping_finishes_what_is_in_flight_and_hands_over_at_once(hub: World) -> None:
    slow = Slow(hub)
    first, second = hub.relay("one", senders={"topic": slow}), hub.relay("two")
    await hub.promise(row("a"), row("b"))
    task = asyncio.create_task(first.run())
    await slow.begun.wait()
    stopping = asyncio.create_task(first.stop())
    slow.let_go.set()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(stopping, task)
    assert set((await hub.states()).values()) == {"accepted"}
    await hub.promise(row("c"))
    assert await second.drain() == 1


async def test_what_takes_longer_than_a_lease_is_not_sent_by_another(hub: World) -> None:
    slow = Slow(hub)
    first = hub.relay("one", lease=SECOND / 20, senders={"topic": slow})
    second = hub.relay("two", lease=SECOND / 20)
    await hub.promise(row("a"))
    async with running(first):
        await slow.begun.wait()
        renewed = asyncio.Event()
        hold = first._shards.hold

        async def told(now: object) -> bool:
            more = await hold(now)  # type: ignore[arg-type]
            renewed.set()
            return more

        first._shards.hold = told  # type: ignore[method-assign,assignment]
        hub.now += SECOND / 21
        async with asyncio.timeout(PATIENCE):
            await renewed.wait()
        hub.now += SECOND / 21
        assert await second.drain() == 0
        slow.let_go.set()
    assert hub.arrived() == ["a"]
    assert await hub.states() == {"a": "accepted"}


async def test_what_was_sent_is_settled_when_the_database_is_back(hub: World) -> None:
    def goes_away(_batch: Sequence[Outgoing]) -> None:
        hub.store.fail("away", "away", "answer", "away")

    await hub.promise(row("a"))
    hub.topics.after = goes_away
    await hub.relay().drain()
    assert hub.arrived() == ["a"]
    assert await hub.states() == {"a": "accepted"}
    assert [line.entry["outcome"] for line in await hub.ledger()] == ["accepted"]


async def test_a_database_that_is_away_is_waited_for(hub: World) -> None:
    arrivals = Arrivals(hub)
    await hub.promise(row("a"))
    hub.store.fail(*["away"] * 5)
    async with running(hub.relay(lease=SECOND / 20)):
        await arrivals.reach(1)


async def test_rows_of_a_claim_whose_answer_was_lost_go_out_when_their_lease_has_run_out(hub: World) -> None:
    arrivals = Arrivals(hub)
    await hub.promise(row("a"))
    # Hold: a connection to acquire with. Then each channel claims.
    hub.store.fail("", "answer", "answer")
    async with running(hub.relay(look=0.01)):
        async with asyncio.timeout(PATIENCE):
            await hub.store.spent.wait()
        assert hub.arrived() == []
        hub.now += MINUTE
        await arrivals.reach(1)


async def test_a_fault_that_nobody_foresaw_does_not_end_delivery(hub: World) -> None:
    arrivals = Arrivals(hub)

    class Failing:
        failed = False

        def address(self, _destination: str) -> str | None:
            if not self.failed:
                self.failed = True
                raise RuntimeError("a fault of the directory")
            return "sw1@children.example"

    await hub.promise(row("letter", to=WORKER), row("a"))
    relay = hub.relay(look=0.01, addresses=Failing())
    done = asyncio.Event()
    hub.mails.after = lambda _: done.set()
    async with running(relay):
        await arrivals.reach(1)
        async with asyncio.timeout(PATIENCE):
            await done.wait()


async def test_a_stop_while_the_database_is_away_leaves_the_rows_to_the_next_relay(hub: World) -> None:
    gone = asyncio.Event()

    def goes_away(_batch: Sequence[Outgoing]) -> None:
        hub.store.fail(*["away"] * 1000)
        gone.set()

    await hub.promise(row("a"))
    hub.topics.after = goes_away
    async with running(hub.relay("one", pause=0.01)):
        async with asyncio.timeout(PATIENCE):
            await gone.wait()
    hub.store.fail()
    hub.topics.after = lambda _: None
    hub.now += MINUTE
    await hub.relay("two").drain()
    assert hub.arrived() == ["a", "a"]
    assert await hub.states() == {"a": "accepted"}


async def test_a_relay_that_was_stopped_does_not_run(hub: World) -> None:
    relay = hub.relay()
    await relay.stop()
    async with asyncio.timeout(PATIENCE):
        await relay.run()
    assert await hub.relay("two").drain() == 0
