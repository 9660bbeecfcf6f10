"""`decide`: what must be said and when to ask again, from a situation and a pack. Pure; an authority is data.

Each rule answers in an episode once (or once for each event, or anchor). A timed rule that is not yet due leaves a
timer; when the timer is due, the rule looks at the episode as it is then, and may answer nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache

from episodes.alert import NationalAlert
from episodes.classifying import with_presumed_status
from episodes.duties import ChildDuties
from episodes.episode import Episode
from episodes.events import OF_THE_REGISTER, Change, Event
from episodes.record import RegisterRecord
from routing import acknowledging, promises
from routing.building import build_message, promise_of
from routing.calendar import Calendar
from routing.case import AlertCase, AnyCase, Case, Decision, DutiesCase, Timer
from routing.evaluate import evaluate
from routing.limits import anchor, ends, goes_out
from routing.messages import Message, Recipient, derived_id
from routing.pack import Pack, Rule
from routing.payload import Firing
from routing.recipients import resolve
from routing.situation import Situation


def decide(
    case: Case,
    episode: Episode,
    events: tuple[Event, ...],
    record: RegisterRecord,
    others: tuple[Case, ...],
    pack: Pack,
    now: datetime,
    calendar: Calendar | None = None,
) -> Decision:
    """The messages that the events lead to, decided at `now`, and what stands in the case afterwards.

    `case` is the case before the report, `episode` the episode after it; `others` are the child's other episodes at
    this authority. A report that a rule of the pack rejects leaves the case as it was and tells a person.
    """
    if not events:
        return Decision((), episode, case.promises, case.timers)
    s = _situation(case, episode, events, record, others, pack, now, calendar)
    retracted = next((e for e in events if e.change is Change.RETRACTED), None)
    if episode.state == "retracted" and retracted:
        return promises.taken_back(s, retracted, pack, now)
    turn = _Turn(s, pack, now, case)
    if rejecting := turn.rejecting():
        turn.s = replace(s, episode=case.episode)
        return Decision(tuple(turn.answers(rejecting)), case.episode, turn.s.promises, case.timers)
    turn.s = replace(s, promises=promises.fulfilled(s.promises, events, pack, s.as_of))
    if episode.state == "waiting":  # nothing is asked for in it yet
        return Decision(tuple(turn.announced(Change.WAITS)), turn.s.episode, turn.s.promises)
    return turn.whole(others)


def decide_duties(
    case: DutiesCase,
    duties: ChildDuties,
    events: tuple[Event, ...],
    record: RegisterRecord,
    episodes: tuple[Case, ...],
    pack: Pack,
    now: datetime,
) -> Decision:
    """The same for the duties towards a child that belong to no episode; `episodes` are all those of the child."""
    if not events:
        return Decision((), duties.as_episode(), case.promises, case.timers)
    s = replace(_situation(case, duties.as_episode(), events, record, episodes, pack, now), about="child")
    turn = _Turn(s, pack, now, case)
    turn.s = replace(s, promises=promises.fulfilled(s.promises, events, pack, s.as_of))
    return turn.whole(episodes)


def decide_alert(
    case: AlertCase,
    alert: NationalAlert,
    events: tuple[Event, ...],
    record: RegisterRecord,
    episodes: tuple[Case, ...],
    pack: Pack,
    now: datetime,
) -> Decision:
    """The same for another area's national alert: only the rules that listen to just that speak, and no clock runs."""
    if not events:
        return Decision((), alert.as_episode(), case.promises)
    s = replace(_situation(case, alert.as_episode(), events, record, episodes, pack, now), about="alert")
    retracted = next((e for e in events if e.change is Change.RETRACTED), None)
    if retracted:
        return promises.taken_back(s, retracted, pack, now)
    turn = _Turn(s, pack, now, case)
    return Decision(tuple(turn.announced(Change.ALERTED)), turn.s.episode, turn.s.promises)


def _situation(
    case: AnyCase,
    episode: Episode,
    events: tuple[Event, ...],
    record: RegisterRecord,
    others: tuple[Case, ...],
    pack: Pack,
    now: datetime,
    calendar: Calendar | None = None,
) -> Situation:
    due = _timer_due(events)
    return Situation(
        episode=episode,
        record=record,
        others=others,
        promises=case.promises,
        as_of=due.at if due else now,
        calendar=calendar or pack.calendar,
        codes=pack.codes,
        events=events,
        release=pack.release.task if pack.release and not pack.auto_release else None,
    )


def _timer_due(events: tuple[Event, ...]) -> Event | None:
    return next((e for e in events if e.change is Change.TIMER_DUE), None)


@cache
def _heard(on: tuple[str, ...]) -> frozenset[str]:
    """The changes, without qualifiers, that patterns of events begin with."""
    return frozenset(pattern.partition(".")[0] for pattern in on)


class _Turn:
    """One pass through the rules of a pack. `s` is the situation as the rules so far have left it."""

    def __init__(self, s: Situation, pack: Pack, now: datetime, case: AnyCase) -> None:
        self.s, self.pack, self.now = s, pack, now
        self.events, self.first = s.events, s.events[0]
        self.due = _timer_due(s.events)
        self.standing = frozenset((t.rule, t.due_at) for t in case.timers)
        inside = evaluate(pack.scope, s, self.first, pack) is not None
        self.rules = tuple(r for r in pack.rules_about(s.about) if inside or r.beyond_scope)
        register_only = all(e.change in OF_THE_REGISTER for e in s.events)
        # A change of the register speaks to what is going on; what lies behind hears it only where a rule asks for it.
        lies_behind = register_only or s.episode.state in ("new", "parked")
        self.all_heard = s.about == "child" or s.episode.state == "open" or not lies_behind

    def whole(self, others: tuple[Case, ...]) -> Decision:
        """What every rule says. A limit that moved is told before what follows from it (T-8)."""
        messages: list[Message] = []
        if self.due is None:
            self.s, moved = promises.moved(self.s, self.first, self.pack, self.now)
            self.s, reassigned = promises.reassigned(self.s, self.first, self.pack, self.now)
            messages += (*moved, *reassigned)
        changes = {e.change for e in self.events}
        releasing = self.s.release is not None and Change.TASK_COMPLETED in changes
        for rule in self.rules:
            if not rule.rejects and (releasing or not (rule.on and changes.isdisjoint(_heard(rule.on)))):
                messages += self.answers(rule)
        messages += self.climbed()
        timers = (*self.timers(), *acknowledging.ladder_timers(self.s, self.pack, self.standing))
        changed = tuple(after for after, before in zip(self.s.others, others, strict=True) if after is not before)
        return Decision(tuple(messages), self.s.episode, self.s.promises, timers, changed)

    def rejecting(self) -> Rule | None:
        """The rule that does not let the report count as a fact, if there is one."""
        for rule in (r for r in self.rules if r.rejects):
            for event in self.events:
                if any(event.is_a(p) for p in rule.on) and evaluate(rule.tests, self.s, event, self.pack) is not None:
                    return rule
        return None

    def answers(self, rule: Rule) -> Iterator[Message]:
        if rule.on:
            for event in self.events:
                if promises.is_released(event, rule, self.s) or any(event.is_a(pattern) for pattern in rule.on):
                    yield from self._fire(rule, event)
        elif self.all_heard:
            yield from self._fire(rule, self.first)

    def announced(self, change: Change) -> Iterator[Message]:
        """What the rules say that listen to just this change."""
        for event in [e for e in self.events if e.change is change]:
            for rule in [r for r in self.pack.rules if any(event.is_a(pattern) for pattern in r.on)]:
                yield from self._fire(rule, event)

    def _fire(self, rule: Rule, event: Event) -> Iterator[Message]:
        occurrence = self._occurrence(rule, event)
        if occurrence is None or self._answered(rule, occurrence):
            return
        if rule.moment is not None and not self._due_now(rule, event):
            return
        clauses = evaluate(rule.tests, self.s, event, self.pack)
        if clauses is None:
            return
        if rule.withdraws:
            self.s, messages = promises.withdraw(self._firing(rule, event), (*rule.clauses, *clauses))
            yield from messages
            return
        recipients, lent = resolve(rule.to, self.s, event, self.pack)
        if recipients and promises.is_held(rule, self.s, self.pack):
            notice = promises.hold_notice(rule, self.pack)
            if not any(p.rule == notice.id for p in self.s.promises):
                warned, _ = resolve(notice.to, self.s, event, self.pack)
                yield self._send(notice, event, "", warned, promises.APPROVAL_CLAUSES)
        elif recipients:
            yield self._send(rule, event, occurrence, recipients, (*rule.clauses, *clauses, *lent))

    def _firing(self, rule: Rule, event: Event) -> Firing:
        return Firing(rule, self.s, event, self.pack, self.now, timed=self.due is not None)

    def _occurrence(self, rule: Rule, event: Event) -> str | None:
        """What a rule answers but once: the episode, an event, a report, or an anchor; None while that is unknown."""
        if rule.once in ("event", "report"):
            origin = event.report.origin
            return derived_id(*origin.parts, event.name if rule.once == "event" else "")
        if rule.once == "anchor":
            limit = rule.moment.limit if rule.moment else rule.due
            at = anchor(limit, self.s, event) if limit else None
            return at.isoformat() if at else None
        return ""

    def _answered(self, rule: Rule, occurrence: str) -> bool:
        return any(
            p.occurrence == occurrence
            and (p.rule == rule.id or (rule.group and p.rule in self.pack.groups[rule.group]))
            for p in self.s.promises
        )

    def _due_now(self, rule: Rule, event: Event) -> bool:
        """Whether a timed rule's moment has come. One whose timer stands is left to its timer, so that an outage
        changes neither the order nor the identity of what is sent."""
        assert rule.moment is not None
        moment = goes_out(rule.moment, self.s, event)
        if moment is None or moment > self.s.as_of:
            return False
        return self._own(rule.id) or (rule.id, moment) not in self.standing

    def _own(self, rule: str) -> bool:
        """Whether it is this rule's timer that is due."""
        return self.due is not None and self.due.qualifier == rule

    def _send(
        self, rule: Rule, event: Event, occurrence: str, to: tuple[Recipient, ...], clauses: tuple[str, ...]
    ) -> Message:
        if rule.classifies:
            self.s = replace(self.s, episode=with_presumed_status(self.s.episode, rule.classifies, self.s.as_of))
        due = ends(rule.due, self.s, event) if rule.due else None
        message = build_message(self._firing(rule, event), to, clauses, occurrence, due)
        kept = promises.closed(self.s.promises, (*rule.closes, *rule.closes_for_child), self.now)
        others = tuple(promises.closed_in(case, rule.closes_for_child, self.now) for case in self.s.others)
        former = next((p for p in kept if p.open and any(p.is_a(w) for w in rule.takes_over)), None)
        if former is not None:
            message = replace(message, replaces=former.first or former.message)
            kept = promises.with_replaced(kept, former, replace(former, closed_at=self.now))
        self.s = replace(self.s, others=others, promises=(*kept, promise_of(message, occurrence)))
        return message

    def climbed(self) -> Iterator[Message]:
        """The steps of ladders that are due, of messages that nobody has acknowledged."""
        own = self._own(acknowledging.RULE)
        for step in [*acknowledging.steps(self.s, self.pack)]:
            if step.at <= self.s.as_of and (own or (acknowledging.RULE, step.at) not in self.standing):
                rule = replace(acknowledging.STEP, fields={"step": step.number, "message": step.promise.message})
                yield self._send(rule, self.first, step.occurrence, step.to, rule.clauses)

    def timers(self) -> Iterator[Timer]:
        """When timed rules want to be asked again, as far as their conditions hold now."""
        for rule in self.rules:
            moment = goes_out(rule.moment, self.s, self.first) if rule.moment else None
            if moment is None or (moment <= self.s.as_of and (rule.id, moment) not in self.standing):
                continue
            if self._own(rule.id) and moment <= self.s.as_of:
                continue
            occurrence = self._occurrence(rule, self.first)
            if occurrence is None or self._answered(rule, occurrence):
                continue
            if evaluate(rule.tests, self.s, self.first, self.pack) is not None:
                yield Timer(rule.id, moment)
