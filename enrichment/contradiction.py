"""Whether what is said of a child speaks against the number that it comes with. A number may be mistyped, exchanged or
taken from another child's file; a description has slips, but not in everything at once.

Measured in `bench/matching` on a population in which numbers are exchanged between children."""

from collections.abc import Callable
from dataclasses import replace

from enrichment.matching import Described, Judgement, Model, Score, prepare, score

AHEAD = 2.0
"""By how many bits another child must be likelier to make a question of a number that the description bears out."""
_ANOTHER_NAME = ("different", "alike")
_SAME_DAY = ("same",)


def by_description(told: Described, held: Described, model: Model) -> Score:
    """How two descriptions agree, whatever numbers stand in them."""
    plain = frozenset[tuple[str, str]]()
    return score(prepare(replace(told, identifiers=plain)), prepare(replace(held, identifiers=plain)), model)


def contradicts(found: Score) -> bool:
    """Whether two descriptions are of two children, as far as one can say who knows that they share a number: another
    forename and a birth that is not alike, or two such things and nothing that makes up for it."""
    compared = found.compared
    forename = compared.forename in _ANOTHER_NAME
    birth = compared.birth == "different" or (compared.birth == "missing" and compared.age == "different")
    against = forename + birth + (compared.surname == "different")
    return (forename and birth) or (against >= 2 and found.weight < 0)


def doubted(person: str, found: Score, model: Model, described: Callable[[], Judgement]) -> bool:
    """Whether a description makes a question of the number of a person it comes with: it speaks against it, or somebody
    else is likelier, by so much where it goes well with the person too. `described` says whom the description alone may
    mean; it is asked where that may matter."""
    if contradicts(found):
        return True
    compared = found.compared
    if compared.forename == "same" and compared.birth in _SAME_DAY:
        return False
    ranked = described().ranked
    if not ranked or ranked[0].id == person:
        return False
    return ranked[0].score.weight - found.weight >= (AHEAD if bears_out(found, model) else 0)


def bears_out(found: Score, model: Model) -> bool:
    """Whether the descriptions go well together."""
    needs = model.certain_needs
    return found.weight >= model.lead and all(getattr(found.compared, name) in levels for name, levels in needs.items())
