"""An exception that a report raises is raised once, however often the report is read."""

from hub_in_memory import REGISTER, hub
from wire_messages import child, event, found, later, missing

NAMELESS = event(
    "case.context", later(0),
    {"authority": "nottinghamshire", "child": {**child("nhs_number:1234567890"), "date_of_birth": "1900-01-01"}}, "r-1",
)  # fmt: skip


async def test_a_register_that_is_read_again_raises_nothing_again() -> None:
    async with hub() as h:
        raw = h.raw(NAMELESS, REGISTER)
        await h.intake.process_batch([raw])
        raised = await h.kinds()
        h.clock.set(later(5))
        await h.intake.process_batch([raw], again=True)
        assert await h.held() == []
        assert await h.kinds() == raised
        assert raised


async def test_a_report_that_is_placed_twice_in_one_batch_raises_nothing_twice() -> None:
    """It is taken for the absence that is open, and then parted from it by a return that has waited for it."""
    told = {"responsible_authority": "islington"}
    async with hub() as h:
        await h.take(found(4, "P-3", returned_at=later(3)))
        await h.take(missing(0, **told))
        await h.take(missing(5, "P-3", **told))
        assert [held.row.detail for held in await h.held()] == []
        assert [m["kind"] for m in await h.said() if m["incident"] == "P-3"].count("data_quality") == 1
