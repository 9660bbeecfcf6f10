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
    """A hundred more earlier reports may add about twice what fifty add; were each looked at against each other, they
    would add four times as much."""
    async with hub() as of:
        await of.take(*reports(0, 49))
        await of.take(*reports(49, 50))  # whatever is made once is made now
        after_fifty = await calls(of, *reports(50, 51))
        await of.take(*reports(51, 100))
        after_hundred = await calls(of, *reports(100, 101))
        await of.take(*reports(101, 200))
        after_two_hundred = await calls(of, *reports(200, 201))
    assert after_two_hundred - after_hundred < 2.5 * (after_hundred - after_fifty)


async def test_a_batch_of_one_child_costs_not_much_more_a_report_than_half_of_it() -> None:
    async with hub() as of:
        await of.take(*reports(1000, 1001))
        half = await calls(of, *reports(0, 60))
    async with hub() as of:
        await of.take(*reports(1000, 1001))
        whole = await calls(of, *reports(0, 120))
    assert whole < 3 * half
