"""Two transactions of one instant, as the parts are into which a batch is divided."""

from dataclasses import replace

from hub_in_memory import hub
from test_backlog_of_batches import CARE, after_an_outage, caught_up
from wire_messages import context, found, later, missing


async def test_two_batches_of_one_instant_may_leave_the_same_unsaid() -> None:
    async with hub() as h:
        await h.take(context(-99, "compact:K-1"), missing())
        h.clock.set(later(96))
        for worker in ("sw1", "sw2"):
            opened = context(-9, "compact:K-1", services=[{"service": "cscs", "worker": worker}])
            await h.take(opened, context(-8, "compact:K-1"))
        assert [held.row.detail for held in await h.held()] == []
        unsaid = [line.entry["kind"] for line in await h.ledger("decision") if line.entry.get("unsent")]
        assert unsaid.count("strategy_discussion") == 2


async def test_what_is_left_twice_at_one_instant_is_decided_twice() -> None:
    async with after_an_outage() as h:
        await h.take(missing())
        assert await caught_up(h) == 1
        await h.take(context(-98, "compact:K-1", services=[]), missing(1, "P-1", risk="high"))
        await h.take(CARE.replace(b"sw1", b"sw2"))
        assert await caught_up(h) == 1
        assert await caught_up(h) == 0


async def test_what_is_kept_back_twice_at_one_instant_is_looked_at_twice() -> None:
    async with after_an_outage() as h:
        for line in (missing(), found(90)):
            await h.intake.process_batch([replace(h.raw(line), timestamp=later(95))])
            assert await caught_up(h) == 1
            assert await caught_up(h) == 0
