"""A register that claims a child whose episode is under way at another authority: the authority that answers for the
child gets an episode of its own from the reports as they stand. The other one is told, and decides what becomes of its
own; nothing that was sent is taken back by the hub."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from consumers.raw import Told
from enrichment.authorities import claimed_by
from enrichment.child import numbers_told
from enrichment.people import Child
from episodes.reports import Missing
from routing.situation import Case

if TYPE_CHECKING:
    from consumers.desk import Desk

_CLAIMED = (
    "the register of another authority ({}) answers for this child, as is known only now; it has an episode of its own "
    "from here on, and this one goes on until somebody ends it"
)


def discovered(desk: "Desk", child: Child, told: Told) -> None:
    """Opens at the child's authority what is under way at others, where its register answers for the child."""
    if not _answers(desk, child):
        return
    for other, case in [*_elsewhere(desk, child, told)]:
        episode = case.episode
        assert episode.missing is not None
        known = {r for c in child.cases.values() for r in c.episode.references}
        if not known.isdisjoint(episode.references):
            continue
        desk.place(child, replace(episode.missing, classification=episode.classification or "missing"))
        if episode.back and episode.found:
            desk.place(child, episode.found)
        if not (_answers(desk, other) or desk.packs.newest(other.authority).terms.hosts):
            detail = _CLAIMED.format(child.authority)
            desk.tell(other.authority, "doubtful_match", detail, told.report, episode.missing.about)


def _answers(desk: "Desk", child: Child) -> bool:
    """Whether the authority's own register says that it answers for the child."""
    return child.record.registered and claimed_by(child.authority, child.record, desk.packs) == child.authority


def _elsewhere(desk: "Desk", child: Child, told: Told) -> Iterator[tuple[Child, Case]]:
    """What is under way at other authorities about the same child: reported under a number of the record, or about a
    child whom its description certainly means."""
    numbers = set(child.record.identifiers)
    pairs = [
        (other, case)
        for other in desk.people.numbered_elsewhere(child.authority, child.record.identifiers)
        for case in other.cases.values()
        if not numbers.isdisjoint(numbers_told(case))
    ]
    for other in desk.people.described_elsewhere(child.authority, told.described) if told.described else ():
        pairs += [(other, case) for case in other.cases.values() if (other, case) not in pairs]
    for other, case in pairs:
        missing = case.episode.missing
        if missing is not None and _under_way(case) and not _other_birthday(child, missing):
            yield other, case


def _under_way(case: Case) -> bool:
    waits = any(promise.open and promise.type == "rhi.request" for promise in case.promises)
    return case.episode.state == "open" or (case.episode.state == "found" and waits)


def _other_birthday(child: Child, missing: Missing) -> bool:
    born = (child.record.date_of_birth, missing.date_of_birth)
    return None not in born and born[0] != born[1]
