"""Which of a child's episodes a report is taken into, and which others of the child, or of relatives, are told of
it."""

from collections.abc import Sequence

from enrichment.children import Child
from episodes.accounts import kind_of, started
from episodes.alert import NationalAlert, alerted, heard_again
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
from intake.deciding import ask_rules, live_cases, take_in
from intake.resolving import SPEAKS_OF_NONE, Doubt
from intake.step import CaseChange, Context, Step, raised
from routing.case import AlertCase, Case
from routing.decide import decide_alert
from routing.messages import derived_id
from routing.pack import Pack
from routing.promises import waiting_for


def place(context: Context, child: Child, report: Report, doubt: Doubt | None = None) -> Step:
    """The report taken in where it belongs. What belongs nowhere is told to a person."""
    if isinstance(report, ServiceChanged):
        child.hold(child.record.after(report))
    elif isinstance(report, DocumentUpdated):
        child.hold(child.record.with_document(report.kind, report.at))
    alert = _alert_of(child, report)
    if alert is not None:
        return _into_alert(context, child, alert, report)
    pack = context.packs.governing(child.authority, context.now)
    episodes = sorted((c.episode for c in child.cases.values()), key=lambda e: (e.opened_at, e.id))
    whose = episode_of(report, episodes, pack.terms)
    if isinstance(whose, Episode):
        return _into_episode(context, child, child.cases[whose.id], report)
    if whose is Whose.ITS_OWN:
        assert isinstance(report, Missing | Found)
        return _begin(context, child, report, episodes, doubt)
    if isinstance(report, ServiceChanged | DocumentUpdated):
        return tell_live_episodes(context, child, report)
    if isinstance(report, TaskCompleted) and child.duties is not None:
        return Step()  # a task outside any episode
    if isinstance(report, Retracted) and any(reference_of(report.about) in e.references for e in episodes):
        return Step()  # a second retraction of what was taken back already is no news
    return raised(context, child.authority, "doubtful_match", SPEAKS_OF_NONE, report, report.about)


def tell_live_episodes(context: Context, child: Child, report: Report) -> Step:
    """A change of what is held of the child, told to each of the episodes that are not closed."""
    step = Step()
    for case in live_cases(child):
        step += take_in(context, child, case, report)
    return step


# ---- an episode that is known


def _into_episode(context: Context, child: Child, case: Case, report: Report) -> Step:
    step = (
        _meeting(context, child, case, report)
        if isinstance(report, MeetingHeld)
        else take_in(context, child, case, report)
    )
    if isinstance(report, Decided):
        step += _tell_linked(context, child.cases[case.id], report)
    return step


def _meeting(context: Context, child: Child, case: Case, report: MeetingHeld) -> Step:
    """A meeting counts for every episode that waits for it: first for those in which it was asked for."""
    events = tuple(Event(Change.MEETING_ELSEWHERE, report, report.held_at, kind) for kind in report.kinds)
    asked, joined = waiting_for(live_cases(child), report.kinds)
    step = Step()
    for each in [c for c in asked if c.id != case.id]:
        step += ask_rules(context, child, each, each.episode, events)
    step += take_in(context, child, case, report)
    for each in [c for c in joined if c.id != case.id]:
        step += ask_rules(context, child, each, each.episode, events)
    return step


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


def _begin(
    context: Context, child: Child, report: Missing | Found, episodes: Sequence[Episode], doubt: Doubt | None
) -> Step:
    """An episode of its own, or a national alert. A reference that was retracted and is used again gets an id of its
    own too."""
    about, start = report.about, report.origin.at
    reference = (about.force or "", about.incident) if about.incident else report.origin.parts
    if isinstance(report, Missing):
        terms = context.packs.governing(child.authority, report.origin.at).terms
        start = started(report, terms)
        if kind_of(report) not in terms.begun_by:  # the reference is for the episode that the police begin
            reference = report.origin.parts
    pack = context.packs.governing(child.authority, start)
    generation = sum(1 for e in episodes if e.state == "retracted")
    generation += sum(1 for case in child.alerts.values() if case.alert.retracted)
    key = _episode_id(child, reference, generation)
    while key in child.cases or key in child.alerts:  # the force has used its reference again (AMB-173)
        generation += 1
        key = _episode_id(child, reference, generation)
    if isinstance(report, Missing) and report.alert and pack.terms.alerts:
        return _begin_alert(context, child, report, key, pack)
    step = Step()
    if doubt and not (doubt.nobody and (isinstance(report, Found) or child.cases or child.alerts)):
        step = raised(context, child.authority, "doubtful_match", doubt.detail, report, about)
    episode = Episode(id=key, authority=child.authority, pack=pack.version, opened_at=report.origin.at)
    return step + take_in(context, child, Case(episode), report)


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
    episodes = tuple(child.cases.values())
    decision = decide_alert(case, alert, events, child.record, episodes, pack, context.now)
    after = AlertCase(alert, decision.promises)
    child.keep(after)
    context.children.refer(child, after)
    return Step((CaseChange(child, after, events),) if events else (), decision.messages)
