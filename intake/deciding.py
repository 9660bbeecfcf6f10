"""One report into one episode: `advance` says what changed, the rules of its pack say what follows, and the child's
other episodes are told as far as it means something to them."""

from dataclasses import replace
from datetime import datetime

from enrichment.children import Child
from enrichment.linking import partners
from episodes.accounts import started
from episodes.advance import advance
from episodes.episode import Episode
from episodes.events import OF_THE_REGISTER, Change, Event
from episodes.identity import missing_again
from episodes.record import RegisterRecord
from episodes.reports import Missing, Report
from episodes.waiting import next_to_open, released, waiting_where_blocked
from intake.resting import keep_facts
from intake.step import CaseChange, Context, Late, Step
from routing.case import Case
from routing.decide import decide
from routing.promises import gave_up

LIVE = ("open", "found", "ended")
"""The states of an episode in which it hears of the register and of the child's other episodes."""


def live_cases(child: Child) -> list[Case]:
    return [case for case in child.cases.values() if case.episode.state in LIVE]


def take_in(context: Context, child: Child, case: Case, report: Report) -> Step:
    """The report taken into the episode; then whatever waited for what it changed."""
    terms = context.packs.version(child.authority, case.episode.pack).terms
    # An absence of history that nobody has ended holds up nobody who is missing today.
    others = [other.episode for other in child.others(case.episode.id) if context.history or not other.from_history]
    episode = waiting_where_blocked(case.episode, report, others, terms)
    if isinstance(report, Missing):
        episode = link_relatives(context, child, episode, report, started(report, terms))
    return answer(context, child, case, *advance(episode, report, terms)) + open_waiting(context, child, report)


def link_relatives(context: Context, child: Child, episode: Episode, report: Missing, start: datetime) -> Episode:
    """The episode with its links to those of relatives who are missing together with the child, both ways."""
    for other, case in partners(child, episode, report, start, context.children):
        theirs = case.episode
        if theirs.id not in episode.linked:
            episode = replace(episode, linked=(*episode.linked, theirs.id))
        if episode.id not in theirs.linked:
            other.keep(replace(case, episode=replace(theirs, linked=(*theirs.linked, episode.id))))
    return episode


def open_waiting(context: Context, child: Child, report: Report) -> Step:
    """Reports that waited open their episodes, one by one, as soon as nothing stands in their way."""
    step = Step()
    while (episode := next_to_open([case.episode for case in child.cases.values()])) is not None:
        terms = context.packs.version(child.authority, episode.pack).terms
        step += answer(context, child, child.cases[episode.id], *released(episode, report, terms))
    return step


def answer(context: Context, child: Child, case: Case, episode: Episode, events: tuple[Event, ...]) -> Step:
    """What the rules make of what changed; where an episode has begun, the child's earlier ones are told first."""
    opened = next((event for event in events if event.change is Change.OPENED), None)
    if opened is None:
        return ask_rules(context, child, case, episode, events)
    before, follows = _missing_again(context, child, episode, opened.report)
    episode = replace(episode, follows=(*episode.follows, *follows))
    return before + ask_rules(context, child, case, episode, events)


def _missing_again(context: Context, child: Child, episode: Episode, report: Report) -> tuple[Step, tuple[str, ...]]:
    """Tells the child's earlier episodes that the child is missing again, where a rule listens to that. Also the ids of
    those in which an interview was given up for it: it is carried on here."""
    step, follows = Step(), list[str]()
    events = (Event(Change.MISSING_AGAIN, report, report.origin.at),)
    for earlier in sorted(child.others(episode.id), key=lambda c: (c.episode.opened_at, c.episode.id)):
        if earlier.episode.state not in (*LIVE, "new"):
            continue
        pack = context.packs.version(child.authority, earlier.episode.pack)
        if pack.hears(Change.MISSING_AGAIN) and missing_again(earlier.episode, episode):
            step += ask_rules(context, child, earlier, earlier.episode, events)
            if gave_up(earlier, child.cases[earlier.episode.id]):
                follows.append(earlier.episode.id)
    return step, tuple(follows)


def ask_rules(context: Context, child: Child, case: Case, episode: Episode, events: tuple[Event, ...]) -> Step:
    """The rules of the episode's pack are asked; what they say is kept with the case, and later episodes of the child
    are told where this one became known or moved."""
    pack = context.packs.version(child.authority, case.episode.pack)
    others = child.others(episode.id)
    decision = decide(
        case, episode, events, child.record, others, pack, context.now,
        reads_on=True, former=_former(child, events), fresh=context.fresh,
    )  # fmt: skip
    if context.history or case.from_history:
        return keep_facts(context, child, case, decision.episode, events)
    context.fresh.update((message.id, events) for message in decision.messages)
    after = decision.case_after(case)
    for kept in (after, *decision.others):
        child.keep(kept)
    context.children.refer(child, after)
    if not events:
        return Step(messages=decision.messages)
    late = (Late(episode.id, events, decision.late),) if decision.late else ()
    step = Step((CaseChange(child, after, events),), decision.messages, late=late)
    report = events[0].report
    if after.episode.state == "retracted" and case.episode.state != "retracted":
        step += not_missing_again(context, child, after.episode, report)
    return step + _recount(context, child, case.episode, after.episode, report)


def _former(child: Child, events: tuple[Event, ...]) -> RegisterRecord | None:
    """The record before the report, where the report has changed it."""
    return child.former if any(event.change in OF_THE_REGISTER for event in events) else None


def not_missing_again(context: Context, child: Child, episode: Episode, report: Report) -> Step:
    """Tells those whose interview was given up for this episode that it is none of the child's."""
    step, event = Step(), Event(Change.NOT_MISSING_AGAIN, report, report.origin.at)
    for case in [c for c in live_cases(child) if c.id in episode.follows]:
        step += ask_rules(context, child, case, case.episode, (event,))
    return step


def _recount(context: Context, child: Child, before: Episode, after: Episode, report: Report) -> Step:
    """Tells the later episodes of the child that one before them became known, moved, or is none (AMB-196): they may be
    repeats, or be none any more."""
    starts = [e.start for e in (before, after) if e.counts and e.start]
    if not starts or (before.counts == after.counts and before.start == after.start):
        return Step()
    return count_anew(context, child, after.id, min(starts), report)


def count_anew(context: Context, child: Child, but: str, since: datetime, report: Report) -> Step:
    """Tells the child's episodes that began after an instant, all but one, that those before them have changed."""
    step = Step()
    event = Event(Change.RECOUNTED, report, report.origin.at)
    for case in live_cases(child):
        if case.episode.id != but and case.episode.start is not None and case.episode.start > since:
            step += ask_rules(context, child, case, case.episode, (event,))
    return step
