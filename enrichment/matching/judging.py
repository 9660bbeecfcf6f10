"""From scores to an answer: certain, possible or none. A wrong child is worse than a question to a person, so certainty
asks for more than a high score."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from enrichment.matching.levels import FIELDS
from enrichment.matching.model import Model
from enrichment.matching.prepared import Prepared
from enrichment.matching.scoring import Score, score

MatchOutcome = Literal["certain", "possible", "none"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody on the register who may be meant, under the id by which the register's holder knows them."""

    id: str
    person: Prepared


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score."""

    id: str
    score: Score


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer. `ranked` holds the candidates worth a look, likeliest first: with `certain` the first is the child,
    with `none` there are none."""

    outcome: MatchOutcome
    ranked: tuple[Ranked, ...] = ()


def match(described: Prepared, candidates: Iterable[Candidate], model: Model) -> Judgement:
    """Whose child a description means among those whom its blocking keys found."""
    scored = ((c.id, score(described, c.person, model)) for c in candidates)
    # Most candidates share a key by chance: they are left out before anything is made of them.
    return judge_match([Ranked(id, found) for id, found in scored if found.probability >= model.possible], model)


def judge_match(ranked: Sequence[Ranked], model: Model) -> Judgement:
    """Certain: exactly one candidate is likely enough, nothing that certainty needs is missing, and nobody comes near.
    Two certain candidates are a question for a person."""
    held = sorted(
        (r for r in ranked if r.score.probability >= model.possible), key=lambda r: (-r.score.weight, r.id)
    )[: model.most]  # fmt: skip
    if not held:
        return Judgement("none")
    clear = len(held) == 1 or held[0].score.weight - held[1].score.weight >= model.lead
    certain = clear and is_certain(held[0].score, model) and not any(is_certain(r.score, model) for r in held[1:])
    return Judgement("certain" if certain else "possible", tuple(held))


def is_certain(found: Score, model: Model) -> bool:
    """Whether a score would be certain if its candidate were the only one: likely enough, at no level that rules it
    out, and by enough fields. Names alone may be rare, and still be borne by a child whom no register knows."""
    if found.probability < model.certain:
        return False
    speaking = sum(weight > 0 for field, weight in zip(FIELDS, found.weights, strict=True) if field != "gender")
    return speaking >= model.agreeing and all(
        getattr(found.compared, field) in levels for field, levels in model.certain_needs.items()
    )
