"""Whose child a report means at one authority: by number, by episode or reference, and only then by description. A
score never stands against a number that is known."""

from collections.abc import Sequence
from dataclasses import dataclass

from enrichment.children import Ambiguous, Child, Children
from enrichment.matching import Described, Judgement, Model, prepare, score
from episodes.reports import About

_TWO_CHILDREN = frozenset(("different", "alike"))


@dataclass(frozen=True, slots=True)
class Match:
    """The child, None where nobody is known. `judged` says how descriptions compared, where they had to be."""

    child: Child | None
    judged: Judgement | None = None


def whose(people: Children, authority: str, about: About, described: Described | None) -> Match:
    """Raises Ambiguous where the report may mean more than one."""
    if described is None or about.episode is not None:
        return Match(people.whose(authority, about))
    numbered = people.by_number(authority, about)
    if numbered is not None:
        return Match(numbered)
    child = _of_incident(people.in_reference(authority, about), about, described, people.lookup.model)
    if child is not None:
        return Match(child)
    judged = people.lookup.judge(authority, described)
    return Match(people.child(judged.ranked[0].id) if judged.outcome == "certain" else None, judged)


def _of_incident(children: Sequence[Child], about: About, described: Described, model: Model) -> Child | None:
    """The child of the incident whom the description fits. Brothers and sisters who are reported together stay apart:
    another forename is another child. Where nothing but the incident is known of a child, a report without a number
    means that one; a report with a number that is new means somebody else."""
    fitting = [
        child for child in children
        if (same_child(described, child.described, model) if child.described else not about.identifiers)
    ]  # fmt: skip
    if len(fitting) > 1:
        raise Ambiguous("The incident has more than one child and the message does not say which")
    return fitting[0] if fitting else None


def same_child(one: Described, other: Described, model: Model) -> bool:
    """Whether two descriptions under one incident are of one child. That they share the incident says much already, so
    that agreement on the whole suffices."""
    found = score(prepare(one), prepare(other), model)
    return found.weight >= 0 and found.compared.forename not in _TWO_CHILDREN
