"""What one more report costs grows no faster than the child's history. Counted in calls: a clock tells of machines."""

import sys
from types import FrameType

from hub_in_memory import Hub, hub
from wire_messages import child, missing


async def calls(of: Hub, *records: bytes) -> int:
    """How many functions are entered while these are taken in."""
    entered = 0

    def count(_frame: FrameType, event: str, _of: object) -> None:
        nonlocal entered
        entered += event == "call"

    sys.setprofile(count)
    try:
        await of.take(*records)
    finally:
        sys.setprofile(None)
    return entered


def reports(first: int, last: int) -> list[bytes]:
    return [missing(incident=f"L-{n}", id_=f"l-{n}", child=child("compact:L")) for n in range(first, last)]


async def test_one_more_report_of_a_child_costs_in_proportion_to_those_before() -> None:
    async with hub() as of:
        await of.take(*reports(0, 50))
        after_fifty = await calls(of, *reports(50, 51))
        await of.take(*reports(51, 200))
        after_two_hundred = await calls(of, *reports(200, 201))
        assert after_two_hundred < 2.1 * after_fifty


async def test_a_batch_of_one_child_costs_not_much_more_a_report_than_half_of_it() -> None:
    async with hub() as of:
        await of.take(*reports(1000, 1001))
        half = await calls(of, *reports(0, 60))
    async with hub() as of:
        await of.take(*reports(1000, 1001))
        whole = await calls(of, *reports(0, 120))
    assert whole < 3 * half
