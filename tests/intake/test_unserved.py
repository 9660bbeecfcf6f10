"""What stands of an authority that is not served any more stops nothing, and the hub's operator hears of it."""

import orjson
import pytest
from hub_in_memory import Hub, hub
from wire_messages import later, missing

from intake.rechecking import Recheck
from store import OutboxRow, TimerRow

PLACE = "casework.islington.outcomes.v1"


def without_islington(h: Hub) -> Hub:
    """The same hub after Islington was taken from its settings."""
    after = Hub(h.store, h.packs.serving(["nottinghamshire"]), begins=h.clock.now())
    after._offset = h._offset
    return after


async def to_the_operator(h: Hub) -> list[str]:
    return [_detail(row) for row in await h.rows() if row.authority == "hub" and row.destination.startswith("topic/")]


def _detail(row: OutboxRow) -> str:
    return str(orjson.loads(row.payload)["detail"])


async def test_the_operator_hears_of_a_timer_that_cannot_be_asked() -> None:
    async with hub() as h:
        after = without_islington(h)
        timer = TimerRow("t1", "islington", "authority/islington/quarterly", None, "quarterly", later(1))
        await after.intake.tell_of_timer(timer, "KeyError")
        (said,) = await to_the_operator(after)
        assert said.startswith("A time limit of this episode could not be checked (KeyError)")


async def test_the_operator_hears_how_a_flood_went_on_and_so_does_everybody_of_their_own() -> None:
    async with hub() as h:
        for topic in (PLACE, PLACE.replace("islington", "nottinghamshire")):
            await h.intake.process_batch([h.raw(b"{", topic) for _ in range(5)])
        after = without_islington(h)
        await after.fall(3)
        counted = [row for row in await after.rows() if "5 in the same way" in _detail(row)]
        assert {row.authority for row in counted} == {"hub", "nottinghamshire"}


async def test_no_report_falls_due_to_it_any_more(caplog: pytest.LogCaptureFixture) -> None:
    async with hub() as h:
        timer = TimerRow("t1", "islington", "authority/islington/monthly", None, "monthly", later(1))
        async with h.store.transaction() as tx:
            await tx.set_timers([], [timer])
        after = without_islington(h)
        await after.fall(2)
        async with h.store.reading() as tx:
            assert await tx.next_timer() is None
        assert "A periodic report is left out: its authority is not served" in caplog.messages


async def test_what_waited_long_leaves_unasked_and_holds_up_no_other() -> None:
    async with hub() as h:
        await h.take(missing())
        rows = [row for row in await h.rows() if row.subject]
        assert {row.authority for row in rows} == {"nottinghamshire"}
        assert await Recheck(h.store, h.packs.serving(["islington"])).ended(rows) == set()
