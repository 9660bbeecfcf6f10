"""How old a register is said to be: of authorities that the hub serves, and never younger than what has come."""

from dataclasses import replace
from datetime import timedelta

from hub_in_memory import hub
from people_described import since, told
from store.feeds import Feed
from wire_messages import MONDAY, child, context, event, later, missing


async def test_the_register_of_nobody_has_no_age() -> None:
    async with hub() as h:
        data = {"authority": "atlantis", "child": child("mosaic:M-1")}
        stranger = event("case.context", later(0), data)
        await h.intake.process_batch([h.raw(stranger, "register.atlantis.children.v1")])
        await h.intake.process_batch([h.raw(context(0, "mosaic:M-2"), "register.NOTTINGHAMSHIRE.children.v1")])
        async with h.store.reading() as tx:
            assert [feed.authority for feed in await tx.feeds()] == ["nottinghamshire"]


async def test_a_record_from_the_future_makes_no_register_younger_than_its_receipt() -> None:
    async with hub() as h:
        ahead = replace(h.raw(context(0, "mosaic:M-1")), timestamp=MONDAY + timedelta(days=9000))
        await h.intake.process_batch([ahead])
        h.clock.set(later(5))
        await h.take(context(5, "mosaic:M-2"))
        async with h.store.reading() as tx:
            assert await tx.feeds() == [Feed("nottinghamshire", later(5), later(5))]


async def test_a_record_from_the_future_does_not_outlast_the_next_of_a_feed_that_was_moved() -> None:
    async with hub() as h:
        former, present = ([{"service": "cscs", "worker": worker}] for worker in ("sw1", "sw2"))
        ahead = replace(h.raw(context(0, "compact:K-1", services=former)), timestamp=MONDAY + timedelta(days=9000))
        await h.intake.process_batch([ahead])
        h.clock.set(later(5))
        moved = replace(h.raw(context(5, "compact:K-1", services=present)), cluster="another", partition=3, offset=0)
        await h.intake.process_batch([moved])
        assert told(await since(h, missing(5))) == ["sw2"]
