"""Weights trained on a register and what was told of its children: how often names occur and levels agree by chance is
counted, how often they agree for the same child is learnt by Splink (the extra "training"; imported only here)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from enrichment.matching.comparing import Compared, compare
from enrichment.matching.comparing_places import fits
from enrichment.matching.keys import blocking_keys, lookup_keys
from enrichment.matching.levels import FIELDS, LEVELS, MISSING
from enrichment.matching.model import Model, model_of
from enrichment.matching.names import Name
from enrichment.matching.prepared import Prepared
from enrichment.matching.scoring import score
from enrichment.matching.weights import WeightsFile

CHANCE_PAIRS = 1_000_000
LISTED_FROM = 10  # a name that fewer children bear is not listed: it might point to one of them
LARGEST_BLOCK = 1000  # a key that more children share tells nothing while learning
LEAST, MOST = 0.001, 0.999  # of what the same child does: what was never seen may still happen
HALF_A_YEAR = timedelta(days=182)
Levels = dict[str, dict[str, tuple[float, float]]]


def trained(base: WeightsFile, register: Sequence[Prepared], told: Sequence[Prepared], seed: int = 1) -> WeightsFile:
    """The base with everything that the data can teach: names and chance agreement from the register alone, agreement
    of the same child where something was told. What it cannot teach, and what is decided, not measured, stays."""
    listed = {
        "forename": names(base, "forename", (_single(p.forenames[0]) for p in register if p.forenames)),
        "surname": names(base, "surname", (n for p in register if p.surnames for n in _all(p.surnames[0]))),
    }  # fmt: skip
    in_use = frozenset(listed["forename"][0])
    by_chance = chance_levels(register, in_use, Random(seed))  # noqa: S311 - a sample, no secret
    levels = {f: {word: (m, by_chance[f].get(word, u)) for word, (m, u) in base.levels[f].items()} for f in FIELDS}
    # Exchanged names meet by chance too rarely to be counted; they never weigh more than a name in its place.
    m, _ = levels["forename"]["exchanged"]
    levels["forename"]["exchanged"] = m, levels["forename"]["same"][1] / 20
    found = replace(
        base, children=max(len(register), 2), levels=levels, shares={n: listed[n][0] for n in listed},
        rarest={n: listed[n][1] for n in listed},
    )  # fmt: skip
    return replace(found, levels=learnt(levels, likeliest_pairs(register, told, model_of(found)))) if told else found


def _single(name: Name) -> str:
    return (name.parts[0] if name.parts else name).text


def _all(name: Name) -> list[str]:
    return [part.text for part in name.parts or (name,)]


def names(base: WeightsFile, kind: str, borne: Iterable[str]) -> tuple[dict[str, float], float]:
    """Shares of the common names, and the share of one that is not listed. A name that the base knows stays known."""
    counts = Counter(borne)
    total = max(sum(counts.values()), 1)
    rare = [n for n in counts.values() if n < LISTED_FROM]
    rarest = max(sum(n * n for n in rare) / max(sum(rare), 1), 1) / total
    shares = {n: max(count / total, 1e-5) for n, count in sorted(counts.items()) if count >= LISTED_FROM}
    return {**dict.fromkeys(sorted(base.shares[kind]), max(rarest, 1e-5)), **shares}, rarest


def chance_levels(register: Sequence[Prepared], in_use: frozenset[str], chance: Random) -> dict[str, dict[str, float]]:
    """How often each level occurs between two children drawn by lot. A level that did not occur is taken as once; a
    field that no two records fill is left out."""
    counts: dict[str, Counter[str]] = {f: Counter() for f in FIELDS}
    pairs = min(CHANCE_PAIRS, 100 * len(register))
    for _ in range(pairs if len(register) > 1 else 0):
        one, other = chance.choice(register), chance.choice(register)
        if one is not other:
            for field, level in zip(FIELDS, compare(one, other, in_use.__contains__), strict=False):
                counts[field][level] += 1
            if one.born is not None and other.born is not None and other.born.year > 1:
                # A register gives no ages; one is made up.
                counts["age"][fits(one.born, (other.born - HALF_A_YEAR, other.born + HALF_A_YEAR))] += 1
    found: dict[str, dict[str, float]] = {}
    for field in FIELDS:
        total = sum(n for level, n in counts[field].items() if level != MISSING)
        told = LEVELS[field] if total else ()
        found[field] = {level: min(max(counts[field][level], 1) / (total + len(told)), MOST) for level in told}
    return found


def likeliest_pairs(register: Sequence[Prepared], told: Sequence[Prepared], model: Model) -> list[Compared]:
    """Everything told beside the likeliest child of the register that shares a blocking key with it. The others are
    left out: learning would take brothers, sisters and twins, who agree in so much, for the same child."""
    index: dict[str, list[int]] = defaultdict(list)
    for number, person in enumerate(register):
        for key in blocking_keys(person):
            index[key].append(number)
    pairs = []
    for person in told:
        blocks = [index.get(key, []) for key in lookup_keys(person)]
        near = sorted({n for block in blocks if len(block) <= LARGEST_BLOCK for n in block})
        if near:
            pairs.append(max((score(person, register[n], model) for n in near), key=lambda s: s.weight).compared)
    return pairs


def learnt(levels: Levels, pairs: Sequence[Compared]) -> Levels:
    """The m of every level by expectation maximisation with Splink, with u as it is. Once over the pairs with the same
    date of birth and once over those with the same names, so that each field is learnt where another found the pair."""
    import duckdb
    import pyarrow
    from splink import DuckDBAPI, Linker, SettingsCreator

    rows: dict[str, list[Any]] = {"unique_id": list(range(len(pairs))), "pair": list(range(len(pairs)))}
    compared = {f: [p[n] if p[n] != MISSING else None for p in pairs] for n, f in enumerate(FIELDS)}
    database = DuckDBAPI(duckdb.connect())
    told = database.register(pyarrow.table(rows | compared), dataset_display_name="told")
    held = database.register(pyarrow.table(rows | compared), dataset_display_name="held")
    fields = [f for f in FIELDS if len({v for v in compared[f] if v is not None}) > 1]
    settings = SettingsCreator("link_only", [_comparison(f, levels[f]) for f in fields], max_iterations=100)
    linker = Linker([told, held], settings, log_level="ERROR")
    for rule in ("r.birth in ('same', 'default_day')", "r.forename = 'same' and r.surname = 'same'"):
        linker.training.estimate_parameters_using_expectation_maximisation(f"l.pair = r.pair and {rule}")
    found = {f: dict(told_levels) for f, told_levels in levels.items()}
    for comparison in linker.misc.save_model_to_json()["comparisons"]:
        field = comparison["output_column_name"]
        for level in comparison["comparison_levels"]:
            word = level["label_for_charts"]
            if "m_probability" in level and word in found[field]:
                found[field][word] = (min(max(level["m_probability"], LEAST), MOST), found[field][word][1])
    return found


def _comparison(field: str, levels: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """A field as Splink describes one, over the words that our own comparison found."""
    told = [
        {"sql_condition": f"{field}_r = '{level}'", "label_for_charts": level, "m_probability": m, "u_probability": u,
         "fix_u_probability": True}
        for level, (m, u) in levels.items()
    ]  # fmt: skip
    absent = {"sql_condition": f"{field}_l IS NULL OR {field}_r IS NULL", "label_for_charts": MISSING,
              "is_null_level": True}  # fmt: skip
    return {"output_column_name": field, "comparison_levels": [absent, *told]}
