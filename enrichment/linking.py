"""Which episodes of other children belong to a child's own: the police reported them together, or they began within a
day of each other, and the register knows the children as relatives. A friend has an episode of no link."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from enrichment.children import Child, Children
from episodes.episode import Episode, Reference
from episodes.reports import Decided, Identifier, Matched, Missing, Report
from routing.case import Case

_A_DAY = timedelta(hours=24)


def beside(reports: Collection[Report], people: Children) -> tuple[set[tuple[str, str, str]], set[str]]:
    """What else to look up for these reports: numbers (authority, system, value) of relatives of the children loaded,
    where one is reported missing or put with a child by a person; episodes linked to theirs, where a decision may be
    for both."""
    missing = any(isinstance(r, Missing | Matched) for r in reports)
    decided = any(isinstance(r, Decided) for r in reports)
    children = [*people.children()] if missing or decided else []
    numbers = {(c.authority, *i) for c in children if missing for i, _ in c.record.relations}
    episodes = {e for c in children if decided for case in c.cases.values() for e in case.episode.linked}
    return numbers, episodes


def partners(
    child: Child, episode: Episode, report: Missing, start: datetime, people: Children
) -> Iterator[tuple[Child, Case]]:
    """The episodes of relatives that belong to this one, which begins at `start`: reported together, whichever of the
    reports says so, or begun within a day of it (AMB-195)."""
    force, incident = report.about.force or "", report.about.incident
    told = {Reference(force, other) for other in report.linked_incidents}
    own = {*episode.references, *([Reference(force, incident)] if incident else [])}
    for other in people.candidates(child, told):
        if related(child, other):
            yield from ((other, case) for case in other.cases.values() if _together(case.episode, own, told, start))


def related(one: Child, other: Child) -> bool:
    """The register of either names the other as a relative."""
    return _names(one, other.record.identifiers) or _names(other, one.record.identifiers)


def _names(child: Child, identifiers: Collection[Identifier]) -> bool:
    return any(relative in identifiers for relative, _ in child.record.relations)


def _together(theirs: Episode, own: set[Reference], told: set[Reference], start: datetime) -> bool:
    if theirs.missing is None or theirs.state == "retracted":
        return False
    force = theirs.missing.about.force or ""
    names_us = any(Reference(force, other) in own for other in theirs.missing.linked_incidents)
    at_once = theirs.start is not None and abs(theirs.start - start) <= _A_DAY
    return names_us or at_once or not (told | own).isdisjoint(theirs.references)
