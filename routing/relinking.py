"""An episode that a person says is another child's (AMB-77): what was sent for the wrong child is taken back from those
who were asked and told, and the rules answer anew under the right record. Pure."""

from dataclasses import replace
from datetime import datetime

from episodes.episode import Episode
from episodes.events import Change, Event
from episodes.record import RegisterRecord
from episodes.reports import Decided, Found, InterviewOutcome, InvestigationEnded, Matched, Missing
from routing.case import Case, Decision
from routing.decide import decide
from routing.exceptions import CLAUSES
from routing.pack import Pack

ANSWERED = ("open", "found", "ended")
"""The states of an episode in which rules have answered to what was reported."""
_HELD = ("completed", "refused", "offered")
"""What became of an interview, whoever the child is; anything else was said of a request that is withdrawn."""


def taken_back_from(
    case: Case, report: Matched, record: RegisterRecord, others: tuple[Case, ...], pack: Pack, now: datetime
) -> Decision:
    """The withdrawals, and the word to everyone who was told, as for a notification that was sent in error; the case as
    it then stands."""
    mistaken = replace(case.episode, state="retracted")
    event = Event(Change.RETRACTED, report, report.origin.at)
    decision = decide(case, mistaken, (event,), record, others, pack, now)
    said = tuple(replace(message, clauses=(*message.clauses, *CLAUSES)) for message in decision.messages)
    return replace(decision, messages=said)


def of_another_child(episode: Episode, report: Matched) -> tuple[Episode, tuple[Decided, ...]]:
    """The episode as it is another child's, and the judgements that rested on the former child's record and must be
    made again (AMB-186). What became of an interview is told to the rules one by one afterwards."""
    over = tuple(d for d in episode.decisions if _rests_on_the_record(d))
    returns = (*episode.returns, report.origin) if episode.returns else ()
    kept = tuple(d for d in episode.decisions if d not in over)
    # What it carried on was the other child's.
    return replace(episode, follows=(), outcomes=(), decisions=kept, returns=returns, linked=()), over


def interviews(episode: Episode) -> tuple[InterviewOutcome, ...]:
    """What became of the interview, as far as it stands whoever the child is."""
    return tuple(outcome for outcome in episode.outcomes if outcome.result in _HELD)


def events_anew(episode: Episode, report: Matched) -> tuple[tuple[Event, ...], ...]:
    """What the rules are to answer once more, turn by turn and all of it caused by the decision: how the episode
    opened, and then what has ended it. The last event of a turn is what has happened."""
    matched = Event(Change.MATCHED, report, report.origin.at)
    if episode.state not in ANSWERED or episode.missing is None:
        return ((matched,),)
    told = [_again(Change.OPENED, episode.missing, report, report.origin.at)]
    if episode.back and episode.found:
        told.append(_again(Change.FOUND, episode.found, report, episode.found.return_at or report.origin.at))
    if episode.state == "ended" and episode.ended:
        told.append(_again(Change.ENDED, episode.ended, report, episode.ended.ended_at or report.origin.at))
    return tuple((matched, event) for event in told)


def _rests_on_the_record(decision: Decided) -> bool:
    return decision.kind in ("screening", "threshold") or decision.kind.startswith("meeting.")


Said = Missing | Found | InvestigationEnded


def _again(change: Change, said: Said, report: Matched, at: datetime) -> Event:
    return Event(change, replace(said, origin=report.origin), at)
