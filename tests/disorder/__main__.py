"""`make courses`: ten thousand random courses through the real intake, and a sheet of what they were and of what did
not hold. The same seeds give the same courses; `--course` runs one of them alone."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / folder) for folder in ("support", "protocols")]

from tests.disorder.trying import Sheet, Trial  # noqa: E402

AT_ONCE = 25
MANY = 20
"""Courses that fail after which a run ends."""


def run(seeds: Iterable[int]) -> Sheet:
    """These courses, by turns of each kind, every fourth of them a long one."""
    logging.disable(logging.CRITICAL)  # what is set aside is a failure on the sheet
    return asyncio.run(_tried(seeds))


async def _tried(seeds: Iterable[int]) -> Sheet:
    trial = Trial()
    for seed in seeds:
        short = seed % 4 > 0
        match seed % 6:
            case 0:
                await trial.whose(seed)
            case 1:
                await trial.two_authorities(seed)
            case 2 | 3:
                await trial.two_orders(seed, short)
            case _:
                await trial.any_order(seed, short)
    await trial.end()
    return trial.sheet


def main() -> None:
    parser = argparse.ArgumentParser(prog="make courses ARGS=", description=__doc__)
    parser.add_argument("--courses", type=int, default=10_000, help="how many")
    parser.add_argument("--first", type=int, default=1000, help="the number of the first")
    parser.add_argument("--course", type=int, help="only this one")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    sheet = Sheet()
    if asked.course is not None:
        sheet += run([asked.course])
    else:
        last = asked.first + asked.courses
        parts = [range(n, min(n + AT_ONCE, last)) for n in range(asked.first, last, AT_ONCE)]
        with ProcessPoolExecutor(asked.workers) as pool:
            for seen in pool.map(run, parts):
                sheet += seen
                for failure in seen.failures:  # at once: a long run may be ended early
                    print(f"\r{failure}", file=sys.stderr)
                failed = {failure.partition(":")[0] for failure in sheet.failures}
                print(f"\r{sheet.courses:>6} courses, {len(failed)} failed", end="", file=sys.stderr, flush=True)
                if len(failed) >= MANY:
                    pool.shutdown(cancel_futures=True)
                    break
        print(file=sys.stderr)
    _print(sheet)
    sys.exit(bool(sheet.failures))


def _print(sheet: Sheet) -> None:
    print(f"{sheet.courses} courses of {sheet.messages} messages, read {sheet.readings} times")
    for title, counted in (("types", sheet.types), ("authorities", sheet.authorities)):
        print(f"  {title}: " + ", ".join(f"{name} {n}" for name, n in counted.most_common()))
    print(f"  failures: {len(sheet.failures)}")
    for failure in sheet.failures:
        print(f"    {failure}")


if __name__ == "__main__":
    main()
