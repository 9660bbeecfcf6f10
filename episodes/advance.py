"""`advance`: what a report makes of an episode. Total over every report, in any order, repeated or contradicting.

The algorithm is the same for every authority; what differs are its `Terms`. Nothing is decided here about what must be
done, and nothing that was said is thrown away: a report that cannot be true beside what is held becomes a
`contradiction` for a person to look at.
"""

from dataclasses import replace
from typing import assert_never

from episodes.accounts import held_from, kind_of, start_told, started, statement, with_account, without_account
from episodes.classifying import with_corrected_status, with_judged_status, with_status
from episodes.episode import Episode, Line, Reference, State, Terms
from episodes.events import Advanced, Change, Event, brought
from episodes.grading import graded, rerated
from episodes.identity import names_one_of
from episodes.replaying import in_its_place, overtaken
from episodes.reports import (
    Acknowledged,
    ClockOverride,
    Decided,
    Disagreement,
    DocumentUpdated,
    Found,
    InterviewOutcome,
    InvestigationEnded,
    Matched,
    MeetingHeld,
    Missing,
    RecordHeld,
    Report,
    Retracted,
    ServiceChanged,
    StatusChanged,
    TaskCompleted,
    TimerDue,
)
from episodes.returning import found_in, outdated, returned


def advance(episode: Episode, report: Report, terms: Terms) -> Advanced:
    """The episode once the report is taken in, and what changed by it (nothing where it only repeats, or where it was
    held up and something newer is held)."""
    if report.origin.replayed and overtaken(episode, report):
        return in_its_place(episode, report), ()
    match report:
        case Missing() if kind_of(report) not in terms.begun_by:
            return _heard(episode, report), brought(Change.REPORTED, report)
        case Missing():
            return _missing(_with_reference(episode, report), report, terms)
        case Found():
            return returned(_with_reference(episode, report), report, terms)
        case StatusChanged():
            return _status(episode, report, terms)
        case InvestigationEnded():
            return _ended(episode, report, terms)
        case Retracted():
            return _retracted(episode, report, terms)
        case ClockOverride():
            return _clock_set(episode, report, terms)
        case Decided() | InterviewOutcome() | MeetingHeld() | DocumentUpdated() | TaskCompleted() | Disagreement():
            return _recorded(episode, report, terms)
        case Acknowledged():
            return replace(episode, acknowledged=(*episode.acknowledged, report)), brought(
                Change.ACKNOWLEDGED, report, report.kind or ""
            )
        case ServiceChanged():
            change = Change.SERVICE_OPENED if report.opened else Change.SERVICE_CLOSED
            return episode, brought(change, report, report.service, report.at)
        case Matched():
            return episode, brought(Change.MATCHED, report)
        case RecordHeld():
            return episode, brought(Change.RECORD_CHANGED, report)
        case TimerDue():
            return episode, brought(Change.TIMER_DUE, report, report.rule)
        case _:
            assert_never(report)


def _with_reference(episode: Episode, report: Missing | Found) -> Episode:
    if report.about.force is None or report.about.incident is None:
        return _heard(episode, report) if isinstance(report, Missing) else episode
    reference = Reference(report.about.force, report.about.incident)
    if reference in episode.references:
        return episode
    return replace(episode, references=(*episode.references, reference))


def _heard(episode: Episode, report: Missing) -> Episode:
    if report.origin.parts in (origin.parts for origin in episode.heard):
        return episode
    return replace(episode, heard=(*episode.heard, report.origin))


# ---- missing


def _missing(episode: Episode, report: Missing, terms: Terms) -> Advanced:
    if episode.missing is None:
        return _opened(episode, report, terms)
    before = held_from(episode, report)
    if before and outdated(before.revision, report.revision):
        return episode, ()
    after = with_account(episode, report)
    merged = after.missing
    assert merged is not None
    events = () if before else brought(Change.JOINED, report, kind_of(report))
    if statement(merged) == statement(episode.missing) and merged.details == episode.missing.details:
        return after, events
    events += brought(Change.CORRECTED, report)
    to = merged.classification if merged.classification != episode.missing.classification else None
    if to and terms.absent == "class" and to != episode.classification:
        at = started(merged if before else report, terms)
        after = with_corrected_status(after, to) if before else with_status(after, to, at)
        events += brought(Change.CLASSIFIED, report, to, at)
    if merged.location_known is not episode.missing.location_known:
        after, more = _whereabouts(after, merged.location_known, report)
        events += more
    after, more = _regraded(after, graded(to, merged.risk, episode.risk, terms), report)
    events += more
    after, more = _restarted(after, report, terms)
    events += more
    told_back = report.found_at is not None and (before is None or before.found_at != report.found_at)
    if told_back and merged.found_at and episode.found is None:
        after, more = returned(after, found_in(merged), terms)
        events += more
    return after, events


def _opened(episode: Episode, report: Missing, terms: Terms) -> Advanced:
    waits = episode.state == "waiting"
    start = started(report, terms) if episode.override is None else episode.override.value or started(report, terms)
    status = "missing" if terms.absent == "missing" else report.classification or "missing"
    opened = replace(
        episode,
        state="waiting" if waits else "open",
        missing=report,
        start=start,
        lines=(Line(status, start),),
        risk=graded(report.classification, report.risk, None, terms),
        location_known=report.location_known,
    )
    events = brought(Change.WAITS if waits else Change.OPENED, report)
    if report.found_at is None:
        return opened, events
    back, more = returned(opened, found_in(report), terms)
    return back, events + more


def _restarted(episode: Episode, report: Report, terms: Terms) -> Advanced:
    """The start counted anew; a person's override stands until a person takes it back."""
    assert episode.missing is not None
    start = start_told(episode.missing, terms) or (started(episode.missing, terms) if episode.override else None)
    if episode.override and episode.override.value:
        start = episode.override.value
    if start is None or start == episode.start:
        return episode, ()
    lines = (replace(episode.lines[0], since=start), *episode.lines[1:])
    return replace(episode, start=start, lines=lines), brought(Change.START_CHANGED, report, at=start)


# ---- the other reports


def _status(episode: Episode, report: StatusChanged, terms: Terms) -> Advanced:
    if episode.missing is None:
        return episode, brought(Change.CONTRADICTION, report, "no_episode")
    after, events = _whereabouts(episode, report.location_known, report)
    if report.to and terms.absent == "class":
        at = report.changed_at or report.origin.at
        events += brought(Change.CLASSIFIED, report, report.to, at) if report.to != episode.classification else ()
        after = with_status(after, report.to, at)
    after, more = _regraded(after, graded(report.to, report.risk, episode.risk, terms), report)
    return after, events + more


def _whereabouts(episode: Episode, known: bool | None, report: Report) -> Advanced:
    if known is None or known is episode.location_known:
        return episode, ()
    event = brought(Change.WHEREABOUTS, report, "known" if known else "unknown")
    return replace(episode, location_known=known), event


def _regraded(episode: Episode, risk: str | None, report: Report) -> Advanced:
    if risk is None or risk == episode.risk:
        return episode, ()
    return replace(episode, risk=risk), brought(Change.REGRADED, report, risk)


def _ended(episode: Episode, report: InvestigationEnded, terms: Terms) -> Advanced:
    if episode.state not in ("open", "ended"):
        return episode, brought(Change.CONTRADICTION, report, "ended_but_not_open")
    if episode.ended:
        return episode, ()
    state: State = "ended" if terms.investigation_ends else "open"
    return replace(episode, state=state, ended=report), brought(Change.ENDED, report, at=report.ended_at)


def _retracted(episode: Episode, report: Retracted, terms: Terms) -> Advanced:
    """What was never so. What others have told besides stands, where several reports may make one episode."""
    named = report.about.incident is None or names_one_of(report.about, episode.references)
    if episode.state == "retracted" or not named:
        return episode, ()
    left = without_account(episode, report.about)
    if left is not None:
        left, events = _restarted(left, report, terms)
        return left, brought(Change.CORRECTED, report) + events
    return replace(episode, state="retracted"), brought(Change.RETRACTED, report)


def _clock_set(episode: Episode, report: ClockOverride, terms: Terms) -> Advanced:
    after = replace(episode, override=report)
    events = brought(Change.CLOCK_OVERRIDE, report)
    if episode.missing is None:
        return after, events
    after, more = _restarted(after, report, terms)
    return after, events + more


Recorded = Decided | InterviewOutcome | MeetingHeld | DocumentUpdated | TaskCompleted | Disagreement


def _recorded(episode: Episode, report: Recorded, terms: Terms) -> Advanced:
    """What is only written down here; what follows from it is for the rules."""
    match report:
        case Decided():
            return _decided(episode, report, terms)
        case InterviewOutcome() | MeetingHeld() if _told_before(episode, report):
            return episode, ()
        case InterviewOutcome():
            after = replace(episode, outcomes=(*episode.outcomes, report))
            return after, brought(Change.INTERVIEW, report, report.result, report.at)
        case MeetingHeld():
            events = tuple(Event(Change.MEETING, report, report.held_at, kind) for kind in report.kinds)
            return replace(episode, meetings=(*episode.meetings, report)), events
        case DocumentUpdated():
            after = replace(episode, documents=(*episode.documents, report))
            return after, brought(Change.DOCUMENT, report, report.kind, report.at)
        case TaskCompleted():
            after = replace(episode, tasks=(*episode.tasks, report))
            return after, brought(Change.TASK_COMPLETED, report, report.kind, report.at)
        case Disagreement():
            after = replace(episode, disagreements=(*episode.disagreements, report))
            return after, brought(Change.DISAGREEMENT, report, report.stage)
        case _:
            assert_never(report)


def _decided(episode: Episode, report: Decided, terms: Terms) -> Advanced:
    """A person's word on missing or absent is itself the classification; a rating is itself a grade."""
    after = replace(episode, decisions=(*episode.decisions, report))
    if report.unasked:
        return after, brought(Change.UNASKED, report, f"{report.kind}.{report.decision}")
    events = brought(Change.DECIDED, report, f"{report.kind}.{report.decision}")
    if report.kind == "rag" and rerated(episode, report.decision, terms):
        return after, events + brought(Change.REGRADED, report, "rating")
    if report.kind != "classification" or report.decision not in ("missing", "absent") or episode.missing is None:
        return after, events
    after = with_judged_status(after, "missing" if report.decision == "missing" else "absent", report.origin.at)
    changed = after.classification != episode.classification
    return after, events + (brought(Change.CLASSIFIED, report, report.decision) if changed else ())


def _told_before(episode: Episode, report: InterviewOutcome | MeetingHeld) -> bool:
    """The same words about the same act, in another message: no news."""
    held: tuple[InterviewOutcome | MeetingHeld, ...] = (*episode.outcomes, *episode.meetings)
    return any(replace(report, origin=told.origin, about=told.about) == told for told in held)
