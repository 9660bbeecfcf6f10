"""Which episodes of other children belong to a child's own: the police reported them together, and the register knows
the children as relatives. A friend reported with them has an episode of no link."""

from collections.abc import Collection, Iterator

from enrichment.children import Child, Children
from episodes.episode import Episode, Reference
from episodes.reports import Decided, Identifier, Missing, Report
from routing.case import Case


def beside(reports: Collection[Report], people: Children) -> tuple[set[tuple[str, str, str]], set[str]]:
    """What else to look up for these reports: numbers (authority, system, value) of relatives of the children loaded,
    where one is reported missing; episodes linked to theirs, where a decision may be for both."""
    missing = any(isinstance(r, Missing) for r in reports)
    decided = any(isinstance(r, Decided) for r in reports)
    children = [*people.children()] if missing or decided else []
    numbers = {(c.authority, *i) for c in children if missing for i, _ in c.record.relations}
    episodes = {e for c in children if decided for case in c.cases.values() for e in case.episode.linked}
    return numbers, episodes


def partners(child: Child, episode: Episode, report: Missing, people: Children) -> Iterator[tuple[Child, Case]]:
    """The episodes of relatives that were reported together with this one, whichever of the reports says so."""
    force, incident = report.about.force or "", report.about.incident
    told = {Reference(force, other) for other in report.linked_incidents}
    own = {*episode.references, *([Reference(force, incident)] if incident else [])}
    for other in people.candidates(child, told):
        if related(child, other):
            yield from ((other, case) for case in other.cases.values() if _together(case.episode, own, told))


def related(one: Child, other: Child) -> bool:
    """The register of either names the other as a relative."""
    return _names(one, other.record.identifiers) or _names(other, one.record.identifiers)


def _names(child: Child, identifiers: Collection[Identifier]) -> bool:
    return any(relative in identifiers for relative, _ in child.record.relations)


def _together(theirs: Episode, own: set[Reference], told: set[Reference]) -> bool:
    if theirs.missing is None or theirs.state == "retracted":
        return False
    force = theirs.missing.about.force or ""
    names_us = any(Reference(force, other) in own for other in theirs.missing.linked_incidents)
    return names_us or not told.isdisjoint(theirs.references)
