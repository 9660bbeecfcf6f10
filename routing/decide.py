"""`decide`: what must be said and when to ask again, from a situation and a pack. Pure; an authority is data.

How the rules are asked, one by one, is in `routing.turn`.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from episodes.alert import NationalAlert
from episodes.duties import ChildDuties
from episodes.episode import Episode
from episodes.events import Change, Event, brought
from episodes.history import acts
from episodes.identity import reference_of
from episodes.record import RegisterRecord
from episodes.reports import Found
from routing import promises, retracting
from routing.calendar import Calendar
from routing.case import AlertCase, Case, Decision, DutiesCase
from routing.evaluate import evaluate_without
from routing.messages import Promise, derived_id
from routing.netting import Fresh, never_asked
from routing.pack import Pack
from routing.rule_index import RuleIndex
from routing.situation import situation_at
from routing.turn import Turn
from routing.undoing import undo


def decide(
    case: Case,
    episode: Episode,
    events: tuple[Event, ...],
    record: RegisterRecord,
    others: tuple[Case, ...],
    pack: Pack,
    now: datetime,
    calendar: Calendar | None = None,
    reads_on: bool = False,
    former: RegisterRecord | None = None,
    fresh: Fresh = MappingProxyType({}),
) -> Decision:
    """The messages that the events lead to, decided at `now`, and what stands in the case afterwards.

    `case` is the case before the report, `episode` the episode after it; `others` are the child's other episodes at
    this authority. A report that a rule of the pack rejects leaves the case as it was and tells a person. `reads_on`:
    more may be known of the child already, so that what is late on arrival is left for `decide_late`. `former`: the
    record before the report, where that has changed it. `fresh`: the messages that have not left yet.
    """
    if not events:
        return Decision((), episode, case.promises, case.timers)
    s = situation_at(case, episode, events, record, others, pack, now, calendar, fresh)
    retracted = next((e for e in events if e.change is Change.RETRACTED), None)
    if episode.state == "retracted" and retracted:
        return retracting.taken_back(s, retracted, pack, now)
    turn = Turn(s, pack, now, case, reads_on)
    if rejecting := turn.rejecting():
        turn.s = replace(s, episode=case.episode)
        return Decision(tuple(turn.answers(rejecting)), case.episode, turn.s.promises, case.timers)
    turn.s = promises.fulfilled(s, pack)
    turn.s = never_asked(turn.s, fresh, pack, now)
    if episode.state == "waiting":  # nothing is asked for in it yet
        return Decision(tuple(turn.announced(Change.WAITS)), turn.s.episode, turn.s.promises)
    turn.look_back(case, former or record)
    undone = undo(case, turn.s, pack, now)
    if undone is None:
        return _told_before(turn, turn.whole(others), case)
    turn.s, turn.revived = undone.s, undone.revived
    return turn.whole(others, undone.messages)


def _lapses(promise: Promise, turn: Turn) -> bool:
    """Whether it was asked for only as long as its conditions hold, and they hold no more."""
    rule = turn.pack.rules_by_id.get(promise.rule)
    if rule is None or not rule.lapses:
        return False
    return evaluate_without((promise,), rule.tests, turn.s, turn.first, turn.pack) is None


def _told_before(turn: Turn, decision: Decision, case: Case) -> Decision:
    """What is asked for and has been done since what asks for it is done at once: word of it was read before. What was
    asked for as long as that is open lapses with it."""
    held, told, at = {p.message for p in case.promises}, acts(decision.episode), turn.s.as_of
    new = [p for p in decision.promises if p.message not in held and p.open]
    done = {p.message: replace(p, closed_at=at) for p in new if promises.is_done(p, told, turn.pack)}
    if not done:
        return decision
    turn.s = replace(turn.s, promises=tuple(done.get(p.message, p) for p in decision.promises))
    lapsed = {
        p.message: replace(p, closed_at=at, undone=True) for p in new if p.message not in done and _lapses(p, turn)
    }
    return replace(decision, promises=tuple(lapsed.get(p.message, p) for p in turn.s.promises))


def decide_late(
    case: Case | DutiesCase,
    events: tuple[Event, ...],
    record: RegisterRecord,
    others: tuple[Case, ...],
    pack: Pack,
    now: datetime,
    late: tuple[str, ...] = (),
) -> Decision:
    """What was late on arrival (the rules `late`), once all has been read that is known of the child: what still holds
    is said now, in answer to the events that it was left for; what does not is `unsaid`."""
    about = case.episode if isinstance(case, Case) else case.duties.as_episode()
    s = situation_at(case, about, events, record, others, pack, now)
    turn = Turn(s if isinstance(case, Case) else replace(s, about="child"), pack, now, case)
    turn.index, turn.settles = RuleIndex(tuple(rule for rule in turn.index.rules if not rule.on)), True
    decision = turn.asked(others)
    return replace(decision, unsaid=tuple(turn.unsaid(late, decision.timers)))


def decide_told_back(
    case: Case, record: RegisterRecord, others: tuple[Case, ...], pack: Pack, now: datetime, unsent: Collection[str]
) -> Decision:
    """The word that the child is back, to those who would have had it with a request that is none any more: `unsent`
    are the messages that do not leave (AMB-177)."""
    found = case.episode.found
    if found is None or not case.episode.back:
        return Decision((), case.episode, case.promises, case.timers)
    event = Event(Change.FOUND, found, found.return_at or found.origin.at)
    turn = Turn(situation_at(case, case.episode, (event,), record, others, pack, now), pack, now, case)
    messages = tuple(turn.told_back([p for p in case.promises if p.message not in unsent]))
    return Decision(messages, case.episode, turn.s.promises, case.timers)


def decide_withdrawn(
    case: Case,
    episode: Episode,
    events: tuple[Event, ...],
    record: RegisterRecord,
    others: tuple[Case, ...],
    pack: Pack,
    now: datetime,
    clause: str,
) -> Decision:
    """What was asked for in an episode is withdrawn, by this clause: it waited and is the absence of another one
    (AMB-187), or another authority answers for the child (AMB-197)."""
    s = situation_at(case, episode, events, record, others, pack, now)
    return retracting.all_withdrawn(s, events[0], pack, now, (clause,))


def decide_duties(
    case: DutiesCase,
    duties: ChildDuties,
    events: tuple[Event, ...],
    record: RegisterRecord,
    episodes: tuple[Case, ...],
    pack: Pack,
    now: datetime,
    reads_on: bool = False,
) -> Decision:
    """The same for the duties towards a child that belong to no episode; `episodes` are all those of the child."""
    if not events:
        return Decision((), duties.as_episode(), case.promises, case.timers)
    s = replace(situation_at(case, duties.as_episode(), events, record, episodes, pack, now), about="child")
    turn = Turn(s, pack, now, case, reads_on)
    turn.s = promises.fulfilled(s, pack)
    return turn.whole(episodes)


def decide_alert(
    case: AlertCase,
    alert: NationalAlert,
    events: tuple[Event, ...],
    record: RegisterRecord,
    others: tuple[Case, ...],
    pack: Pack,
    now: datetime,
) -> Decision:
    """The same for another area's national alert: only the rules that listen to just that speak, and no clock runs.
    `others` are the child's episodes and what was said on its other alerts."""
    if not events:
        return Decision((), alert.as_episode(), case.promises)
    s = replace(situation_at(case, alert.as_episode(), events, record, others, pack, now), about="alert")
    retracted = next((e for e in events if e.change is Change.RETRACTED), None)
    if retracted:
        return retracting.taken_back(s, retracted, pack, now)
    turn = Turn(s, pack, now, case)
    return Decision(tuple(turn.announced(Change.ALERTED)), turn.s.episode, turn.s.promises)


def decide_early(report: Found, authority: str, record: RegisterRecord | None, pack: Pack, now: datetime) -> Decision:
    """What the pack says of a return that was told before anybody said that the child is missing: it waits (AMB-77)."""
    reference = reference_of(report.about)
    id_ = derived_id("early", authority, report.about.force, report.about.incident, *report.origin.parts)
    episode = Episode(
        id=id_, authority=authority, pack=pack.version, opened_at=report.origin.at, found=report,
        references=(reference,) if reference else (),
    )  # fmt: skip
    case, events = Case(episode), brought(Change.UNMATCHED_FOUND, report)
    s = replace(situation_at(case, episode, events, record or RegisterRecord(), (), pack, now), about="early")
    turn = Turn(s, pack, now, case)
    return Decision(tuple(turn.announced(Change.UNMATCHED_FOUND)), turn.s.episode, turn.s.promises)
