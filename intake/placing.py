"""Which of a child's episodes a report is taken into, and which others of the child, or of relatives, are told of
it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from enrichment.children import Child
from episodes.accounts import held_from, kind_of, started, told_by
from episodes.alert import NationalAlert, alerted, heard_again
from episodes.early import may_wait
from episodes.episode import Episode
from episodes.events import Change, Event
from episodes.identity import Whose, episode_of, names_one_of, reference_of
from episodes.reports import (
    Decided,
    DocumentUpdated,
    Found,
    MeetingHeld,
    Missing,
    Report,
    Retracted,
    ServiceChanged,
    TaskCompleted,
)
from episodes.returning import found_in
from intake.deciding import ask_rules, live_cases, take_in
from intake.finding import part_absences, take_in_found
from intake.resolving import SPEAKS_OF_NONE, Doubt
from intake.step import CaseChange, Context, Step, raised, told_retracted
from intake.telling import tell_of_silence
from routing.case import AlertCase, Case
from routing.decide import decide_alert
from routing.exceptions import question_in
from routing.messages import derived_id
from routing.pack import Pack
from routing.promises import waiting_for

_TOLD_AGAIN = "it began within an absence that is over already and is taken for the same one; check the reference"

_UNASKED = "it answers a question that nobody has asked, or that is settled: it is kept, and nothing follows from it"
_AMB_204 = "AMB-204"


def place(context: Context, child: Child, report: Report, doubt: Doubt | None = None) -> Step | None:
    """The report taken in where it belongs; None where it speaks of what is not known yet, and may wait for it. What
    belongs nowhere else is told to a person."""
    alert = _alert_of(child, report)
    if alert is not None:
        return _into_alert(context, child, alert, report)
    if isinstance(report, Found):
        return _returned(context, child, report)
    if isinstance(report, Missing) and report.found_at is not None:  # two words in one message
        missing = place(context, child, replace(report, found_at=None), doubt) or Step()
        return missing + (take_in_found(context, child, found_in(report)) or Step())
    pack = context.packs.governing(child.authority, context.now)
    episodes = child.episodes()
    whose = episode_of(report, episodes, pack.terms)
    if isinstance(whose, Episode):
        _hold_record(child, report)
        return _into_episode(context, child, child.cases[whose.id], report)
    if whose is Whose.ITS_OWN:
        assert isinstance(report, Missing)
        return _begin(context, child, report, episodes, doubt)
    return _into_none(context, child, report, episodes)


def _returned(context: Context, child: Child, report: Found) -> Step | None:
    """The return, and then as an absence of its own what had been taken for this one and began after it."""
    others = part_absences(context, child, report)
    step = take_in_found(context, child, report)
    if step is None:
        return None
    for other in others:
        for said in other.said:
            again = replace(said, origin=replace(said.origin, again=report.origin.answered))
            placed = place(context, child, again) or Step()
            step += placed + tell_of_silence(context, child.authority, again, placed)
    return step


def _into_none(context: Context, child: Child, report: Report, episodes: Sequence[Episode]) -> Step | None:
    """A report that speaks of no episode of the child."""
    if isinstance(report, Retracted) and any(reference_of(report.about) in e.references for e in episodes):
        return Step()  # a second retraction of what was taken back already is no news
    if may_wait(report) and not isinstance(report, ServiceChanged):
        return None
    if isinstance(report, ServiceChanged | DocumentUpdated):
        _hold_record(child, report)
        return tell_live_episodes(context, child, report)
    if isinstance(report, TaskCompleted) and child.duties is not None:
        return Step()  # a task outside any episode
    return raised(context, child.authority, "doubtful_match", SPEAKS_OF_NONE, report, report.about, of_sender=True)


def _hold_record(child: Child, report: Report) -> None:
    """What a report says of the child itself."""
    if isinstance(report, ServiceChanged):
        child.hold(child.record.after(report))
    elif isinstance(report, DocumentUpdated):
        child.hold(child.record.with_document(report.kind, report.at))


def tell_live_episodes(context: Context, child: Child, report: Report) -> Step:
    """A change of what is held of the child, told to each of the episodes that are not closed."""
    step = Step()
    for case in live_cases(child):
        step += take_in(context, child, case, report)
    return step


# ---- an episode that is known


def _into_episode(context: Context, child: Child, case: Case, report: Report) -> Step:
    match report:
        case MeetingHeld():
            return _meeting(context, child, case, report)
        case Decided() if _is_unasked(context, child, case, report):
            step = take_in(context, child, case, replace(report, unasked=True))
            return step + raised(context, child.authority, "episode_conflict", _UNASKED, report, report.about, _AMB_204)
        case Decided():
            return take_in(context, child, case, report) + _tell_linked(context, child.cases[case.id], report)
        case Missing():
            return take_in(context, child, case, report) + _told_again(context, child, case, report)
        case Retracted():
            return take_in(context, child, case, report) + _one_reference_less(context, child, case, report)
    return take_in(context, child, case, report)


def _is_unasked(context: Context, child: Child, case: Case, report: Decided) -> bool:
    """Whether it is an answer, by the words of the pack, to a question that is not open (AMB-204). What was asked in
    history nobody knows."""
    if case.from_history:
        return False
    asked_by = context.packs.version(child.authority, case.episode.pack).questions.get(report.kind, ())
    return bool(asked_by) and not any(p.open and p.is_a(what) for p in case.promises for what in asked_by)


def _told_again(context: Context, child: Child, case: Case, report: Missing) -> Step:
    """An absence that is over already, told under another reference, is the same one (AMB-188): a person hears of it.
    Not where workers and police tell of one absence within the hours that the terms allow (AMB-90)."""
    episode, reference = case.episode, reference_of(report.about)
    terms = context.packs.version(child.authority, episode.pack).terms
    expected = kind_of(report) not in told_by(episode) and terms.same_within is not None
    if not episode.back or expected or held_from(episode, report) or reference in episode.references:
        return Step()
    return raised(context, child.authority, "data_quality", _TOLD_AGAIN, report, report.about)


def _one_reference_less(context: Context, child: Child, case: Case, report: Retracted) -> Step:
    """What others have told of the episode stands (AMB-199): the intake role alone hears of what was taken back."""
    if child.cases[case.id].episode.state == "retracted" or case.episode.state == "retracted":
        return Step()
    return told_retracted(context, child.authority, report, ("AMB-199",))


def _meeting(context: Context, child: Child, case: Case, report: MeetingHeld) -> Step:
    """A meeting counts for the episode that it names. One about the child counts for every episode that waits for it:
    first for those in which it was asked for (AMB-206)."""
    words = _pack_of(context, case).words
    kinds = tuple(kind for kind in report.kinds if kind in words.meetings_of_child)
    events = tuple(Event(Change.MEETING_ELSEWHERE, report, report.held_at, kind) for kind in kinds)
    asked, joined = waiting_for(live_cases(child), events, partial(_pack_of, context))
    step = Step()
    for each in [c for c in asked if c.id != case.id]:
        step += ask_rules(context, child, each, each.episode, events)
    step += take_in(context, child, case, report)
    for each in [c for c in joined if c.id != case.id]:
        step += ask_rules(context, child, each, each.episode, events)
    return step


def _pack_of(context: Context, case: Case) -> Pack:
    return context.packs.version(case.episode.authority, case.episode.pack)


def _tell_linked(context: Context, case: Case, report: Decided) -> Step:
    """A decision in an episode, told to those that it is linked to: the rules say what it means to them."""
    step, name = Step(), f"{report.kind}.{report.decision}"
    for linked in case.episode.linked:
        child = context.children.of_episode(linked)
        if child is not None and child.cases[linked].episode.state != "retracted":
            event = Event(Change.DECIDED_ELSEWHERE, report, report.origin.at, name)
            step += ask_rules(context, child, child.cases[linked], child.cases[linked].episode, (event,))
    return step


# ---- an episode of its own


def _begin(context: Context, child: Child, report: Missing, episodes: Sequence[Episode], doubt: Doubt | None) -> Step:
    """An episode of its own, or a national alert. A reference that was retracted and is used again, or that its force
    uses for another absence (AMB-173), gets an id of its own too."""
    about, terms = report.about, context.packs.governing(child.authority, report.origin.at).terms
    reference = (about.force or "", about.incident) if about.incident else report.origin.parts
    if kind_of(report) not in terms.begun_by:  # the reference is for the episode that the police begin
        reference = report.origin.parts
    pack = context.packs.governing(child.authority, started(report, terms))
    generation = sum(1 for e in episodes if e.state == "retracted" or reference_of(about) in e.references)
    generation += sum(1 for case in child.alerts.values() if case.alert.retracted)
    key = _episode_id(child, reference, generation)
    # One that a decision has moved keeps its id: it is another child's by now.
    while key in child.cases or key in child.alerts or (key,) in child.denied or context.children.of_episode(key):
        generation += 1
        key = _episode_id(child, reference, generation)
    if report.alert:
        return _begin_alert(context, child, report, key, pack)
    step, whose = Step(), None
    if doubt and not (doubt.nobody and (child.cases or child.alerts)):
        step = raised(context, child.authority, "doubtful_match", doubt.detail, report, about)
        whose = None if context.history else question_in(step.messages[0])
    episode = Episode(id=key, authority=child.authority, pack=pack.version, opened_at=report.origin.at)
    return step + take_in(context, child, Case(episode, whose=whose), report)


def _episode_id(child: Child, reference: tuple[str, ...], generation: int) -> str:
    return derived_id("episode", child.authority, *reference, child.id, str(generation) if generation else "")


# ---- another area's national alert


def _alert_of(child: Child, report: Report) -> AlertCase | None:
    """The alert that a report names by its id or reference."""
    standing = [case for case in child.alerts.values() if not case.alert.retracted]
    if report.about.episode is not None:
        return next((case for case in standing if case.id == report.about.episode), None)
    if report.about.incident is None:
        return None
    return next((case for case in standing if names_one_of(report.about, case.alert.references)), None)


def _begin_alert(context: Context, child: Child, report: Missing, key: str, pack: Pack) -> Step:
    alert = NationalAlert(
        id=key, authority=child.authority, pack=pack.version, opened_at=report.origin.at, report=report
    )
    return _ask_about_alert(context, child, AlertCase(alert), *alerted(alert, report))


def _into_alert(context: Context, child: Child, case: AlertCase, report: Report) -> Step:
    """An alert stays one whatever is told of it, until the police report the child missing here."""
    if isinstance(report, Missing) and not report.alert:
        return take_in(context, child, Case(case.alert.begun(), case.promises), report)
    return _ask_about_alert(context, child, case, *heard_again(case.alert, report))


def _ask_about_alert(
    context: Context, child: Child, case: AlertCase, alert: NationalAlert, events: tuple[Event, ...]
) -> Step:
    pack = context.packs.version(child.authority, alert.pack)
    alerts = (Case(held.alert.as_episode(), held.promises) for held in child.alerts.values() if held.id != case.id)
    others = (*child.cases.values(), *alerts)
    decision = decide_alert(case, alert, events, child.record, others, pack, context.now)
    after = AlertCase(alert, () if context.history else decision.promises)
    child.keep(after)
    context.children.refer(child, after)
    return Step((CaseChange(child, after, events),) if events else (), decision.messages)
