"""Five hundred random courses, short ones: `make courses` runs as many as are asked for, and longer ones.

What must hold is in `holding`. A course that fails is named by its number; `make courses ARGS="--course N"` runs it
alone."""

from collections.abc import AsyncIterator

import pytest

from tests.disorder.trying import Trial

ANY, SHARED, ORDERS, WHOSE = range(1, 361), range(361, 401), range(401, 476), range(476, 501)


@pytest.fixture
async def trial() -> AsyncIterator[Trial]:
    made = Trial()
    yield made
    await made.end()


async def test_nothing_is_lost_and_nobody_alarmed_or_left_untold_in_any_order(trial: Trial) -> None:
    for seed in ANY:
        await trial.any_order(seed)
    assert trial.sheet.failures == []
    assert len(trial.sheet.types) > 15
    assert len(trial.sheet.authorities) == 5


async def test_a_course_ends_the_same_in_whatever_order_its_topics_are_read(trial: Trial) -> None:
    for seed in ORDERS:
        await trial.two_orders(seed)
    assert trial.sheet.failures == []


async def test_each_of_two_authorities_owes_the_same_in_whatever_order_its_topics_are_read(trial: Trial) -> None:
    for seed in SHARED:
        await trial.two_authorities(seed)
    assert trial.sheet.failures == []


async def test_whose_child_it_is_leaves_the_same_owed_whenever_it_is_said(trial: Trial) -> None:
    for seed in WHOSE:
        await trial.whose(seed)
    assert trial.sheet.failures == []
