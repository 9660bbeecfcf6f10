"""An episode that a person says is another child's (AMB-77): what was sent for the wrong child is taken back from those
who were asked and told, and the rules answer anew under the right record. Pure."""

from dataclasses import replace
from datetime import datetime

from episodes.episode import Episode
from episodes.events import Change, Event
from episodes.record import RegisterRecord
from episodes.reports import Found, InterviewOutcome, InvestigationEnded, Matched, Missing
from routing.case import Case
from routing.decide import decide
from routing.exceptions import CLAUSES
from routing.messages import Message
from routing.pack import Pack

ANSWERED = ("open", "found", "ended", "finalised")
"""The states of an episode in which rules have answered to what was reported."""


def notices(
    case: Case, report: Matched, record: RegisterRecord, others: tuple[Case, ...], pack: Pack, now: datetime
) -> tuple[Message, ...]:
    """The withdrawals, and the word to everyone who was told, as for a notification that was sent in error."""
    mistaken = replace(case.episode, state="retracted")
    event = Event(Change.RETRACTED, report, report.origin.at)
    decision = decide(case, mistaken, (event,), record, others, pack, now)
    return tuple(replace(message, clauses=(*message.clauses, *CLAUSES)) for message in decision.messages)


def events_anew(episode: Episode, report: Matched) -> tuple[Event, ...]:
    """What the rules are to answer once more, all of it caused by the decision: that the episode opened, how far it has
    come, and what became of the interview."""
    matched = Event(Change.MATCHED, report, report.origin.at)
    if episode.state not in ANSWERED or episode.missing is None:
        return (matched,)
    events = [matched, _again(Change.OPENED, episode.missing, report, report.origin.at)]
    if episode.back and episode.found:
        events.append(_again(Change.FOUND, episode.found, report, episode.found.return_at or report.origin.at))
    if episode.state == "ended" and episode.ended:
        events.append(_again(Change.ENDED, episode.ended, report, episode.ended.ended_at or report.origin.at))
    for outcome in episode.outcomes:
        events.append(_again(Change.INTERVIEW, outcome, report, outcome.at, outcome.result))
    return tuple(events)


Said = Missing | Found | InvestigationEnded | InterviewOutcome


def _again(change: Change, said: Said, report: Matched, at: datetime, qualifier: str = "") -> Event:
    return Event(change, replace(said, origin=report.origin), at, qualifier)
