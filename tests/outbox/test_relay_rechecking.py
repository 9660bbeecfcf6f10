"""What has waited longer than its urgency allows is put to the rules before it leaves: withdrawn, or marked late."""

from collections.abc import Collection, Sequence

from relay_world import HOUR, MINUTE, WORKER, World, row

from outbox.relay import Relay
from schemas.delivery import Verdict
from store import OutboxRow

LIMITS = {"routine": HOUR}


class Rules:
    """Says of some rows that their reason is gone."""

    def __init__(self, *gone: str) -> None:
        self.gone, self.asked = gone, list[str]()

    async def ended(self, rows: Sequence[OutboxRow]) -> Collection[str]:
        self.asked += [each.id for each in rows]
        return [each.id for each in rows if each.id in self.gone]


def relay(hub: World, rules: Rules) -> Relay:
    return hub.relay(recheck=rules.ended, limits=LIMITS)


async def test_what_leaves_in_its_time_is_not_asked_about(hub: World) -> None:
    rules = Rules("a")
    await hub.promise(row("a"))
    hub.now += HOUR
    await relay(hub, rules).drain()
    assert (hub.arrived(), rules.asked) == (["a"], [])
    assert not hub.topics.delivered[0].late


async def test_what_still_holds_leaves_late_and_says_so(hub: World) -> None:
    await hub.promise(row("a"), row("b", to=WORKER))
    hub.now += HOUR + MINUTE
    await relay(hub, Rules()).drain()
    assert [item.late for item in (*hub.topics.delivered, *hub.mails.delivered)] == [True, True]


async def test_what_is_over_is_withdrawn_and_stands_in_the_ledger(hub: World) -> None:
    await hub.promise(row("a"), row("b"))
    hub.now += HOUR + MINUTE
    assert await relay(hub, Rules("a")).drain() == 2
    assert hub.arrived() == ["b"], "its lane goes on"
    assert await hub.states() == {"a": "withdrawn", "b": "accepted"}
    (line,) = [each for each in await hub.ledger() if each.entry["outcome"] == "withdrawn"]
    assert line.entry["outbox"] == "a"
    assert "over" in line.entry["detail"]


async def test_what_is_tried_again_for_hours_is_asked_about_when_its_limit_is_over(hub: World) -> None:
    rules = Rules("a")
    hub.fates["a"] = Verdict.RETRY
    await hub.promise(row("a"))
    sending = relay(hub, rules)
    await sending.drain()
    assert (rules.asked, await hub.states()) == ([], {"a": "retrying"})
    hub.now += 2 * HOUR
    await sending.drain()
    assert (rules.asked, await hub.states()) == (["a"], {"a": "withdrawn"})


async def test_what_is_left_for_the_next_claim_goes_though_all_before_it_is_over(hub: World) -> None:
    await hub.promise(row("a", to=WORKER), *(row(name, to=WORKER, cause="1") for name in "bc"))
    hub.now += HOUR + MINUTE
    await hub.relay(recheck=Rules("a").ended, limits=LIMITS, batch=2).drain()
    assert await hub.states() == {"a": "withdrawn", "b": "accepted", "c": "accepted"}
