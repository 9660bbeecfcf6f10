"""Whose child a report means at one authority: by number, by episode or reference, and only then by description. A
number is evidence: a description that speaks against it makes a question of it, and never a record."""

from collections.abc import Sequence
from dataclasses import dataclass

from enrichment.children import Ambiguous, Child, Children
from enrichment.contradiction import doubted
from enrichment.matching import Described, Judgement, Model, prepare, score
from episodes.reports import About

_TWO_CHILDREN = frozenset(("different", "alike"))
_ANOTHER = "The description fits another child than the one whose number it comes with"


@dataclass(frozen=True, slots=True)
class Match:
    """The child, None where nobody is known. `judged` says how descriptions compared, where they had to be."""

    child: Child | None
    judged: Judgement | None = None


def whose(
    people: Children, authority: str, about: About, described: Described | None, force: str | None = None
) -> Match:
    """Raises Ambiguous where the report may mean more than one. `force`: the one that sends it, if any."""
    if described is None or about.episode is not None:
        return Match(people.whose(authority, about, force))
    numbered = people.told_before(authority, about) or _numbered(people, authority, about, described, force)
    if numbered is not None:
        return Match(numbered)
    child = _of_incident(people.in_reference(authority, about), about, described, people.lookup.model)
    if child is not None:
        return Match(child)
    judged = people.lookup.judge(authority, described)
    return Match(people.child(judged.ranked[0].id) if judged.outcome == "certain" else None, judged)


def _numbered(people: Children, authority: str, about: About, described: Described, force: str | None) -> Child | None:
    """The child whose number it is. Raises Ambiguous, which names everybody in question, where the description does not
    fit, or certainly means somebody else."""
    try:
        child = people.numbered(authority, about, force, described)
    except Ambiguous as why:
        raise Ambiguous(
            str(why), (*why.candidates, *_described(people, authority, described, why.candidates))
        ) from None
    if child is None or child.described is None:
        return child
    lookup = people.lookup
    beside = lookup.beside(described, child.described)
    if doubted(child.id, beside, lookup.model, lambda: lookup.without_numbers(authority, described)):
        raise Ambiguous(_ANOTHER, (child, *_described(people, authority, described, (child,))))
    return child


def _described(people: Children, authority: str, described: Described, besides: Sequence[Child]) -> tuple[Child, ...]:
    """Whom the description alone may mean, likeliest first."""
    ranked = people.lookup.without_numbers(authority, described).ranked
    found = (people.child(each.id) for each in ranked)
    return tuple(child for child in found if child is not None and child not in besides)


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
