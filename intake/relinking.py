"""A person says whose notification it is. The episode keeps its id; what had been asked and told for the wrong child is
taken back in words, never silently, and the rules run again under the right record."""

from dataclasses import replace

from enrichment.children import Ambiguous, Child
from episodes.episode import Episode
from episodes.identity import names_one_of
from episodes.reports import About, Matched
from intake.child_duties import ask_about_duties
from intake.deciding import answer, open_waiting, take_in
from intake.step import Context, Step
from routing.case import AlertCase, Case
from routing.message_types import MESSAGE_TYPES
from routing.relinking import ANSWERED, events_anew, notices


def relink(context: Context, authority: str, report: Matched) -> Step | None:
    """Does as the person decided; None where the reference is of no episode here. Raises Ambiguous where it is of
    several children and nothing says which is meant."""
    found = _meant(context, authority, report.about)
    if found is None:
        return None
    former, case = found
    child = _decided(context, authority, report, former)
    if isinstance(case, AlertCase):
        if child is not former:
            context.children.move(case, former, child)
        return Step()
    if child is former:
        return take_in(context, former, case, report)
    step = Step()
    if case.episode.state in ANSWERED:
        pack = context.packs.version(authority, case.episode.pack)
        step += Step(messages=notices(case, report, former.record, former.others(case.id), pack, context.now))
    _leave_notes(former, case)
    episode = replace(case.episode, follows=())  # what it carried on was the other child's
    context.children.move(Case(episode), former, child)
    events = events_anew(episode, report)
    step += answer(context, child, Case(episode), episode, events)
    for each in (child, former):
        step += open_waiting(context, each, report)
        step += ask_about_duties(context, each, report, events)
    return step


def _leave_notes(former: Child, case: Case) -> None:
    """A note that the former child is missing stays theirs where another episode says so too."""
    heir = next((c for c in former.others(case.id) if c.episode.still_missing), None)
    notes = tuple(p for p in case.promises if p.open and MESSAGE_TYPES[p.type].says_missing)
    if heir and notes:
        former.keep(replace(heir, promises=(*heir.promises, *notes)))


def _meant(context: Context, authority: str, about: About) -> tuple[Child, Case | AlertCase] | None:
    """The episode that the decision is about: the one it names; else that of the reference, and of several the one
    whose child the register does not hold."""
    children = context.children.in_reference(authority, about)
    if about.episode and (holder := context.children.of_episode(about.episode)) and holder.authority == authority:
        held = holder.case(about.episode)
        return (holder, held) if isinstance(held, Case | AlertCase) else None
    decided = context.children.numbered(authority, about)
    if len(children) > 1:
        children = [c for c in children if c is not decided and not c.record.registered]
    cases = [(child, case) for child in children for case in _cases_of(child, about)]
    if len({child.id for child, _ in cases}) > 1:
        raise Ambiguous("The incident has more than one child and the decision does not say which. Name the episode")
    return cases[-1] if cases else None  # of several absences under one reference the newest


def _cases_of(child: Child, about: About) -> list[Case | AlertCase]:
    episodes = [case for case in child.cases.values() if _stands(case.episode, about)]
    episodes.sort(key=lambda case: case.episode.start or case.episode.opened_at)
    alerts = (c for c in child.alerts.values() if not c.alert.retracted and names_one_of(about, c.alert.references))
    return [*episodes, *alerts]


def _stands(episode: Episode, about: About) -> bool:
    return names_one_of(about, episode.references) and episode.state != "retracted"


def _decided(context: Context, authority: str, report: Matched, former: Child) -> Child:
    """The child whom the person names. Nobody known is the child whom only the reports themselves describe."""
    identifiers, children = report.about.identifiers, context.children
    if identifiers:
        known = children.numbered(authority, About(authority, identifiers=identifiers))
        return known or children.begin(authority, About(authority, identifiers=identifiers), report.origin.token)
    if not former.record.registered and len(former.cases) + len(former.alerts) == 1:
        return former
    return children.begin(authority, About(authority), report.origin.token)
