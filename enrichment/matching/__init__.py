"""Whose child a description means: a Fellegi-Sunter model over names, birth, address and gender. Pure functions over
values: no store, no clock, no wire. `blocking_keys` finds who may be meant, `score` compares, `judge` decides."""

from enrichment.matching.described import Address, Described, born_between
from enrichment.matching.judging import Candidate, Judgement, Ranked, judge_match, match
from enrichment.matching.keys import blocking_keys, lookup_keys
from enrichment.matching.model import Model, ModelError, load_model, shipped_model
from enrichment.matching.names import forget_names
from enrichment.matching.prepared import Prepared, prepare
from enrichment.matching.scoring import MatchReason, Score, score

__all__ = [
    "Address",
    "Candidate",
    "Described",
    "Judgement",
    "MatchReason",
    "Model",
    "ModelError",
    "Prepared",
    "Ranked",
    "Score",
    "blocking_keys",
    "born_between",
    "forget_names",
    "judge_match",
    "load_model",
    "lookup_keys",
    "match",
    "prepare",
    "score",
    "shipped_model",
]
