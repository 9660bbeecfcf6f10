"""The model: what each level of agreement weighs, how common names are, and from where on a match is possible or
certain. Read strictly from a weights file (`weights.toml` is the shipped one); how one is made is in `training`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp2, log2
from pathlib import Path

from enrichment.matching.comparing import Compared
from enrichment.matching.levels import FIELDS, MISSING, SAME_NAME
from enrichment.matching.weights import ModelError, WeightsFile, read_weights

__all__ = ["Model", "ModelError", "load_model", "shipped_model"]


@dataclass(frozen=True, slots=True)
class Model:
    """Weights in bits. `prior` is the log2 odds that a candidate chosen by lot is the child; `forenames` and `surnames`
    hold what a shared name of this frequency adds to or takes from its level, `rare_*` the same for names that are not
    listed. `lead` is by how many bits a certain candidate is ahead of the next, `agreeing` how many fields besides
    gender must speak for it."""

    weights: Mapping[str, Mapping[str, float]]
    prior: float
    possible: float
    certain: float
    lead: float
    agreeing: int
    most: int
    certain_needs: Mapping[str, frozenset[str]]
    forenames: Mapping[str, float]
    surnames: Mapping[str, float]
    rare_forename: float
    rare_surname: float

    def in_use(self, name: str) -> bool:
        """Whether people are known to bear this folded forename."""
        return name in self.forenames

    def weigh(self, compared: Compared) -> tuple[float, ...]:
        """The weight of each field, in the order of the fields."""
        w = self.weights
        forename, surname = w["forename"][compared.forename], w["surname"][compared.surname]
        if compared.forename in SAME_NAME:
            forename += self.forenames.get(compared.shared_forename, self.rare_forename)
        if compared.surname in SAME_NAME:
            surname += self.surnames.get(compared.shared_surname, self.rare_surname)
        return (
            forename, surname, w["birth"][compared.birth], w["age"][compared.age], w["address"][compared.address],
            w["gender"][compared.gender], w["identifier"][compared.identifier],
        )  # fmt: skip

    def probability(self, weight: float) -> float:
        """The probability that a candidate with this weight is the child."""
        odds = exp2(max(-1000.0, min(1000.0, weight + self.prior)))
        return odds / (1 + odds)


def load_model(path: Path) -> Model:
    """A model from a weights file. Raises ModelError, which names the place and the fix."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"Cannot read {path}: {error}") from None
    return model_of(read_weights(text, str(path)))


@cache
def shipped_model() -> Model:
    """The model that comes with Homeward, trained on a synthetic population."""
    return model_of(shipped_weights())


def shipped_weights() -> WeightsFile:
    return read_weights((files(__package__) / "weights.toml").read_text(encoding="utf-8"), "weights.toml")


def model_of(told: WeightsFile) -> Model:
    """The logarithms, taken once."""
    weights = {
        field: {level: log2(m / u) for level, (m, u) in told.levels[field].items()} | {MISSING: 0.0}
        for field in FIELDS
    }  # fmt: skip
    forenames, surnames = told.shares["forename"], told.shares["surname"]
    fore, sur = told.levels["forename"]["same"][1], told.levels["surname"]["same"][1]
    share = told.on_register / told.children
    return Model(
        weights=weights, prior=log2(share / (1 - share)), possible=told.possible, certain=told.certain,
        lead=told.lead, agreeing=told.agreeing,
        most=told.most, certain_needs=told.certain_needs,
        forenames={n: log2(fore / s) for n, s in forenames.items()},
        surnames={n: log2(sur / s) for n, s in surnames.items()},
        rare_forename=log2(fore / told.rarest["forename"]), rare_surname=log2(sur / told.rarest["surname"]),
    )  # fmt: skip
