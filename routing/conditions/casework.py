"""What a rule may ask about the other work on an episode: decisions, meetings, tasks, documents, and what the hub has
asked for so far."""

from routing.conditions.vocabulary import (
    ConcernWords,
    DecisionKind,
    DecisionValues,
    DocumentWord,
    MeetingWord,
    MeetingWords,
    RoleWords,
    RuleWords,
    TaskKind,
    TaskOutcomes,
    condition,
)
from routing.message_types import TASK
from routing.periods import Period
from routing.situation import ON_HOLD, Situation


@condition
def decided(
    s: Situation, kind: DecisionKind, decision: DecisionValues, by: RoleWords = (), among: DecisionValues = ()
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
def screening_raises(s: Situation, any_of: ConcernWords) -> bool:
    """The newest rating that speaks of concerns, confirmed or proposed, names one of these."""
    ratings = (d for d in reversed(s.episode.decisions) if d.kind in ("rag", "rag_proposed"))
    newest = next((d.concerns for d in ratings if d.concerns is not None), ())
    return any(concern in any_of for concern in newest)


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


@condition
def task_answered(s: Situation, kind: TaskKind, outcomes: TaskOutcomes = ()) -> bool:
    """The task was done since it was last asked for, with one of these outcomes as the newest (any, where none is
    given)."""
    asked = max((p.at for p in s.promised(f"{TASK}/{kind}")), default=None)
    done = [t for t in s.episode.tasks if t.kind == kind and asked is not None and t.origin.at >= asked]
    return bool(done) and (not outcomes or done[-1].outcome in outcomes)


@condition
def promised(s: Situation, any_of: RuleWords) -> bool:
    """One of these rules (or message types, or types with kind) has sent something in this episode."""
    return any(True for what in any_of for _ in s.promised(what))


@condition
def on_hold(s: Situation, any_of: RuleWords) -> bool:
    """What one of these rules asks for waits for a person to release it (AMB-08)."""
    waiting = {p.rule.removesuffix(ON_HOLD) for p in s.promises if p.rule.endswith(ON_HOLD)}
    return s.release is not None and s.released_at() is None and not waiting.isdisjoint(any_of)


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
def asked(s: Situation, roles: RoleWords, by: RuleWords) -> bool:
    """One of these roles was asked by one of these rules in this episode, and is not done."""
    return any(r.role in roles for what in by for p in s.promised(what) if p.open for r in p.to)
