"""Splink on the same register and notifications, set up as its documentation does for people: the yardstick. What is
certain is decided twice: at a plain probability, and by a threshold and a lead chosen with hindsight."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

import duckdb
import pyarrow
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from bench.matching.figures import Answer
from bench.matching.telling import Told, Town
from enrichment.matching import Described

Rule = tuple[float, float]  # from which weight a candidate is certain, and how far ahead of the next; in bits
POSSIBLE, MOST = 0.01, 10  # as in Homeward's shipped weights
EXCHANGED = "l.forename = r.surname and l.surname = r.forename"


@dataclass(frozen=True, slots=True)
class Yardstick:
    """Splink's answers by the best rule for this population, those at a plain probability, and what they took."""

    answers: list[Answer]
    rule: Rule
    plain: list[Answer]
    trained: float  # seconds
    matched: float  # seconds, one batch


def measured(town: Town, precision: float) -> Yardstick:
    """Train on the population itself, match all notifications in one batch."""
    database = DuckDBAPI(duckdb.connect())
    told = database.register(_table((n, t.described) for n, t in enumerate(town.told)), dataset_display_name="told")
    held = database.register(_table(town.register.items()), dataset_display_name="held")
    linker = Linker([told, held], _settings(len(town.register)), log_level="ERROR")
    began = time.perf_counter()
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in (block_on("born"), block_on("forename", "surname")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    trained = time.perf_counter() - began
    began = time.perf_counter()
    pairs = linker.inference.predict(threshold_match_probability=POSSIBLE).as_dict()
    matched = time.perf_counter() - began
    candidates: dict[int, list[tuple[float, int]]] = defaultdict(list)
    left = "told" if pairs["source_dataset_l"][:1] == ["told"] else "held"
    ours, theirs = ("l", "r") if left == "told" else ("r", "l")
    columns = (pairs[f"unique_id_{ours}"], pairs[f"unique_id_{theirs}"], pairs["match_weight"])
    for notification, child, weight in zip(*columns, strict=True):
        candidates[notification].append((weight, child))
    ranked = [sorted(candidates[n], reverse=True)[:MOST] for n in range(len(town.told))]
    rule = _best(ranked, town.told, precision)
    plain = [_plain(r, log2(precision / (1 - precision))) for r in ranked]
    return Yardstick([_answer(r, rule) for r in ranked], rule, plain, trained, matched)


def _settings(children: int) -> SettingsCreator:
    names = cl.ForenameSurnameComparison("forename", "surname", forename_surname_concat_col_name="name")
    return SettingsCreator(
        link_type="link_only",
        probability_two_random_records_match=0.9 / children,
        comparisons=[
            names, cl.DateOfBirthComparison("born", input_is_string=True), cl.PostcodeComparison("postcode"),
            cl.ExactMatch("gender"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("born"), block_on("forename", "surname"), block_on("postcode"),
            block_on("forename", "substr(born, 1, 4)"), block_on("surname", "substr(born, 1, 4)"),
            block_on("forename", "substr(born, 6, 5)"), block_on("surname", "substr(born, 6, 5)"), EXCHANGED,
        ],
        retain_matching_columns=False,
    )  # fmt: skip


def _table(people: Iterable[tuple[int, Described]]) -> Any:
    rows: dict[str, list[Any]] = {
        n: [] for n in ("unique_id", "forename", "surname", "name", "born", "postcode", "gender")
    }
    for number, person in people:
        forename, surname = (person.forename or "").lower() or None, (person.surname or "").lower() or None
        rows["unique_id"].append(number)
        rows["forename"].append(forename)
        rows["surname"].append(surname)
        rows["name"].append(f"{forename} {surname}" if forename and surname else None)
        rows["born"].append(person.date_of_birth.isoformat() if person.date_of_birth else None)
        rows["postcode"].append(next((a.postcode for a in person.addresses if a.postcode), None))
        rows["gender"].append(person.gender)
    return pyarrow.table(rows, schema=None)


def _answer(ranked: Sequence[tuple[float, int]], rule: Rule) -> Answer:
    threshold, lead = rule
    clear = len(ranked) == 1 or (bool(ranked) and ranked[0][0] - ranked[1][0] >= lead)
    certain = ranked[0][1] if clear and ranked[0][0] >= threshold else None
    return Answer(certain, frozenset(child for _, child in ranked))


def _plain(ranked: Sequence[tuple[float, int]], threshold: float) -> Answer:
    """Certain where exactly one candidate is above the threshold."""
    above = [child for weight, child in ranked if weight >= threshold]
    return Answer(above[0] if len(above) == 1 else None, frozenset(child for _, child in ranked))


def _best(ranked: Sequence[Sequence[tuple[float, int]]], told: Sequence[Told], precision: float) -> Rule:
    """The rule with the most right answers among those that are precise enough."""
    best = (-1, (100.0, 0.0))
    for lead in range(16):
        right = 0
        clear = [
            (r[0][0], r[0][1] == t.meant)
            for r, t in zip(ranked, told, strict=True)
            if r and (len(r) == 1 or r[0][0] - r[1][0] >= lead)
        ]
        ordered = sorted(clear, reverse=True)  # each taken in turn as the last that is certain
        for certain, (weight, is_right) in enumerate(ordered, 1):
            right += is_right
            last_of_its_weight = ordered[certain : certain + 1] == [] or ordered[certain][0] < weight
            if last_of_its_weight and right / certain >= precision:
                best = max(best, (right, (weight, float(lead))))
    return best[1]
