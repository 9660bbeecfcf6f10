"""`make mutants`: every word of every shipped pack, on two processes. Exit code 1 where nobody notices a change that is
not listed, or where something is listed that somebody does notice."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache

from mutants.equal import read_listed
from mutants.judging import FILES, Judge, Judged
from mutants.mistyped import mistyped_words, unrefused


@cache
def judge_of(file: str) -> Judge:
    return Judge(file)


def judged(work: tuple[str, int]) -> Judged:
    file, n = work
    return judge_of(file).judge(judge_of(file).words[n])


def all_of(file: str, only: str, processes: int) -> Iterator[Judged]:
    """The verdicts on every word of a pack, in order; of those whose place holds `only`."""
    work = [(file, n) for n, word in enumerate(judge_of(file).words) if only in word.place]
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(judged, work, chunksize=8)


def main() -> int:
    read = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    read.add_argument("packs", nargs="*", help="only these authorities")
    read.add_argument("--only", default="", help="only words whose place holds this, such as 'rules absence_24h'")
    read.add_argument("--processes", type=int, default=2)
    asked = read.parse_args()
    failed, total, begun = False, Counter[str](), time.monotonic()
    for file in (f for f in FILES if not asked.packs or f.partition("/")[0] in asked.packs):
        judge, counts = judge_of(file), Counter[str]()
        listed = read_listed(file)
        slips = [slip for slip in mistyped_words(judge.words) if asked.only in slip.place]
        loaded = unrefused(judge, slips)
        counts["refused"] += len(slips) - len(loaded)
        for mutant in loaded:
            failed = True
            print(f"{file}: loads although mistyped: {mutant.name}")
        for verdict in all_of(file, asked.only, asked.processes):
            known = listed.reason(verdict.mutant) if verdict.verdict == "survived" else None
            if verdict.verdict == "survived" and known is None:
                failed = True
                print(f"{file}: nobody notices: {verdict.mutant.name}", flush=True)
            counts["equal" if known else verdict.verdict] += 1
        for entry in listed.unmet() if not asked.only else []:
            failed = True
            print(f"{file}: listed, but somebody notices it, or it is gone: {entry}")
        print(f"{file}: {_said(counts)}", flush=True)
        total += counts
    print(f"all: {_said(total)}, {time.monotonic() - begun:.0f} s")
    return int(failed)


def _said(counts: Counter[str]) -> str:
    kinds = ", ".join(f"{counts[kind]} {kind}" for kind in ("refused", "caught", "equal", "survived"))
    return f"{sum(counts.values())} mutants: {kinds}"


if __name__ == "__main__":
    sys.exit(main())
