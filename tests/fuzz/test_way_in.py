"""Whatever comes in is taken in, a repeat, or in quarantine with a person told; nothing raises, and a good record among
it is taken in. Small, with inputs that shrink; `make fuzz` is the large one."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random

import pytest
from aiokafka import ConsumerRecord
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.parsing import parse_record
from consumers.subscriber import raw_of
from intake.records import Parsed, Rejected
from schemas.unreadable import REASONS
from tests.fuzz.world import BEGINS, Sheet, World

MAYBE = st.none() | st.binary(max_size=60)
NAMES = st.sampled_from(["ce_id", "ce_source", "ce_type", "ce_specversion", "content-type", "CE_TIME"])
TOPICS = ["police.xx.notifications.v1", "casework.islington.outcomes.v1", "register.islington.children.v1"]


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """What is set aside is looked up in the database."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


async def polled(
    randoms: Sequence[Random], batches: int, over: Random | None = None, gate: timedelta | None = None
) -> tuple[Sheet, list[str]]:
    """One world that is polled once with each."""
    world = await World(Sheet(), over, gate).open()
    try:
        for number, random in enumerate(randoms):
            await world.poll(random, number, batches)
    finally:
        await world.store.close()
    return world.sheet, world.failures


@given(
    topic=st.sampled_from(TOPICS) | st.text(max_size=20),
    value=MAYBE,
    key=MAYBE,
    headers=st.lists(st.tuples(NAMES | st.text(max_size=9), MAYBE), max_size=6),
    timestamp=st.integers(-(2**63), 2**63 - 1),
    offset=st.integers(0, 2**63 - 1),
)
def test_reading_is_total(
    topic: str,
    value: bytes | None,
    key: bytes | None,
    headers: Sequence[tuple[str, bytes | None]],
    timestamp: int,
    offset: int,
) -> None:
    record = ConsumerRecord(topic, 0, offset, timestamp, 0, key, value, None, -1, -1, tuple(headers))
    read = parse_record(raw_of(record, "c"), BEGINS)
    assert isinstance(read, Parsed) or (isinstance(read, Rejected) and read.reason in REASONS)


@settings(max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(1, 12))
def test_no_input_is_lost_and_none_stops_a_good_record(random: Random, batches: int) -> None:
    assert asyncio.run(polled([random], batches))[1] == []


WORLDS = {
    "as it is": [Random(poll) for poll in range(6)],
    # Absences that decisions have moved, and who is begun anew under their reference.
    "moved and begun anew": [Random(f"77-0-{poll}") for poll in range(13)],
}


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_a_seeded_world_holds(world: list[Random]) -> None:
    sheet, failures = asyncio.run(polled(world, 40))
    assert failures == []
    assert len(sheet.types) == 25
    assert min(sheet.ends["taken in or repeated"], sheet.ends["in quarantine, told"]) > sheet.records // 4


@pytest.mark.parametrize("gate", [None, timedelta(hours=1)], ids=["as it comes", "behind a gate"])
def test_a_world_holds_in_which_time_passes(gate: timedelta | None) -> None:
    sheet, failures = asyncio.run(polled([Random(poll) for poll in range(8)], 30, Random("over time"), gate))
    assert failures == []
    assert sheet.ends["taken in or repeated"] > sheet.records // 4
