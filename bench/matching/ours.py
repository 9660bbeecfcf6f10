"""Homeward's matching over a register in memory: an index from blocking keys to children, as the store holds it."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context

from bench.matching.figures import Answer
from bench.matching.telling import Told
from enrichment.matching import Candidate, Described, Judgement, Model, blocking_keys, lookup_keys, match, prepare

_shared: "Index | None" = None  # what the processes of `on_two_cores` inherit


@dataclass(frozen=True, slots=True)
class Index:
    """The register by blocking key."""

    children: dict[str, list[Candidate]]
    model: Model

    def answer(self, described: Described) -> tuple[Judgement, int]:
        """The judgement, and how many candidates were compared."""
        person = prepare(described)
        found = {c.id: c for key in lookup_keys(person) for c in self.children.get(key, ())}
        return match(person, found.values(), self.model), len(found)


def indexed(register: dict[int, Described], model: Model) -> Index:
    children: dict[str, list[Candidate]] = defaultdict(list)
    for number, described in register.items():
        candidate = Candidate(str(number), prepare(described))
        for key in blocking_keys(candidate.person):
            children[key].append(candidate)
    return Index(dict(children), model)


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock, and of processor time where other programs share the machine; candidates for each."""

    clock: float
    processor: float
    compared: float = 0.0


def answered(index: Index, told: Sequence[Told]) -> tuple[list[Answer], Took]:
    """The answers, one after the other on one core."""
    clock, processor, compared, judged = time.perf_counter(), time.process_time(), 0, []
    for one in told:
        judgement, count = index.answer(one.described)
        judged.append(judgement)
        compared += count
    took = Took(time.perf_counter() - clock, time.process_time() - processor, compared / max(len(told), 1))
    return [_answer(j) for j in judged], took


def on_two_cores(index: Index, told: Sequence[Told]) -> Took:
    """The same with two processes, each with half of the notifications. They share the register until they touch it,
    so the second of two passes is the one that is timed."""
    global _shared
    _shared = index
    halves = [told[::2], told[1::2]]
    with get_context("fork").Pool(2) as pool:
        pool.map(_half, halves, chunksize=1)
        clock = time.perf_counter()
        processor = sum(pool.map(_half, halves, chunksize=1))
        took = Took(time.perf_counter() - clock, processor)
    _shared = None
    return took


def _half(told: Sequence[Told]) -> float:
    """Seconds of processor time."""
    assert _shared is not None
    began = time.process_time()
    for one in told:
        _shared.answer(one.described)
    return time.process_time() - began


def _answer(judgement: Judgement) -> Answer:
    ids = [int(r.id) for r in judgement.ranked]
    return Answer(ids[0] if judgement.outcome == "certain" else None, frozenset(ids))
