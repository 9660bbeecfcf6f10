"""`decide`: what must be said and when to ask again, from a situation and a pack. Pure; an authority is data.

Each rule answers in an episode once (or once for each event, or anchor). A timed rule that is not yet due leaves a
timer; when the timer falls, the rule looks at the episode as it is then, and may answer nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache

from episodes.classifying import presumed
from episodes.episode import Episode
from episodes.events import OF_THE_REGISTER, Change, Event
from episodes.record import Record
from routing import acknowledging
from routing.calendar import Calendar
from routing.composing import compose, remembered
from routing.ending import ended, ended_in
from routing.following import followed, withdrawn
from routing.limits import FIXED, anchor, ends, goes_out
from routing.messages import Message, Promise, Recipient, derived_id
from routing.pack import Pack, Rule
from routing.recipients import resolve
from routing.releasing import CLAUSES, held_back, released, waits
from routing.retraction import taken_back
from routing.situation import Answer, Case, Situation, Timer
from routing.testing import holds, holds_without

# States in which an episode is held back: nothing is asked for in it yet.
ASIDE = ("waiting", "alert")
SETTLED_BY_RESULT = ("completed", "refused", "not_offered", "withdrawn")


def decide(
    case: Case,
    episode: Episode,
    events: tuple[Event, ...],
    record: Record,
    others: tuple[Case, ...],
    pack: Pack,
    now: datetime,
    calendar: Calendar | None = None,
) -> Answer:
    """The messages that the events lead to, decided at `now`, and the case as it is afterwards.

    `case` is the case before the report, `episode` the episode after it; `others` are the child's other episodes at
    this authority. A report that a rule of the pack rejects leaves the case as it was and tells a person.
    """
    if not events:
        return Answer((), replace(case, episode=episode))
    fell = next((e for e in events if e.change is Change.FELL), None)
    s = Situation(
        episode=episode,
        record=record,
        others=others,
        promises=[*case.promises],
        as_of=fell.at if fell else now,
        calendar=calendar or pack.calendar,
        codes=pack.codes,
        events=events,
        event=events[0],
        release=pack.release.task if pack.release and not pack.auto_release else None,
    )
    if episode.state == "retracted" and any(e.change is Change.RETRACTED for e in events):
        return taken_back(s, case, pack, now)
    turn = _Turn(s, pack, now, fell, frozenset((t.rule, t.due_at) for t in case.timers))
    rejecting = _rejecting(s, pack, turn.rules)
    if rejecting:
        s.episode = case.episode
        return Answer(tuple(turn.answers(rejecting)), replace(case, promises=tuple(s.promises)))
    _settle(s, pack)
    if episode.state in ASIDE:
        return Answer(tuple(turn.set_aside()), Case(episode, tuple(s.promises)))
    changes = {e.change for e in events}
    releasing = s.release is not None and Change.TASK_DONE in changes
    listening = (
        r for r in turn.rules if not r.rejects and (releasing or not (r.on and changes.isdisjoint(_heard(r.on))))
    )
    # A limit that moved is told before what follows from it (T-8).
    messages = [*turn.moved(), *(followed(s, pack, now) if fell is None else ())]
    messages += [m for rule in listening for m in turn.answers(rule)]
    messages += turn.climbed()
    timers = (*turn.timers(), *acknowledging.timers(s, pack, turn.standing))
    changed = tuple(after for after, before in zip(s.others, others, strict=True) if after is not before)
    return Answer(tuple(messages), Case(s.episode, tuple(s.promises), timers), changed)


@cache
def _heard(on: tuple[str, ...]) -> frozenset[str]:
    """The changes, without qualifiers, that patterns of events begin with."""
    return frozenset(pattern.partition(".")[0] for pattern in on)


def _asked(s: Situation, pack: Pack) -> tuple[Rule, ...]:
    """The rules of the pack that are about this episode (or file) at all."""
    inside = holds(pack.scope, s, pack) is not None
    return tuple(rule for rule in pack.rules_about(s.episode) if inside or rule.beyond_scope)


def _rejecting(s: Situation, pack: Pack, rules: tuple[Rule, ...]) -> Rule | None:
    """The rule that does not let the report count as a fact, if there is one."""
    for rule in (r for r in rules if r.rejects):
        for event in s.events:
            s.event = event
            if any(event.is_a(p) for p in rule.on) and holds(rule.tests, s, pack) is not None:
                return rule
    s.event = s.events[0]
    return None


class _Turn:
    """One pass through the rules of a pack."""

    def __init__(
        self, s: Situation, pack: Pack, now: datetime, fell: Event | None, standing: frozenset[tuple[str, datetime]]
    ) -> None:
        self.s, self.pack, self.now, self.fell, self.standing = s, pack, now, fell, standing
        self.events, self.rules = s.events, _asked(s, pack)
        register_only = all(e.change in OF_THE_REGISTER for e in s.events)
        # A change of the register speaks to what is going on; what lies behind hears it only where a rule asks for it.
        self.whole = s.episode.state in ("open", "file") or not (register_only or s.episode.state in ("new", "parked"))

    def answers(self, rule: Rule) -> Iterator[Message]:
        if rule.on:
            for event in self.events:
                if released(event, rule, self.s) or any(event.is_a(pattern) for pattern in rule.on):
                    yield from self._fire(rule, event)
        elif self.whole:
            yield from self._fire(rule, self.events[0])
        self.s.event = self.events[0]

    def set_aside(self) -> Iterator[Message]:
        """What is said of a report that waits, or of an alert: only the rules that listen to just that speak, and no
        clock runs."""
        for event in [e for e in self.events if e.change in (Change.WAITS, Change.ALERTED)]:
            for rule in [r for r in self.pack.rules if any(event.is_a(pattern) for pattern in r.on)]:
                yield from self._fire(rule, event)

    def _fire(self, rule: Rule, event: Event) -> Iterator[Message]:
        self.s.event = event
        occurrence = self._occurrence(rule, event)
        if occurrence is None or self._answered(rule, occurrence):
            return
        if rule.moment is not None and not self._due_now(rule):
            return
        clauses = holds(rule.tests, self.s, self.pack)
        if clauses is None:
            return
        if rule.withdraws:
            yield from withdrawn(
                self.s, self.pack, rule, event, self.now, (*rule.clauses, *clauses), self.fell is not None
            )
            return
        recipients, lent = resolve(rule.to, self.s, self.pack)
        if recipients and held_back(rule, self.s, self.pack):
            if not any(p.rule == waits(rule, self.pack).id for p in self.s.promises):
                warned = resolve(waits(rule, self.pack).to, self.s, self.pack)[0]
                yield self._send(waits(rule, self.pack), event, "", warned, CLAUSES)
        elif recipients:
            yield self._send(rule, event, occurrence, recipients, (*rule.clauses, *clauses, *lent))

    def _occurrence(self, rule: Rule, event: Event) -> str | None:
        """What a rule answers but once: the episode, an event, a report, or an anchor; None while that is unknown."""
        if rule.once in ("event", "report"):
            origin = event.report.origin
            return derived_id(origin.source, origin.id, event.name if rule.once == "event" else "")
        if rule.once == "anchor":
            limit = rule.moment.limit if rule.moment else rule.due
            at = anchor(limit, self.s) if limit else None
            return at.isoformat() if at else None
        return ""

    def _answered(self, rule: Rule, occurrence: str) -> bool:
        return any(
            p.occurrence == occurrence
            and (p.rule == rule.id or (rule.group and p.rule in self.pack.groups[rule.group]))
            for p in self.s.promises
        )

    def _due_now(self, rule: Rule) -> bool:
        """Whether a timed rule's moment has come. One whose timer stands is left to its timer, so that an outage
        changes neither the order nor the identity of what is sent."""
        assert rule.moment is not None
        moment = goes_out(rule.moment, self.s)
        if moment is None or moment > self.s.as_of:
            return False
        own = self.fell is not None and self.fell.qualifier == rule.id
        return own or (rule.id, moment) not in self.standing

    def _send(
        self, rule: Rule, event: Event, occurrence: str, to: tuple[Recipient, ...], clauses: tuple[str, ...]
    ) -> Message:
        if rule.classifies:
            self.s.episode = presumed(self.s.episode, rule.classifies, self.s.as_of)
        due = ends(rule.due, self.s) if rule.due else None
        message = compose(
            self.s, self.pack, rule, event, self.now, to, clauses, occurrence, due, timed=self.fell is not None
        )
        self.s.promises[:] = ended(self.s.promises, (*rule.closes, *rule.closes_for_child), self.now)
        self.s.others = tuple(ended_in(case, rule.closes_for_child, self.now) for case in self.s.others)
        former = next((p for p in self.s.promises if p.open and any(p.is_a(w) for w in rule.takes_over)), None)
        if former is not None:
            message = replace(message, replaces=former.first or former.message)
            self._replace(former, replace(former, closed_at=self.now))
        self.s.promises.append(replace(remembered(message, occurrence), first=message.replaces))
        return message

    def climbed(self) -> Iterator[Message]:
        """The steps of ladders that are due, of messages that nobody has acknowledged."""
        own = self.fell is not None and self.fell.qualifier == acknowledging.RULE
        for step in [*acknowledging.steps(self.s, self.pack)]:
            if step.at <= self.s.as_of and (own or (acknowledging.RULE, step.at) not in self.standing):
                rule = replace(acknowledging.STEP, fields={"step": step.number, "message": step.promise.message})
                yield self._send(rule, self.events[0], step.occurrence, step.to, rule.clauses)

    def moved(self) -> Iterator[Message]:
        """Open promises whose limit has moved with its anchor are sent again with the new one (T-8)."""
        rules = {rule.id: rule for rule in self.pack.rules}
        for promise in [p for p in self.s.promises if p.open and p.due and not self.fell]:
            rule = rules.get(promise.rule)
            if rule is None or rule.due is None or rule.due.anchor in FIXED or rule.once == "anchor":
                continue
            due = ends(rule.due, self.s)
            clauses = holds_without(promise, rule.tests, self.s, self.pack) if due and due != promise.due else None
            if due is None or clauses is None:
                continue
            _, lent = resolve(rule.to, self.s, self.pack)
            cited, first = (*rule.clauses, *clauses, *lent), promise.first or promise.message
            message = compose(self.s, self.pack, rule, self.events[0], self.now, promise.to, cited, "moved", due)
            self._replace(promise, replace(promise, message=message.id, due=due, first=first))
            yield replace(message, replaces=first)

    def timers(self) -> Iterator[Timer]:
        """When timed rules want to be asked again, as far as their conditions hold now."""
        for rule in self.rules:
            moment = goes_out(rule.moment, self.s) if rule.moment else None
            if moment is None or (moment <= self.s.as_of and (rule.id, moment) not in self.standing):
                continue
            if self.fell is not None and self.fell.qualifier == rule.id and moment <= self.s.as_of:
                continue
            occurrence = self._occurrence(rule, self.events[0])
            if occurrence is None or self._answered(rule, occurrence):
                continue
            if holds(rule.tests, self.s, self.pack) is not None:
                yield Timer(rule.id, moment)

    def _replace(self, old: Promise, new: Promise) -> None:
        self.s.promises[self.s.promises.index(old)] = new


def _settle(s: Situation, pack: Pack) -> None:
    """Closes the promises that the events fulfil: the interview asked for, the meeting held, the task done, and what a
    rule says settles it."""
    rules = {rule.id: rule for rule in pack.rules}
    for n, promise in enumerate(s.promises):
        if promise.open and any(_fulfils(e, promise, rules.get(promise.rule)) for e in s.events):
            s.promises[n] = replace(promise, closed_at=s.as_of)


def _fulfils(event: Event, promise: Promise, rule: Rule | None) -> bool:
    if rule is not None and any(event.is_a(pattern) for pattern in rule.settled_by):
        return True
    match event.change, promise.type:
        case Change.INTERVIEW, "rhi.request":
            return event.qualifier in SETTLED_BY_RESULT
        case Change.MEETING | Change.MEETING_ELSEWHERE, "meeting.request":
            return event.qualifier == promise.kind
        case Change.TASK_DONE, "task.create":
            return event.qualifier == promise.kind
    return False
