"""A register that says late who answers for a child, whose episode is under way at another authority: the one that
answers gets an episode of its own from the reports as they stand. Where both answer each is told of the other; one that
answers no longer hands its episode over."""

from collections.abc import Iterator
from dataclasses import replace

from enrichment.authorities import claimed_by
from enrichment.child import numbers_told
from enrichment.children import Ambiguous, Child
from enrichment.numbers import force_of
from episodes.accounts import told_in
from episodes.reports import About, Missing, Report
from intake.claims import (
    CLAIM_ROW,
    answers,
    doubted_claim,
    first_doubt,
    has_a_say,
    is_named,
    is_under_way,
    note_claim,
)
from intake.handing_over import by_itself, hand_over, take_back
from intake.placing import place
from intake.records import Parsed
from intake.step import Context, Step, raised
from routing.case import Case

_CLAIMED = (
    "The register of another authority ({}) shows that it is responsible for this child. That authority now has an "
    "episode of its own. This episode stays open until someone ends it."
)
_BESIDE = (
    "Another authority ({}) has an episode of this child. This one was opened because the register here shows that "
    "this authority is responsible. Both stay open."
)
_NAMED = (
    "The register here names another authority ({}) as responsible. That authority now has an episode of its own. What "
    "is asked for another authority's child is still asked for here."
)
_NAMED_HERE = (
    "Another authority ({}) has an episode of this child. This one was opened because the register there names this "
    "authority as responsible. Both stay open."
)


def claim_late(context: Context, child: Child, parsed: Parsed) -> Step:
    """Opens at the authority that answers for the child, by its record, what is under way at others."""
    if not child.record.registered:
        return Step()
    answering = claimed_by(child.authority, child.record, context.packs)
    if answering != child.authority:
        return _named(context, child, answering, parsed)
    step = take_back(context, child, parsed.report)
    for other, case in [pair for pair in _elsewhere(context, child, parsed) if not _begun_already(child, pair[1])]:
        missing = case.episode.missing
        assert missing is not None
        step += _claimed(context, child, other, case, missing, parsed.report)
    return step + _doubted(context, child, parsed)


def _claimed(context: Context, child: Child, other: Child, case: Case, missing: Missing, report: Report) -> Step:
    step = Step() if _begun_already(child, case) else _begin(context, child, case, missing)
    if not is_named(context, other, missing) and not answers(context, other):
        step += hand_over(context, other, case, child.authority, report)
    elif has_a_say(context, other, missing):
        of_it = by_itself(report, case)
        step += _told(context, other.authority, _CLAIMED.format(child.authority), of_it, missing)
        step += _told(context, child.authority, _BESIDE.format(other.authority), of_it, missing)
    if is_named(context, other, missing):
        note_claim(context, child.authority, missing)
    return step


def _told(context: Context, authority: str, detail: str, report: Report, missing: Missing) -> Step:
    return raised(context, authority, "doubtful_match", detail, report, missing.about, CLAIM_ROW)


def _begin(context: Context, child: Child, case: Case, missing: Missing) -> Step:
    """The reports of a case, as they stand, taken in for a child of another authority."""
    episode = case.episode
    step = place(context, child, replace(missing, classification=episode.classification or "missing")) or Step()
    return step + (place(context, child, episode.found) or Step()) if episode.back and episode.found else step


def _begun_already(child: Child, case: Case) -> bool:
    """Whether the child has what the case tells, by a reference or by the very report, or a person has said of that
    that it is another child's (AMB-77)."""
    known = {*child.denied, *(each for held in child.cases.values() for each in told_in(held.episode))}
    return not known.isdisjoint(told_in(case.episode))


# ---- its own register names another


def _named(context: Context, child: Child, authority: str, parsed: Parsed) -> Step:
    """Opens at the authority that the child's register names what is under way here."""
    step, children = Step(), context.children
    for case in [*child.cases.values()]:
        missing = case.episode.missing
        if missing is None or not is_under_way(context, case):
            continue
        try:
            about = About(identifiers=child.record.identifiers)
            there = children.numbered(authority, about, described=parsed.described)
        except Ambiguous:
            there = None  # a person there decides whose it is
        if there is None:
            there = children.begin(authority, About(), f"{missing.origin.token} {child.id}")
            children.learn(there, missing.about.identifiers, force_of(missing))
            children.describe(there, child.described)
        begun = _begun_already(there, case)
        if not begun:
            step += _begin(context, there, case, replace(missing, responsible_authority=authority))
        handed = hand_over(context, child, child.cases[case.id], authority, parsed.report)
        if not handed.cases and not begun:
            for whom, detail in (
                (child.authority, _NAMED.format(authority)),
                (authority, _NAMED_HERE.format(child.authority)),
            ):
                step += _told(context, whom, detail, by_itself(parsed.report, case), missing)
        step += handed
    return step


# ---- what is under way elsewhere


def _elsewhere(context: Context, child: Child, parsed: Parsed) -> Iterator[tuple[Child, Case]]:
    """What is under way at other authorities about the same child: reported under a number of the record, or about a
    child whom its description certainly means."""
    pairs = [(o, case) for o, case in _by_number(context, child) if not _other_birthday(child, o, case)]
    for other in context.children.described_elsewhere(child.authority, parsed.described) if parsed.described else ():
        pairs += [(other, case) for case in other.cases.values() if (other, case) not in pairs]
    yield from ((o, case) for o, case in pairs if is_under_way(context, case) and not _other_birthday(child, o, case))


def _by_number(context: Context, child: Child) -> Iterator[tuple[Child, Case]]:
    numbers = set(child.record.identifiers)
    for other in context.children.numbered_elsewhere(child.authority, child.record.identifiers):
        yield from ((other, case) for case in other.cases.values() if not numbers.isdisjoint(numbers_told(case)))


def _doubted(context: Context, child: Child, parsed: Parsed) -> Step:
    """A number alone says that it is the same child, and the dates of birth say that it is not."""
    apart = [
        (other, case)
        for other, case in _by_number(context, child)
        if is_under_way(context, case) and _other_birthday(child, other, case)
    ]
    if not apart or not first_doubt(context, child):
        return Step()
    other, case = apart[0]
    assert case.episode.missing is not None
    report = replace(parsed.report, about=case.episode.missing.about)
    return doubted_claim(context, child, [other.authority], report)


def _other_birthday(child: Child, other: Child, case: Case) -> bool:
    missing, born = case.episode.missing, child.record.date_of_birth
    said = (missing.date_of_birth if missing else None, other.record.date_of_birth)
    return born is not None and any(date is not None and date != born for date in said)
