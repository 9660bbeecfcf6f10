"""Slips of the finger: every word of every list with one letter too many. The loader refuses each of them and names it.

Loading a pack takes a while, so many slips are made at once, one in each rule, row or role, and the loader has to name
them all. What it does not name it is shown again among fewer."""

import re
from collections.abc import Iterable

from mutants.changes import Mutant, Word, changed, mistyped
from mutants.judging import Judge

NEAREST = re.compile(r"\(did you mean '(.+?)'\?\)")


def mistyped_words(words: Iterable[Word]) -> list[Mutant]:
    """A mutant for each word that stands in a closed list."""
    return [
        Mutant(word.place, word.text, mistyped(word.text), word.path, word.mistyped, word.rule)
        for word in words
        if word.mistyped is not None
    ]


def unrefused(judge: Judge, mutants: list[Mutant]) -> list[Mutant]:
    """Those that the loader lets pass, or does not name with the word that was meant."""
    left = mutants
    while left:
        passed = [mutant for group in _apart(left) for mutant in _passed(judge, group)]
        if len(passed) == len(left):
            return [mutant for mutant in left if _passed(judge, [mutant])]
        left = passed
    return []


def _apart(mutants: list[Mutant]) -> list[list[Mutant]]:
    """Groups of mutants of which no two stand in the same table."""
    groups: list[dict[tuple[object, ...], Mutant]] = []
    for mutant in mutants:
        for group in groups:
            if mutant.path[:2] not in group:
                group[mutant.path[:2]] = mutant
                break
        else:
            groups.append({mutant.path[:2]: mutant})
    return [[*group.values()] for group in groups]


def _passed(judge: Judge, mutants: list[Mutant]) -> list[Mutant]:
    values = judge.values
    for mutant in mutants:
        values = changed(values, mutant.path, mutant.value)
    told = judge.refusal_of(values) or ""
    return [mutant for mutant in mutants if not _named(mutant, told)]


def _named(mutant: Mutant, told: str) -> bool:
    """Whether a line names the slip, and the word that was meant; of a number of a clause, one that is as near; of a
    period, how it is written."""
    lines = [line for line in told.splitlines() if f"'{mutant.now}'" in line]
    hints = [hint for line in lines for hint in NEAREST.findall(line)]
    near = bool(hints) and mutant.place.endswith(".clauses")
    return (
        near or any(mutant.was.endswith(hint) for hint in hints) or any("is no period: write" in line for line in lines)
    )
