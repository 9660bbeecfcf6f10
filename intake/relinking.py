"""A person says whose notification it is. The episode is the other child's from its beginning (AMB-186): placed there
by the terms of a new report; what had been asked and told for the wrong child is taken back in words, never silently,
and the rules run again under the right record. One act that does not count takes nothing else with it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from enrichment.children import Ambiguous, Child
from episodes.episode import Episode, Terms
from episodes.events import Change, Event
from episodes.history import anew
from episodes.identity import episode_of, names_one_of
from episodes.reports import About, Decided, Found, InterviewOutcome, Matched, MeetingHeld, Missing
from episodes.returning import as_it_ended, missing_still
from intake.child_duties import ask_about_duties
from intake.deciding import answer, ask_rules, count_anew, link_relatives, not_missing_again, open_waiting, take_in
from intake.finding import end_others, take_in_found
from intake.placing import place
from intake.step import CaseChange, Context, Step, raised
from routing.case import AlertCase, Case
from routing.exceptions import question_in
from routing.message_types import MESSAGE_TYPES
from routing.relinking import (
    ANSWERED,
    events_anew,
    interviews,
    of_another_child,
    taken_back_from,
)

_JUDGED_AGAIN = "It rested on another child's record and has to be decided again: {}."
_ELSEWHERE = "Another authority ({}) has recorded whose notification this is. Check whose it is here."
AMB_186 = "AMB-186"
Retold = TypeVar("Retold", Found, InterviewOutcome, MeetingHeld, Missing)


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
        return take_in(context, former, replace(case, whose=None), report)
    step, case = _taken_back(context, former, case, report)
    step += _told_elsewhere(context, authority, report)
    terms = context.packs.version(authority, case.episode.pack).terms
    target = _joined(child, case.episode, terms)
    if target is not None:
        step += _put_into(context, former, case, child, target, report)
    else:
        step += _moved(context, former, case, child, terms, report)
    step += not_missing_again(context, former, case.episode, report)
    if case.episode.ever_missing and case.episode.start is not None:
        step += count_anew(context, former, case.id, case.episode.start, report)
    for each in (child, former):
        step += open_waiting(context, each, report)
        step += ask_about_duties(context, each, report, step.events)
    return step


def _taken_back(context: Context, former: Child, case: Case, report: Matched) -> tuple[Step, Case]:
    """What was asked and told for the wrong child, taken back; and the case with its promises at their end."""
    step = Step()
    if case.episode.state in ANSWERED:
        pack = context.packs.version(former.authority, case.episode.pack)
        decision = taken_back_from(case, report, former.record, former.others(case.id), pack, context.now)
        step += Step(messages=decision.messages)
        _leave_notes(former, case)
        case = replace(case, promises=decision.promises)
    return step, case


def _leave_notes(former: Child, case: Case) -> None:
    """A note that the former child is missing stays theirs where another episode says so too."""
    heir = next((c for c in former.others(case.id) if c.episode.still_missing), None)
    notes = tuple(p for p in case.promises if p.open and MESSAGE_TYPES[p.type].says_missing)
    if heir and notes:
        former.keep(replace(heir, promises=(*heir.promises, *notes)))


def _told_elsewhere(context: Context, authority: str, report: Matched) -> Step:
    """Another authority that holds the same reference hears that somebody has decided."""
    step, about = Step(), replace(report.about, authority=None, identifiers=(), episode=None)
    for other in sorted(context.children.authorities_told(about) - {authority}):
        if other in context.packs.authorities:
            detail = _ELSEWHERE.format(authority)
            told = raised(context, other, "doubtful_match", detail, report, about, AMB_186)
            for child in () if context.history else context.children.in_reference(other, about):
                for case in (each for each in _cases_of(child, about) if isinstance(each, Case)):
                    child.keep(replace(case, whose=question_in(told.messages[0])))
            step += told
    return step


# ---- an episode of the right child's own


def _moved(context: Context, former: Child, case: Case, child: Child, terms: Terms, report: Matched) -> Step:
    """The episode with its lanes is the right child's; where that child's open episode stands in its way, it waits."""
    told = case.episode
    episode, judged = of_another_child(told, report)
    episode = replace(episode, matched=told.matched + 1)
    blocked = terms.second == "waits" and any(c.episode.state == "open" for c in child.cases.values())
    if blocked and episode.state in ANSWERED:
        episode = replace(episode, state="waiting", found=None, returns=())
    moved = Case(episode, late=case.late, from_history=case.from_history)
    context.children.move(moved, former, child)
    if episode.missing is not None and episode.start is not None and episode.state != "retracted":
        episode = link_relatives(context, child, episode, episode.missing, episode.start)
    if episode.state == "waiting":
        step = answer(context, child, moved, episode, (Event(Change.WAITS, report, report.origin.at),))
        return step + (_returned(context, child, told.found, report) if told.found else Step())
    step = _answered_anew(context, child, moved, episode, report)
    if told.back and told.found is not None and terms.found_ends == "every":
        step += end_others(context, child, episode, _again(told.found, report))
    step += _acts(context, child, episode.id, (*episode.meetings, *interviews(told)), report)
    return step + _judged_again(context, child, judged, report)


def _answered_anew(context: Context, child: Child, moved: Case, episode: Episode, report: Matched) -> Step:
    """What the right record asks for, event by event: that it opened, and then what ended it."""
    first, *later = events_anew(episode, report)
    step = answer(context, child, moved, missing_still(episode) if later else episode, first)
    for events in later:
        case = child.cases[episode.id]
        step += ask_rules(context, child, case, as_it_ended(case.episode, episode), events)
    return step


def _acts(
    context: Context, child: Child, id_: str, acts: Iterable[MeetingHeld | InterviewOutcome], report: Matched
) -> Step:
    """What people did about the incident, one by one in the order of receipt."""
    step = Step()
    for act in sorted(acts, key=lambda a: a.origin.at):
        case = child.cases[id_]
        if isinstance(act, InterviewOutcome):
            step += take_in(context, child, case, _again(act, report))
        else:
            events = anew([Event(Change.MEETING, act, act.held_at, kind) for kind in act.kinds], report.origin)
            step += ask_rules(context, child, case, case.episode, events)
    return step


def _judged_again(context: Context, child: Child, judged: Iterable[Decided], report: Matched) -> Step:
    kinds = dict.fromkeys(d.kind.removeprefix("meeting.").replace("_", " ") for d in judged)
    if not kinds:
        return Step()
    detail = _JUDGED_AGAIN.format(", ".join(kinds))
    return raised(context, child.authority, "data_quality", detail, report, report.about, AMB_186)


# ---- the same absence as an episode that the right child has


def _joined(child: Child, episode: Episode, terms: Terms) -> Episode | None:
    """The right child's episode of which this report tells, by the terms of a new report (AMB-90, AMB-188)."""
    if episode.state not in ANSWERED or episode.missing is None:
        return None
    episodes = child.episodes()
    whose = episode_of(episode.missing, episodes, terms)
    return whose if isinstance(whose, Episode) else None


def _put_into(context: Context, former: Child, case: Case, child: Child, target: Episode, report: Matched) -> Step:
    """What was told and done is taken into that episode; the one that it was told in is none."""
    told = case.episode
    none = Case(replace(told, state="retracted", follows=(), linked=()), case.promises, from_history=case.from_history)
    context.children.move(none, former, child)
    step = Step((CaseChange(child, none, (Event(Change.MATCHED, report, report.origin.at),)),))
    for account in told.accounts or ((told.missing,) if told.missing else ()):
        step += place(context, child, _again(replace(account, found_at=None), report)) or Step()
    if told.found is not None:
        step += _returned(context, child, told.found, report)
    for meeting in told.meetings:
        step += take_in(context, child, child.cases[target.id], _again(meeting, report))
    return step + _acts(context, child, target.id, interviews(told), report)


def _returned(context: Context, child: Child, found: Found, report: Matched) -> Step:
    return take_in_found(context, child, _again(found, report)) or Step()


def _again(said: Retold, report: Matched) -> Retold:
    """The report, told once more because of the decision."""
    return replace(said, origin=replace(said.origin, again=report.origin.answered))


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
