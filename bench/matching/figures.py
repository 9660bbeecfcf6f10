"""Precision and recall of answers, by the kind of slip."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bench.matching.telling import Told


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to one notification: the child taken for certain, and all who were put forward."""

    certain: int | None
    candidates: frozenset[int]


@dataclass(slots=True)
class Figures:
    """Counts over the notifications of one kind."""

    told: int = 0
    meant: int = 0  # of those, about children on the register
    certain: int = 0
    right: int = 0
    among: int = 0
    silent: int = 0

    def add(self, told: Told, answer: Answer) -> None:
        self.told += 1
        self.meant += told.meant is not None
        self.certain += answer.certain is not None
        self.right += answer.certain is not None and answer.certain == told.meant
        self.among += told.meant is not None and told.meant in answer.candidates
        self.silent += not answer.candidates

    @property
    def precision(self) -> float:
        """Of the certain answers, the share that is right; 1 where there is none."""
        return self.right / self.certain if self.certain else 1.0

    @property
    def recall(self) -> float:
        """Of the children on the register, the share that was found for certain."""
        return self.right / self.meant if self.meant else 1.0

    @property
    def found(self) -> float:
        """Of the children on the register, the share that was at least among the candidates."""
        return self.among / self.meant if self.meant else 1.0


def by_kind(told: Iterable[Told], answers: Iterable[Answer]) -> tuple[dict[str, Figures], Figures]:
    """The figures of each kind, and of all together."""
    kinds: dict[str, Figures] = defaultdict(Figures)
    every = Figures()
    for one, answer in zip(told, answers, strict=True):
        kinds[one.kind].add(one, answer)
        every.add(one, answer)
    return dict(kinds), every
