"""What a rule may ask about the work on an episode: decisions, the interview, promises, meetings, documents."""

from routing.conditions.vocabulary import (
    DecisionKind,
    DocumentWord,
    MeetingWord,
    MeetingWords,
    RoleWords,
    RuleWords,
    condition,
)
from routing.periods import Elapsed, Period
from routing.situation import Situation


@condition
def decided(
    s: Situation, kind: DecisionKind, decision: tuple[str, ...], by: RoleWords = (), among: tuple[str, ...] = ()
) -> bool:
    """The newest decision of that kind (of one of those roles) is one of these. `among`: only these values of the kind
    speak of the matter; the others leave it as it was."""
    newest = (s.episode.decided(kind, role, among) for role in by or (None,))
    return any(d is not None and d.decision in decision for d in newest)


@condition
def undecided(s: Situation, kind: DecisionKind, by: RoleWords = ()) -> bool:
    """Nobody (of those roles) has decided."""
    return all(s.episode.decided(kind, role) is None for role in by or (None,))


@condition
def interview(s: Situation, is_one_of: tuple[str, ...]) -> bool:
    """Where the return home interview stands."""
    return s.interview() in is_one_of


@condition
def interview_in_time(s: Situation, results: tuple[str, ...], within: Elapsed | None = None) -> bool:
    """One of these outcomes lies at or before the limit (T-5): that of the request, or a time after the return where
    the limit runs whether or not anybody was asked."""
    due, back = s.interview_due(), s.episode.return_at
    if within is not None:
        due = back + within.elapsed() if back else None
    return any(o.result in results and (due is None or o.at <= due) for o in s.episode.outcomes)


@condition
def refused_before(s: Situation) -> bool:
    """An earlier outcome of the same interview was a refusal."""
    return any(o.result == "refused" for o in s.episode.outcomes)


@condition
def promised(s: Situation, any_of: RuleWords) -> bool:
    """One of these rules (or message types, or types with kind) has sent something in this episode."""
    return any(True for what in any_of for _ in s.promised(what))


@condition
def still_open(s: Situation, any_of: RuleWords) -> bool:
    """One of these promises is open in this episode."""
    return any(p.open for what in any_of for p in s.promised(what))


@condition
def open_for_child(s: Situation, any_of: RuleWords) -> bool:
    """One of these promises is open in any episode of the child."""
    return any(p.open for what in any_of for p in s.promised_to_child(what))


@condition
def unanswered(s: Situation, any_of: RuleWords, meeting: MeetingWords) -> bool:
    """One of these was sent and not taken back, in any episode of the child, and no such meeting has been reported
    since."""
    sent = max((p.at for what in any_of for p in s.promised_to_child(what) if p.open), default=None)
    return sent is not None and not any(m.origin.at >= sent for m in s.meetings(meeting))


@condition
def task_answered(s: Situation, kind: str, outcomes: tuple[str, ...] = ()) -> bool:
    """The task was done since it was last asked for, with one of these outcomes as the newest (any, where none is
    given)."""
    asked = max((p.at for p in s.promised(f"task.create/{kind}")), default=None)
    done = [t for t in s.episode.tasks if t.kind == kind and asked is not None and t.origin.at >= asked]
    return bool(done) and (not outcomes or done[-1].outcome in outcomes)


@condition
def ever_held(s: Situation, meeting: MeetingWord) -> bool:
    """A meeting of that kind was held in some episode of the child."""
    return s.last_held(meeting) is not None


@condition
def held(s: Situation, meeting: MeetingWord) -> bool:
    """A meeting of that kind was held in this episode."""
    return any(True for _ in s.episode.held(meeting))


@condition
def held_within(s: Situation, meeting: MeetingWords, period: Period) -> bool:
    """The last meeting of these kinds, in any episode of the child, lies no longer back than the period."""
    last = s.last_meeting(meeting)
    return last is not None and s.as_of <= period.after(last.held_at, s.calendar)


@condition
def document_on_file(s: Situation, kind: DocumentWord) -> bool:
    """The register or a report knows of such a document of the child."""
    return s.document_made((kind,)) is not None


@condition
def document_in_episode(s: Situation, kind: DocumentWord) -> bool:
    """Such a document was made in this episode."""
    return any(d.kind == kind for d in s.episode.documents)
