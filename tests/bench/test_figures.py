"""How the bench forms its figures: in turns, beside goals, and only where they tell something."""

from collections import Counter
from math import isnan, nan

import pytest

from bench.arrivals import Seen, between, faults_of, rate, watched
from bench.backlog import limit
from bench.comparing import Comparison, goal_of, ratio_of, spread
from bench.processes import Busy
from bench.turns import Ground, beside_each, in_turns


def compared(better: str = "more", goal: float | None = None) -> Comparison:
    return Comparison("rows", "SQLite", "rows/s", "bare", better, goal)


async def test_everything_runs_in_turns_and_the_yardstick_once_in_each_round() -> None:
    first, second, told = compared(), compared(), []

    def run(name: str, figure: float):  # type: ignore[no-untyped-def]
        async def ran() -> float:
            told.append(name)
            return figure * len(told)

        return ran

    await in_turns(2, run("bare", 1.0), (run("first", 10.0), [first]), (run("second", 100.0), [second]))
    assert told == ["first", "second", "bare"] * 2
    assert (first.ours, second.ours) == ([10.0, 40.0], [200.0, 500.0])
    assert first.theirs == second.theirs == [3.0, 6.0]


@pytest.mark.parametrize(
    ("quick", "order"), [(False, "ours first ours first ours second ours second"), (True, "ours first second " * 2)]
)
async def test_what_has_several_yardsticks_runs_for_each_or_quickly_once_for_all(quick: bool, order: str) -> None:
    first, second, told = compared(), compared(), []

    def run(name: str, figure: float):  # type: ignore[no-untyped-def]
        async def ran() -> float:
            told.append(name)
            return figure

        return ran

    ground = Ground("", "SQLite", str, quick, rounds=2)
    await beside_each(ground, run("ours", 6.0), [(run("first", 2.0), [first]), (run("second", 3.0), [second])])
    assert told == order.split()
    assert (first.ratio, second.ratio) == (3.0, 2.0)


async def test_a_run_that_gives_several_figures_gives_one_to_each_comparison() -> None:
    p50, p99 = compared(), compared()

    async def ours() -> list[float]:
        return [1.0, 9.0]

    async def theirs() -> list[float]:
        return [2.0, 3.0]

    await in_turns(2, theirs, (ours, [p50, p99]))
    assert (p50.ratio, p99.ratio) == (0.5, 3.0)


@pytest.mark.parametrize(
    ("better", "goal", "ratio", "met"),
    [("more", 0.8, 0.8, True), ("more", 0.8, 0.79, False), ("less", 1.5, 1.5, True), ("less", 1.5, 1.51, False)],
)
def test_a_goal_is_met_on_its_better_side(better: str, goal: float, ratio: float, met: bool) -> None:
    made = compared(better, goal)
    made.ours, made.theirs = [ratio, ratio], [1.0, 1.0]
    assert made.is_met is met


@pytest.mark.parametrize("ours", [[1.0], [1.0, 1.7]])
def test_neither_a_single_run_nor_runs_too_far_apart_give_a_ratio_or_meet_a_goal(ours: list[float]) -> None:
    made = compared("more", 0.1)
    made.ours, made.theirs = ours, [1.0] * len(ours)
    assert (made.ratio, made.is_met) == (None, None)


@pytest.mark.parametrize(
    ("ours", "told"),
    [
        ([0.79], "one run: 0.79"),
        ([1.0, 1.7], "too far apart"),
        ([nan, 1.0], "a run gave no figure"),
        ([nan], "a run gave no figure"),
        ([0.5, 0.6, 0.7], "0.60"),
    ],
)
def test_why_there_is_no_ratio_is_said(ours: list[float], told: str) -> None:
    made = compared("more", 0.8)
    made.ours, made.theirs = ours, [1.0] * len(ours)
    assert ratio_of(made) == told
    assert goal_of(made) == f"≥ 0.8: {'missed' if told == '0.60' else 'not known'}"


@pytest.mark.parametrize(("quick", "told"), [(True, "≥ 0.8: not judged"), (False, "≥ 0.8: met")])
def test_a_quick_run_is_not_judged_by_the_goals_of_a_full_one(quick: bool, told: str) -> None:
    made = Ground("", "SQLite", str, quick, rounds=2).compare("rows", "rows/s", "bare", "more", 0.8)
    made.ours, made.theirs = [1.0, 1.0], [1.0, 1.0]
    assert (goal_of(made), made.is_met) == (told, None if quick else True)


def test_a_run_that_gave_no_figure_has_no_part_in_what_is_told_of_the_others() -> None:
    assert spread([3.0, nan, 1.0, 2.0]) == "2.0 (1.0–3.0)"
    assert spread([nan]) == "none"


async def test_the_clock_runs_from_the_last_look_that_saw_nothing_until_all_is_there() -> None:
    left = [0, 0, 4, 4, 10]
    heard: list[int] = []

    async def counted() -> Counter[str]:
        return Counter({"topic": left.pop(0)})

    seen = await watched(counted, 10, heard.append)
    assert [each.rows for each in seen] == [0, 4, 10]
    assert heard == [0, 0, 4, 4, 10]


def test_a_rate_is_that_of_a_part_and_counts_nothing_whose_time_is_unknown() -> None:
    seen = [Seen(0, 0), Seen(5, 10), Seen(6, 20), Seen(7, 90), Seen(9, 100)]
    assert rate(seen) == 90 / 4
    assert rate(seen, 0, 0.2) == 10
    assert rate(seen, 0.9, 1) == 5


@pytest.mark.parametrize("place", [0, 1])
def test_too_few_looks_give_no_rate_and_no_ratio(place: int) -> None:
    made = compared("more", 0.8)
    made.ours, made.theirs = [5.0, 5.0], [5.0, 5.0]
    made.ours[place] = rate([Seen(0, 0), Seen(1, 100)])
    assert isnan(made.ours[place])
    assert (made.ratio, made.is_met) == (None, None)


def test_no_row_in_a_time_gives_no_rate() -> None:
    assert isnan(between(Seen(0, 5), Seen(2, 5)))
    assert between(Seen(0, 5), Seen(2, 6)) == 0.5


@pytest.mark.parametrize(
    ("numbers", "faults"),
    [
        ([0, 1, 2, 3], {}),
        ([1, 0, 2, 3], {}),  # of two lanes
        ([2, 1, 0, 3], {"out of order": 1}),
        ([0, 1, 2], {"missing": 1}),
        ([0, 1, 2, 0, 3], {"twice": 1}),
    ],
)
def test_what_is_missing_twice_or_out_of_order_is_found(numbers: list[int], faults: dict[str, int]) -> None:
    assert faults_of([((f"lane-{n % 2}", b""), n) for n in numbers], 4) == faults


@pytest.mark.parametrize(
    ("reached", "busy", "told"),
    [(50.0, 0.95, "the processors are"), (85.0, 0.5, "the broker is"), (50.0, 0.5, "no limit met")],
)
def test_what_the_limit_is_is_said(reached: float, busy: float, told: str) -> None:
    assert limit(reached, 100.0, Busy(busy)).startswith(told)
