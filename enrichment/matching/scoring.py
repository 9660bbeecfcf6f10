"""What an agreement weighs: the score of one candidate, with one reason a field."""

from dataclasses import dataclass
from typing import NamedTuple

from enrichment.matching.comparing import Compared, compare
from enrichment.matching.levels import FIELDS, MISSING, said
from enrichment.matching.model import Model
from enrichment.matching.prepared import Prepared


@dataclass(frozen=True, slots=True)
class MatchReason:
    """What one field says. `weight` is in bits: each doubles the odds that it is the same child."""

    field: str
    level: str
    weight: float

    def __str__(self) -> str:
        return f"{said(self.field, self.level)}, {self.weight:+.1f}"


class Score(NamedTuple):
    """How likely one candidate is. `weight` is the sum over the fields in bits, without the prior; `probability` is
    that of this candidate alone, looked at without the others."""

    weight: float
    probability: float
    compared: Compared
    weights: tuple[float, ...]

    @property
    def reasons(self) -> tuple[MatchReason, ...]:
        """One for each field that both sides fill, in the order of the fields. None holds a value of anybody."""
        levels = zip(FIELDS, self.compared, self.weights, strict=False)
        return tuple(MatchReason(f, level, weight) for f, level, weight in levels if level != MISSING)


def score(described: Prepared, candidate: Prepared, model: Model) -> Score:
    """The described child beside a candidate. Never raises; what is missing on either side weighs nothing."""
    compared = compare(described, candidate, model.in_use)
    weights = model.weigh(compared)
    weight = sum(weights)
    return Score(weight, model.probability(weight), compared, weights)
