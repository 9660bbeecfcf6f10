"""What a relay does with its rows: order within a lane, lanes that are held up alone, and what becomes of each row."""

import pytest
from relay_world import CARE, HOUR, LEASE, MINUTE, POLICE, WORKER, Died, World, row

from outbox.dispatch import Manner
from outbox.retry import Retry
from producers.fakes import MemoryMailSender
from schemas.delivery import Verdict


async def test_what_was_promised_arrives_in_order_and_is_settled(hub: World) -> None:
    await hub.promise(row("a"), row("b"), row("c", child="k2"), row("d", to=WORKER))
    assert await hub.relay().drain() == 4
    assert [r for r in hub.arrived() if r != "c"] == ["a", "b"]
    assert [item.row for item in hub.mails.delivered] == ["d"]
    assert set((await hub.states()).values()) == {"accepted"}


async def test_each_end_stands_in_the_ledger_with_the_message_that_it_ends(hub: World) -> None:
    await hub.promise(row("a"), row("b", child="k2"))
    hub.fates["b"] = Verdict.REFUSED
    await hub.relay().drain()
    told = {line.entry["outbox"]: line for line in await hub.ledger()}
    assert {id: line.entry["outcome"] for id, line in told.items()} == {"a": "accepted", "b": "failed"}
    assert {(line.kind, line.causation, line.episode) for line in told.values()} == {
        ("delivery", "m-a", "ep-k1"),
        ("delivery", "m-b", "ep-k2"),
    }


async def test_a_row_that_failed_is_tried_again_in_its_time_and_holds_up_its_lane_alone(hub: World) -> None:
    await hub.promise(row("a"), row("b"), row("other child", child="k2"), row("other service", to=POLICE))
    hub.fates["a"] = Verdict.RETRY
    relay = hub.relay()
    await relay.drain()
    assert sorted(hub.arrived()) == ["other child", "other service"]
    hub.fates.clear()
    assert await relay.drain() == 0
    hub.now += MINUTE
    await relay.drain()
    assert hub.arrived()[-2:] == ["a", "b"]


async def test_a_row_behind_one_that_failed_keeps_all_its_own_attempts(hub: World) -> None:
    await hub.promise(row("a"), row("b"))
    hub.fates["a"] = Verdict.RETRY
    relay = hub.relay()
    for _ in range(2):
        await relay.drain()
        hub.now += MINUTE
    assert {id: promise.attempts for id, promise in (await hub.promises()).items()} == {"a": 2, "b": 0}


async def test_after_its_last_attempt_a_row_is_parked_where_it_can_be_seen_and_somebody_is_told(hub: World) -> None:
    await hub.promise(row("a"), row("b"))
    hub.fates["a"] = Verdict.RETRY
    relay = hub.relay()
    for _ in range(5):
        await relay.drain()
        hub.now += MINUTE
    async with hub.store.reading() as tx:
        (held,) = await tx.held_up()
    assert (held.row, held.state, held.attempts, held.waiting) == ("a", "parked", 3, 1)
    assert "accident" in (held.detail or "")


async def test_a_lane_that_somebody_released_goes_on_in_order(hub: World) -> None:
    await hub.promise(row("a"), row("b"))
    hub.fates["a"] = Verdict.REFUSED
    relay = hub.relay()
    await relay.drain()
    assert hub.arrived() == []
    hub.fates.clear()
    assert await hub.release() == 1
    await relay.drain()
    assert hub.arrived() == ["a", "b"]


async def test_a_row_that_is_refused_for_good_is_dead_and_somebody_is_told_once(hub: World) -> None:
    await hub.promise(row("a"))
    hub.fates["a"] = Verdict.REFUSED
    relay = hub.relay()
    await relay.drain()
    hub.now += HOUR
    await relay.drain()
    assert await hub.states() == {"a": "failed"}


@pytest.mark.parametrize("type", ["notify.found", "episode.found"])
async def test_a_found_overtakes_a_message_that_is_stuck_and_says_so(hub: World, type: str) -> None:
    await hub.promise(row("a"), row("b"), row("back", type=type), row("c"))
    hub.fates["a"] = Verdict.REFUSED
    await hub.relay().drain()
    assert [(item.row, item.overtakes) for item in hub.topics.delivered] == [("back", True)]
    assert (await hub.states()) == {"a": "failed", "b": "prepared", "back": "accepted", "c": "prepared"}


async def test_a_found_waits_for_a_message_that_is_only_being_tried_again(hub: World) -> None:
    await hub.promise(row("a"), row("back", type="notify.found"))
    hub.fates["a"] = Verdict.RETRY
    relay = hub.relay()
    await relay.drain()
    assert hub.arrived() == []
    hub.fates.clear()
    hub.now += MINUTE
    await relay.drain()
    assert [(item.row, item.overtakes) for item in hub.topics.delivered] == [("a", False), ("back", False)]


async def test_of_two_founds_that_overtake_the_second_waits_for_the_first(hub: World) -> None:
    await hub.promise(row("a"), row("back", type="notify.found"), row("found", type="episode.found"))
    hub.fates = {"a": Verdict.REFUSED, "back": Verdict.RETRY}
    await hub.relay().drain()
    assert hub.arrived() == []


async def test_an_email_in_doubt_is_not_sent_again_and_holds_up_nothing(hub: World) -> None:
    await hub.promise(row("a", to=WORKER), row("b", to=WORKER))
    hub.fates["a"] = Verdict.IN_DOUBT
    relay = hub.relay()
    for _ in range(3):
        await relay.drain()
        hub.now += HOUR
    assert [item.row for item in hub.mails.delivered] == ["a", "b"]
    assert await hub.states() == {"a": "in_doubt", "b": "accepted"}


@pytest.mark.parametrize("to", ["mail/nottinghamshire/nobody", "mail/elsewhere/allocated_social_worker/sw1"])
async def test_a_destination_without_an_address_is_dead_and_the_detail_names_the_mend(hub: World, to: str) -> None:
    await hub.promise(row("a", to=to), row("b", to=WORKER))
    await hub.relay().drain()
    promises = await hub.promises()
    assert promises["a"].state == "failed"
    assert "directory" in (promises["a"].detail or "")
    assert promises["b"].state == "accepted"


class Changing:
    """A directory that is corrected between two looks."""

    def __init__(self) -> None:
        self.addresses = ["first@children.example", "second@children.example", "third@children.example"]

    def address(self, _destination: str) -> str | None:
        return self.addresses.pop(0)


async def test_an_address_is_fixed_only_when_a_row_is_handed_to_a_server(hub: World) -> None:
    await hub.promise(row("a", to=WORKER))
    hub.fates["a"] = Verdict.RETRY
    relay = hub.relay(addresses=Changing())
    await relay.drain()
    assert (await hub.promises())["a"].address is None
    hub.fates["a"] = Verdict.IN_DOUBT
    hub.now += MINUTE
    await relay.drain()
    hub.fates.clear()
    await hub.release()
    await relay.drain()
    assert [item.address for item in hub.mails.delivered] == ["second@children.example"] * 2


async def test_what_a_dead_process_may_have_sent_goes_to_the_same_address(hub: World) -> None:
    def die(_batch: object) -> None:
        raise Died

    await hub.promise(row("a", to=WORKER))
    hub.mails.after = die
    changing = Changing()
    first, second = hub.relay("one", addresses=changing), hub.relay("two", addresses=changing)
    with pytest.raises(Died):
        await first.drain()
    hub.mails.after = lambda _: None
    hub.now += LEASE
    await second.drain()
    assert [item.address for item in hub.mails.delivered] == ["first@children.example"] * 2


async def test_a_death_between_sending_and_settling_sends_the_same_message_again(hub: World) -> None:
    def die(_batch: object) -> None:
        raise Died

    await hub.promise(row("a", to=WORKER), row("b", to=WORKER))
    hub.mails.after = die
    first, second = hub.relay("one"), hub.relay("two")
    with pytest.raises(Died):
        await first.drain()
    hub.mails.after = lambda _: None
    assert await second.drain() == 0
    hub.now += LEASE
    await second.drain()
    assert [item.row for item in hub.mails.delivered] == ["a", "a", "b"]
    sender = hub.mails.inner
    assert isinstance(sender, MemoryMailSender)
    first, again, _ = (post.content for post in sender.posts)
    assert first == again


async def test_a_sender_that_breaks_its_word_holds_up_the_lane_at_fault_only(hub: World) -> None:
    def choke(batch: object) -> None:
        if any(item.row == "bad" for item in batch):  # type: ignore[attr-defined]
            raise RuntimeError("a fault of the sender")

    await hub.promise(row("a"), row("bad", child="k2"), row("c", child="k3"))
    hub.topics.before = choke
    await hub.relay().drain()
    assert sorted(hub.arrived()) == ["a", "c"]
    assert (await hub.promises())["bad"].detail == "Sender failed unexpectedly (RuntimeError)"


async def test_each_channel_has_its_own_patience(hub: World) -> None:
    await hub.promise(row("a"), row("b", to=WORKER))
    hub.fates = {"a": Verdict.RETRY, "b": Verdict.RETRY}
    await hub.relay(manners={"topic": Manner(Retry(attempts=None)), "mail": Manner(Retry(attempts=1))}).drain()
    assert await hub.states() == {"a": "retrying", "b": "parked"}


async def test_of_two_relays_one_has_the_rows(hub: World) -> None:
    await hub.promise(row("a"))
    first, second = hub.relay("one"), hub.relay("two")
    hub.fates["a"] = Verdict.RETRY
    assert await first.drain() == 1
    hub.fates.clear()
    hub.now += LEASE / 2
    await first.drain()
    assert await second.drain() == 0
    await first.stop()
    hub.now += MINUTE
    assert await second.drain() == 1
    assert hub.arrived() == ["a"]


async def test_a_batch_smaller_than_a_lane_keeps_its_order(hub: World) -> None:
    names = [f"{place:02}" for place in range(20)]
    await hub.promise(*(row(name, to=CARE) for name in names))
    assert await hub.relay(batch=3).drain() == 20
    assert hub.arrived() == names
