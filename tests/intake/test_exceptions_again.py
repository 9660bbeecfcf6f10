"""An exception that a report raises is raised once, however often the report is read."""

from hub_in_memory import REGISTER, hub
from wire_messages import child, event, later

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
