"""A person says whose notification it is. The episode keeps its id; what had been asked and told for the wrong child is
taken back in words, never silently, and the rules run again under the right record."""

from dataclasses import replace
from typing import TYPE_CHECKING

from consumers.files import ask_file
from enrichment.people import Ambiguous, Child
from episodes.episode import Episode
from episodes.reports import About, Matched
from routing.relinking import ANSWERED, events_anew, notices
from routing.situation import Case

if TYPE_CHECKING:
    from consumers.desk import Desk


def relink(desk: "Desk", authority: str, report: Matched) -> bool:
    """Does as the person decided; False where the reference is of no episode here. Raises Ambiguous where it is of
    several children and nothing says which is meant."""
    found = _meant(desk, authority, report.about)
    if found is None:
        return False
    former, case = found
    child = _decided(desk, authority, report, former)
    if child is former:
        desk.step(former, case, report)
        return True
    pack = desk.packs.version(authority, case.episode.pack)
    if case.episode.state in ANSWERED:
        desk.messages += notices(case, report, former.record, former.others(case.episode.id), pack, desk.now)
    _leave_notes(former, case)
    episode = replace(case.episode, follows=())  # what it carried on was the other child's
    desk.people.move(Case(episode), former, child)
    events = events_anew(episode, report)
    desk.take_in(child, Case(episode), episode, events)
    for each in (child, former):
        desk.release(each, report)
        ask_file(desk, each, report, events)
    return True


def _leave_notes(former: Child, case: Case) -> None:
    """A note that the former child is missing stays theirs where another episode says so too."""
    heir = next((c for c in former.others(case.episode.id) if c.episode.still_missing), None)
    notes = tuple(p for p in case.promises if p.open and p.type == "flag.set")
    if heir and notes:
        former.keep(replace(heir, promises=(*heir.promises, *notes)))


def _meant(desk: "Desk", authority: str, about: About) -> tuple[Child, Case] | None:
    """The episode that the decision is about: the one it names; else that of the reference, and of several the one
    whose child the register does not hold."""
    children = desk.people.in_reference(authority, about)
    if about.episode and (holder := desk.people.of_episode(about.episode)) and holder.authority == authority:
        return holder, holder.cases[about.episode]
    decided = desk.people.numbered(authority, about.identifiers)
    if len(children) > 1:
        children = [c for c in children if c is not decided and not c.record.registered]
    cases = [(child, case) for child in children for case in child.cases.values() if _of(case.episode, about)]
    if len(cases) > 1:
        raise Ambiguous("the incident has more than one child and the decision does not say which; name the episode")
    return cases[0] if cases else None


def _of(episode: Episode, about: About) -> bool:
    named = any(r.incident == about.incident and about.force in (None, r.force) for r in episode.references)
    return named and episode.state != "retracted"


def _decided(desk: "Desk", authority: str, report: Matched, former: Child) -> Child:
    """The child whom the person names. Nobody known is the child whom only the reports themselves describe."""
    identifiers = report.about.identifiers
    if identifiers:
        known = desk.people.numbered(authority, identifiers)
        return known or desk.people.begin(authority, About(authority, identifiers=identifiers), report.origin.id)
    if not former.record.registered and len(former.cases) == 1:
        return former
    return desk.people.begin(authority, About(authority), report.origin.id)
