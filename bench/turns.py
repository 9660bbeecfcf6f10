"""What each part of the bench stands on, and how its figures come about: everything that is compared runs in turns, so
that a machine whose mood changes is the same to all."""

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bench.comparing import Comparison

Run = Callable[[], Awaitable[float | Sequence[float]]]
"""Gives one figure, or one for each comparison that it belongs to."""

_numbers = itertools.count(1)


def next_mark() -> str:
    """Tells the records of one run from those of any other."""
    return f"r{next(_numbers)}"


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a part is measured: the address of Kafka, the name of the database, and what makes an empty one and returns
    its url. `quick`: fewer records, rows and sizes. `rounds`: how many times each is run."""

    kafka: str
    on: str
    fresh: Callable[[], str]
    quick: bool
    rounds: int

    @property
    def few_rounds(self) -> int:
        """For what takes many minutes: the fewest of which there is a ratio."""
        return min(self.rounds, 2)

    def compare(
        self, what: str, unit: str, yardstick: str, better: str, goal: float | None = None
    ) -> Comparison:  # fmt: skip
        """A comparison that has no figures yet."""
        return Comparison(what, self.on, unit, yardstick, better, goal, quick=self.quick)

    def percentiles(self, what: str, yardstick: str, **goals: float) -> list[Comparison]:
        """Of milliseconds; `goals` by the name of the percentile."""
        names = ("p50", "p95", "p99")
        return [self.compare(f"{what}, {name}", "ms", yardstick, "less", goals.get(name)) for name in names]


async def in_turns(rounds: int, yardstick: Run, *ours: tuple[Run, Sequence[Comparison]]) -> None:
    """A B A B, or A B C A B C where several have one yardstick, which is run once in each round."""
    for _ in range(rounds):
        for run, made in ours:
            for each, figure in zip(made, await _figures(run), strict=True):
                each.ours.append(figure)
        base = await _figures(yardstick)
        for _, made in ours:
            for each, figure in zip(made, base, strict=True):
                each.theirs.append(figure)


async def beside_each(ground: Ground, ours: Run, yardsticks: Sequence[tuple[Run, Sequence[Comparison]]]) -> None:
    """Ours in turns with one yardstick after the other: A B A B, then A C A C. Quickly it runs once in each round for
    all of them: A B C A B C."""
    if not ground.quick:
        for run, made in yardsticks:
            await in_turns(ground.rounds, run, (ours, made))
        return
    for _ in range(ground.rounds):
        figures = await _figures(ours)
        for run, made in yardsticks:
            for each, figure, base in zip(made, figures, await _figures(run), strict=True):
                each.ours.append(figure)
                each.theirs.append(base)


async def _figures(run: Run) -> Sequence[float]:
    """Of one run, once what the one before it has left to the disk is written."""
    await asyncio.to_thread(os.sync)
    told = await run()
    return [told] if isinstance(told, float | int) else told
