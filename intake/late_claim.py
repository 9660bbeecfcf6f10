"""A register that claims a child late, whose episode is under way at another authority: the authority that answers for
the child gets an episode of its own from the reports as they stand. The other one is told, and decides what becomes of
its own; nothing that was sent is taken back by the hub."""

from collections.abc import Iterator
from dataclasses import replace

from enrichment.authorities import claimed_by
from enrichment.child import numbers_told
from enrichment.children import Child
from episodes.reports import Missing
from intake.placing import place
from intake.records import Parsed
from intake.step import Context, Step, raised
from routing.case import Case
from routing.message_types import INTERVIEW_REQUEST

_CLAIMED = (
    "The register of another authority ({}) shows that it is responsible for this child. That authority now has an "
    "episode of its own. This episode stays open until someone ends it."
)


def claim_late(context: Context, child: Child, parsed: Parsed) -> Step:
    """Opens at the child's authority what is under way at others, where its register answers for the child."""
    step = Step()
    if not _answers(context, child):
        return step
    for other, case in [*_elsewhere(context, child, parsed)]:
        episode = case.episode
        assert episode.missing is not None
        known = {r for c in child.cases.values() for r in c.episode.references}
        if not known.isdisjoint(episode.references):
            continue
        opened = replace(episode.missing, classification=episode.classification or "missing")
        step += place(context, child, opened) or Step()
        if episode.back and episode.found:
            step += place(context, child, episode.found) or Step()
        if not (_answers(context, other) or context.packs.newest(other.authority).terms.hosts):
            detail, about = _CLAIMED.format(child.authority), episode.missing.about
            step += raised(context, other.authority, "doubtful_match", detail, parsed.report, about)
    return step


def _answers(context: Context, child: Child) -> bool:
    """Whether the authority's own register says that it answers for the child."""
    return child.record.registered and claimed_by(child.authority, child.record, context.packs) == child.authority


def _elsewhere(context: Context, child: Child, parsed: Parsed) -> Iterator[tuple[Child, Case]]:
    """What is under way at other authorities about the same child: reported under a number of the record, or about a
    child whom its description certainly means."""
    numbers, children = set(child.record.identifiers), context.children
    pairs = [
        (other, case)
        for other in children.numbered_elsewhere(child.authority, child.record.identifiers)
        for case in other.cases.values()
        if not numbers.isdisjoint(numbers_told(case))
    ]
    for other in children.described_elsewhere(child.authority, parsed.described) if parsed.described else ():
        pairs += [(other, case) for case in other.cases.values() if (other, case) not in pairs]
    for other, case in pairs:
        missing = case.episode.missing
        if missing is not None and _under_way(case) and not _other_birthday(child, missing):
            yield other, case


def _under_way(case: Case) -> bool:
    waits = any(promise.open and promise.type == INTERVIEW_REQUEST for promise in case.promises)
    return case.episode.state == "open" or (case.episode.state == "found" and waits)


def _other_birthday(child: Child, missing: Missing) -> bool:
    born = (child.record.date_of_birth, missing.date_of_birth)
    return None not in born and born[0] != born[1]
