"""How well a child is recognised, on a small synthetic population: quality, not time. The measured figures of a large
one stand in docs/matching.md."""

import pytest

from bench.matching.figures import Answer, by_kind
from bench.matching.numbers import believed, numbered
from bench.matching.ours import answered, indexed
from bench.matching.slips import SLIPS
from bench.matching.telling import KIN, NO_SLIP, SEVERAL, STRANGER, Told, town
from enrichment.matching import Described, shipped_model


@pytest.mark.parametrize("seed", [5, 6])
def test_nobody_is_taken_for_another_and_nearly_all_are_found(seed: int) -> None:
    made = town(3000, 800, seed)
    answers, _ = answered(indexed(made.register, shipped_model()), made.told)
    kinds, every = by_kind(made.told, answers)
    assert every.precision == 1.0
    assert every.recall >= 0.85
    assert every.found >= 0.99
    assert kinds[NO_SLIP].recall >= 0.97
    assert all(figures.found >= 0.95 for kind, figures in kinds.items() if kind != SEVERAL)


def test_a_population_hangs_on_its_seed_alone() -> None:
    assert town(300, 100, 5) == town(300, 100, 5)
    assert town(300, 100, 5).told != town(300, 100, 6).told


def test_a_population_has_every_kind_of_error_and_one_in_ten_strangers() -> None:
    told = town(3000, 2000, 7).told
    assert set(SLIPS) <= {one.kind for one in told}
    assert {STRANGER, KIN} <= {one.kind for one in told if one.meant is None}
    assert 0.08 < sum(one.meant is None for one in told) / len(told) < 0.12


def test_figures_count_what_they_say() -> None:
    nobody = Described()
    told = [Told(nobody, 1, "a"), Told(nobody, 2, "a"), Told(nobody, 3, "a"), Told(nobody, None, "b")]
    answers = [
        Answer(1, frozenset({1})), Answer(9, frozenset({9, 2})), Answer(None, frozenset()), Answer(None, frozenset()),
    ]  # fmt: skip
    kinds, every = by_kind(told, answers)
    assert (every.precision, every.recall, every.found) == (1 / 2, 1 / 3, 2 / 3)
    assert (kinds["b"].precision, kinds["b"].silent) == (1.0, 1)


@pytest.mark.parametrize("seed", [5, 6])
def test_of_exchanged_numbers_none_is_believed_and_few_right_ones_are_doubted(seed: int) -> None:
    made = town(3000, 1500, seed)
    index = indexed(made.register, shipped_model())
    counts = believed(index, made.register, [*numbered(made, 0.01, seed)])
    assert (counts.silent, counts.precision) == (0, 1.0)
    assert counts.wrong > 5
    assert counts.named == counts.known
    assert counts.recall >= 0.995
    all_wrong = believed(index, made.register, [*numbered(made, 1.0, seed)])
    assert all_wrong.right == 0
    assert all_wrong.silent <= all_wrong.wrong * 0.005
