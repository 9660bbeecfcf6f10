"""What a relay does while a server or a topic is away: no row is charged for it, one tries, and all are due when it is
back; and what a death, or a stop of its process, makes arrive twice."""

import asyncio
import logging
from collections.abc import Sequence

import pytest
from relay_world import HOUR, LEASE, MINUTE, POLICE, SECOND, WORKER, Died, World, row

from outbox.dispatch import Manner
from outbox.retry import Retry
from schemas.delivery import Outgoing, Receipt, Verdict


def away(hub: World, *rows: str, topic_only: bool = False) -> None:
    hub.fates = {row: Receipt(row, Verdict.AWAY, "nobody there", address_only=topic_only) for row in rows}


async def test_a_night_without_a_server_parks_nothing_and_all_is_due_when_it_is_back(hub: World) -> None:
    names = [f"{place:02}" for place in range(20)]
    await hub.promise(*(row(name, child=name, to=WORKER) for name in names))
    away(hub, *names)
    relay = hub.relay()
    for _ in range(200):
        await relay.drain()
        hub.now += 5 * MINUTE
    promises = await hub.promises()
    assert {(p.state, p.attempts) for p in promises.values()} == {("prepared", 0)}
    hub.fates.clear()
    assert await relay.drain() == 20
    assert len(hub.mails.delivered) == 20


async def test_while_a_server_is_away_one_row_tries_in_pauses_that_stay_short(hub: World) -> None:
    names = [f"{place:02}" for place in range(20)]
    await hub.promise(*(row(name, child=name) for name in names))
    away(hub, *names)
    tried: list[int] = []
    hub.topics.before = lambda batch: tried.append(len(batch))
    relay = hub.relay()
    await relay.drain()
    for _ in range(120):
        hub.now += SECOND
        await relay.drain()
    assert tried[0] == 20
    assert set(tried[1:]) == {1}
    assert 20 < len(tried) < 30


async def test_a_topic_that_is_missing_slows_nobody_else(hub: World) -> None:
    await hub.promise(row("a", to=POLICE), row("b", to=POLICE), row("c"))
    away(hub, "a", "b", topic_only=True)
    relay = hub.relay()
    await relay.drain()
    assert hub.arrived() == ["c"]
    batches: list[list[str]] = []
    hub.topics.before = lambda batch: batches.append([item.row for item in batch])
    await hub.promise(row("d"), row("e", to=POLICE))
    away(hub, "a", "b", "e", topic_only=True)
    await relay.drain()
    assert batches == [["d"]]
    hub.now += SECOND
    await relay.drain()
    assert batches == [["d"], ["a"]]
    hub.fates.clear()
    hub.now += MINUTE
    await relay.drain()
    await relay.drain()
    assert hub.arrived() == ["c", "d", "a", "b", "e"]


async def test_a_relay_that_is_killed_while_a_server_is_away_leaves_a_next_one_nothing_to_wait_for(hub: World) -> None:
    await hub.promise(row("a"), row("b"))
    away(hub, "a", "b")
    first, second = hub.relay("one"), hub.relay("two")
    await first.drain()
    hub.now += SECOND

    def die(_batch: Sequence[Outgoing]) -> None:
        raise Died

    hub.topics.before = die
    with pytest.raises(Died):
        await first.drain()
    hub.topics.before = lambda _: None
    hub.fates.clear()
    hub.now += LEASE
    await second.drain()
    assert hub.arrived() == ["a", "b"]
    assert set((await hub.states()).values()) == {"accepted"}


async def test_a_server_that_breaks_off_at_every_mailbox_is_taken_for_away(hub: World) -> None:
    rows = [row(f"{place:02}", child=str(place), to=WORKER) for place in range(12)]
    await hub.promise(*rows)
    hub.fates = {each.id: Verdict.BROKE_OFF for each in rows}
    tried: list[str] = []
    hub.mails.before = lambda batch: tried.extend(item.row for item in batch)
    relay = hub.relay(manners={"mail": Manner(Retry(), hands=1)}, addresses=Numbered())
    await relay.drain()
    assert len(tried) == 3
    hub.fates.clear()
    hub.now += MINUTE
    await relay.drain()
    assert set((await hub.states()).values()) == {"accepted"}


class Numbered:
    """Another mailbox at each look."""

    count = 0

    def address(self, _destination: str) -> str | None:
        self.count += 1
        return f"box{self.count}@children.example"


async def test_one_mailbox_at_which_a_server_breaks_off_holds_up_itself_alone(hub: World) -> None:
    await hub.promise(row("a", to=WORKER), row("b", to=WORKER), row("c", child="k2", to=WORKER))
    hub.fates["a"] = Verdict.BROKE_OFF
    relay = hub.relay()
    await relay.drain()
    assert [item.row for item in hub.mails.delivered] == ["c"]
    assert (await hub.promises())["a"].state == "retrying"


async def test_the_log_has_a_line_when_it_begins_fewer_and_fewer_and_one_when_it_is_over(
    hub: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    await hub.promise(*(row(name, child=name, to=WORKER) for name in "abcdef"))
    away(hub, *"abcdef")
    relay = hub.relay()
    for _ in range(60):
        await relay.drain()
        hub.now += 15 * SECOND
    hub.fates.clear()
    hub.now += MINUTE
    await relay.drain()
    lines = [record.getMessage() for record in caplog.records if record.name == "outbox.circuits"]
    assert lines[0] == "Deliveries began to fail: on hold, retrying"
    assert lines[1:-1] == ["Deliveries are still failing, retrying"] * 4  # after 1, 2, 4 and 8 minutes
    assert lines[-1] == "Deliveries are getting through again"
    assert not any("@" in str(vars(record)) for record in caplog.records)


async def test_a_death_sends_no_more_e_mails_twice_than_there_are_hands(hub: World) -> None:
    def die_at_last(_batch: Sequence[Outgoing]) -> None:
        if len(hub.mails.delivered) >= 50:
            raise Died

    await hub.promise(*(row(f"{place:03}", child=str(place), to=WORKER) for place in range(100)))
    hub.mails.after = die_at_last
    first, second = hub.relay("one"), hub.relay("two")
    with pytest.raises(Died):
        await first.drain()
    hub.mails.after = lambda _: None
    hub.now += LEASE
    await second.drain()
    arrived = [item.row for item in hub.mails.delivered]
    assert set(arrived) == {f"{place:03}" for place in range(100)}
    assert len(arrived) - 100 <= 4


async def test_a_process_that_was_stopped_beyond_its_lease_sends_nothing_that_it_had_claimed(hub: World) -> None:
    second = hub.relay("two")
    stopped = asyncio.Event()

    async def asleep(_batch: Sequence[Outgoing]) -> None:
        if not stopped.is_set():
            stopped.set()
            hub.now += HOUR  # SIGSTOP, and an hour later SIGCONT
            await second.drain()

    class Asleep:
        async def start(self) -> None: ...
        async def stop(self) -> None: ...
        async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
            receipts = await hub.mails.send(batch)
            await asleep(batch)
            return receipts

    await hub.promise(*(row(f"{place:02}", child=str(place), to=WORKER) for place in range(20)))
    first = hub.relay("one", senders={"mail": Asleep()})
    await first.drain()
    arrived = [item.row for item in hub.mails.delivered]
    assert set(arrived) == {f"{place:02}" for place in range(20)}
    assert len(arrived) - 20 <= 4
    assert set((await hub.states()).values()) == {"accepted"}


async def test_a_drain_that_lasts_longer_than_its_lease_sends_everything(hub: World) -> None:
    def slowly(_batch: Sequence[Outgoing]) -> None:
        hub.now += LEASE / 2

    hub.mails.after = slowly
    await hub.promise(*(row(f"{place:02}", child=str(place), to=WORKER) for place in range(20)))
    async with asyncio.timeout(60):
        await hub.relay().drain()
    assert set((await hub.states()).values()) == {"accepted"}
    assert len(hub.mails.delivered) == 20
