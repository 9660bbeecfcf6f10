"""Figures that are compared, run by run and in turns: medians, how far runs lie apart, and a ratio only where they do
not lie too far apart to tell anything. As a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan
from statistics import median

from rich.table import Table

APART = 1.6
"""Where the largest ratio of a pair of runs is more than this times the smallest, there is no ratio."""


@dataclass(slots=True)
class Comparison:
    """One figure of ours beside the same of a yardstick, by runs; `better`: which way is better. `goal`: the ratio that
    is aimed at, at least or at most that, in a full run. `note`: what else a reader should know."""

    what: str
    on: str
    unit: str
    yardstick: str
    better: str
    goal: float | None = None
    note: str = ""
    quick: bool = False
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Ours over theirs of each pair of runs that stood next to each other."""
        return [a / b for a, b in zip(self.ours, self.theirs, strict=True)]

    @property
    def ratio(self) -> float | None:
        """The median of the ratios; None where there is one only, they lie too far apart, or a run gave no figure."""
        found = self.ratios
        if len(found) < 2 or any(map(isnan, found)) or max(found) > APART * min(found):
            return None
        return median(found)

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached; None without a goal or a ratio, and of a quick run, whose ratios spread more."""
        if self.goal is None or self.ratio is None or self.quick:
            return None
        return self.ratio >= self.goal if self.better == "more" else self.ratio <= self.goal


def table_of(comparisons: Sequence[Comparison]) -> Table:
    """For people. Of each figure the median, and the least and the most of its runs."""
    columns = ("measured", "on", "unit", "hub", "yardstick", "", "ratio", "goal")
    table = Table(*columns, title="The hub beside its yardsticks, run in turns: medians, with the least and the most")
    for each in comparisons:
        what = f"{each.what}\n({each.note})" if each.note else each.what
        figures = (spread(each.ours), each.yardstick, spread(each.theirs))
        table.add_row(what, each.on, each.unit, *figures, ratio_of(each), goal_of(each))
    return table


def ratio_of(each: Comparison) -> str:
    """The ratio in words, or why there is none."""
    if each.ratio is not None:
        return f"{each.ratio:.2f}"
    if any(map(isnan, each.ratios)):
        return "a run gave no figure"
    return f"one run: {each.ratios[0]:.2f}" if len(each.ratios) == 1 else "too far apart"


def goal_of(each: Comparison) -> str:
    """The goal and whether it is met, in words; empty where there is none."""
    if each.goal is None:
        return ""
    told = "not judged" if each.quick else {True: "met", False: "missed", None: "not known"}[each.is_met]
    return f"{'≥' if each.better == 'more' else '≤'} {each.goal:g}: {told}"


def spread(values: Sequence[float]) -> str:
    """The median, and the least and the most, of the runs that gave a figure."""
    known = [value for value in values if not isnan(value)]
    return f"{median(known):,.1f} ({min(known):,.1f}–{max(known):,.1f})" if known else "none"
