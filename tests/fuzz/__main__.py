"""`make fuzz`: a million seeded inputs through the whole way in, and a sheet of what became of them. The same seed
gives the same inputs; a failure names its world, and `--world` runs that one again."""

import argparse
import asyncio
import logging
import os
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1] / "consumers"))

from tests.fuzz.world import Sheet, World

BATCHES, POLLS = 40, 25
"""Batches of a broker in one poll, and polls of a world: what is held of a child would grow for ever."""


def run(seed: int, number: int) -> tuple[Sheet, list[str]]:
    """One world, from an empty database."""
    logging.disable(logging.CRITICAL)  # what is set aside is told on the sheet
    sheet = Sheet()
    failures = asyncio.run(_polled(sheet, seed, number))
    sheet.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return sheet, [f"world {number}, {failure}" for failure in failures]


async def _polled(sheet: Sheet, seed: int, number: int) -> list[str]:
    """In every other world time passes."""
    over = Random(f"over time {seed}-{number}") if number % 2 else None
    world = await World(sheet, over, timedelta(hours=1) if number % 4 == 3 else None).open()
    for poll in range(POLLS):
        await world.poll(Random(f"{seed}-{number}-{poll}"), poll, BATCHES)
    await world.store.close()
    return world.failures


def main() -> None:
    parser = argparse.ArgumentParser(prog="make fuzz ARGS=", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000, help="how many, at least")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="how long, at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--world", type=int, help="only this one")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    sheet, failures, worlds, began = Sheet(), list[str](), 0, time.monotonic()
    with ProcessPoolExecutor(asked.workers) as pool:
        if asked.world is not None:
            sheet, failures, worlds = *run(asked.seed, asked.world), 1
        while asked.world is None and sheet.records < asked.records and len(failures) < 20:
            if time.monotonic() - began > 60 * asked.minutes:
                break
            numbers = range(worlds, worlds + asked.workers)
            for seen, found in pool.map(run, [asked.seed] * asked.workers, numbers):
                sheet += seen
                failures += found
                worlds += 1
            print(f"\r{sheet.records:>9} records, {len(failures)} failures", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    _print(asked.seed, sheet, worlds, failures, time.monotonic() - began)
    sys.exit(bool(failures))


def _print(seed: int, sheet: Sheet, worlds: int, failures: list[str], took: float) -> None:
    print(f"seed {seed}: {sheet.records} records of {len(sheet.types)} types in {worlds} worlds")
    for title, counted in (("ends", sheet.ends), ("set aside", sheet.reasons)):
        print(f"  {title}: " + ", ".join(f"{name} {n}" for name, n in counted.most_common()))
    mean = 1000 * sheet.seconds / max(sheet.records, 1)
    print(f"  time: {mean:.1f} ms a record, at most {1000 * sheet.slowest:.1f} ms a record over a poll")
    print(f"  rate: {sheet.records / took:.0f} records a second, {took / 60:.1f} minutes in all")
    print(f"  memory: at most {sheet.memory} MB in one process")
    print(f"  failures: {len(failures)}")
    for failure in failures:
        print(f"    {failure}")


if __name__ == "__main__":
    main()
