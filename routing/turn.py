"""One pass through the rules of a pack: what each of them says in a situation, in the order of the pack.

Each rule answers in an episode once (or once for each event, or anchor). A timed rule that is not yet due leaves a
timer; when the timer is due, the rule looks at the episode as it is then, and may answer nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from episodes.classifying import with_presumed_status
from episodes.events import OF_THE_REGISTER, Change, Event
from episodes.history import history
from episodes.record import RegisterRecord
from routing import acknowledging, moving, promises, retracting
from routing.building import build_message, promise_of
from routing.case import AnyCase, Case, Decision, Timer
from routing.evaluate import depends_on, evaluate, evaluate_without
from routing.limits import anchor, ends, goes_out, late_on_arrival
from routing.message_types import INTERVIEW_REQUEST, MESSAGE_TYPES
from routing.messages import Message, Promise, Recipient, derived_id
from routing.pack import Pack, Rule
from routing.payload import Firing
from routing.recipients import resolve
from routing.reviewing import COUNTS, Review, review_of
from routing.rule_index import RuleIndex, rules_asked
from routing.situation import Situation, timer_due

TOLD_BACK = Rule(id="told_back", clauses=(), send="notify.found", urgency="same_day")
"""Word to those whom no rule of the pack tells, where the pack wants them told."""


class Turn:
    """One pass through the rules of a pack. `s` is the situation as the rules so far have left it."""

    def __init__(self, s: Situation, pack: Pack, now: datetime, case: AnyCase, reads_on: bool = False) -> None:
        self.s, self.pack, self.now, self.reads_on = s, pack, now, reads_on
        self.late: dict[str, None] = {}  # rules that were late on arrival, left until all has been read
        self.settles = False  # what was late on arrival is decided, of events that were answered before
        self.revived: frozenset[str] = frozenset()  # rules whose promises had ended because of what was not so
        self.review: Review | None = None
        self.looked_back_at: tuple[Event, ...] = ()
        self.events, self.first = s.events, s.events[0]
        self.due = timer_due(s.events)
        self.standing = frozenset((t.rule, t.due_at) for t in case.timers)
        inside = evaluate(pack.scope, s, self.first, pack) is not None
        handed_over = s.about == "episode" and s.episode.handed_to is not None  # nothing more is asked in it (AMB-197)
        self.index = RuleIndex(()) if handed_over else rules_asked(pack, s.about, inside)
        register_only = all(e.change in OF_THE_REGISTER for e in s.events)
        # A change of the register speaks to what is going on; what lies behind hears it only where a rule asks for it.
        lies_behind = register_only or s.episode.state == "new"
        self.all_heard = s.about == "child" or s.episode.state == "open" or not lies_behind

    def look_back(self, case: Case, former: RegisterRecord) -> None:
        """Asks the rules of the beginning as well, where what they depend on has changed. `former` is the record as it
        was before."""
        self.review = review_of(case, former, self.s, self.first, self.pack)
        if self.review is not None:
            self.looked_back_at = self.review.of(self.s.episode)
            self.all_heard = self.all_heard or self.review.comes_into_scope

    def whole(self, others: tuple[Case, ...], before: Sequence[Message] = ()) -> Decision:
        """What every rule says, after what was said `before`. A limit that moved is told before what follows from it
        (T-8)."""
        messages = [*before]
        if self.due is None:
            self.s, moved = moving.moved(self.s, self.first, self.pack, self.now)
            self.s, reassigned = moving.reassigned(self.s, self.first, self.pack, self.now)
            messages += (*moved, *reassigned, *self._lapsed())
        return self.asked(others, messages)

    def asked(self, others: tuple[Case, ...], before: Sequence[Message] = ()) -> Decision:
        """What the rules say, after what was said `before`."""
        messages = [*before]
        for rule in self._asked():
            messages += self.answers(rule)
            if rule.id in self.revived:
                messages += self.answers_anew(rule)
            if self.review is not None:
                messages += self.answers_late(rule, self.review)
        messages += self._withdrawn_of_the_dead()
        messages += self._lapsed() if self.due is None else ()  # because of what is asked for now
        messages += self.told_back(messages) if not self.settles else ()
        messages += self.climbed()
        timers = (*self.timers(), *acknowledging.ladder_timers(self.s, self.pack, self.standing))
        changed = tuple(after for after, before in zip(self.s.others, others, strict=True) if after is not before)
        return Decision(tuple(messages), self.s.episode, self.s.promises, timers, changed, (*self.late,))

    def _asked(self) -> Iterable[Rule]:
        """The rules that may have something to say: those that listen to what has changed, and all of them where what
        was said before is looked at again or a person has released what was held back."""
        changes = frozenset(event.change for event in self.events)
        releasing = self.s.release is not None and Change.TASK_COMPLETED in changes
        if self.review is None and not self.revived and not releasing:
            return self.index.speaking(changes)
        return (rule for rule in self.index.rules if not rule.rejects)

    def unsaid(self, late: Collection[str], timers: Collection[Timer]) -> Iterator[Message]:
        """What rules that were late would have said, and neither say now nor ask again later; for the ledger alone."""
        left = {*late} - {timer.rule for timer in timers}
        for rule in (r for r in self.index.rules if r.id in left and not r.withdraws):
            occurrence, f = self._occurrence(rule, self.first), self._firing(rule, self.first)
            if occurrence is not None and not self._answered(rule, occurrence):
                due = ends(rule.due, self.s, self.first) if rule.due else None
                name = f"unsaid {rule.id} {occurrence} {f.s.as_of.isoformat()} {f.cause}"  # it may be said yet
                yield build_message(f, resolve(rule.to, f.s, f.event, f.pack)[0], rule.clauses, name, due)

    def rejecting(self) -> Rule | None:
        """The rule that does not let the report count as a fact, if there is one."""
        for rule in self.index.rejecting:
            for event in self.events:
                if event.is_one_of(rule.on) and evaluate(rule.tests, self.s, event, self.pack) is not None:
                    return rule
        return None

    def answers(self, rule: Rule) -> Sequence[Message]:
        if not rule.on:
            return self._fire(rule, self.first) if self.all_heard else ()
        messages: list[Message] = []
        for event in self.events:
            if event.is_one_of(rule.on) or promises.is_released(event, rule, self.s):
                messages += self._fire(rule, event)
        return messages

    def answers_anew(self, rule: Rule) -> Iterator[Message]:
        """What a rule says once more of all that was told of the episode, as far as nothing stands of it."""
        for event in history(self.s.episode, self.first.report.origin) if rule.on else ():
            if event.is_one_of(rule.on):
                yield from self._fire(rule, event)

    def answers_late(self, rule: Rule, review: Review) -> Iterator[Message]:
        """What a rule of the beginning (or, for a child who comes into scope, of the return) says that had no reason to
        speak then and has one now (AMB-182)."""
        for event in self.looked_back_at if rule.on and not rule.withdraws else ():
            asked = event.is_one_of(rule.on) and not self._has_spoken(rule)
            if asked and review.is_new(rule, event, self.pack) and not self._is_moot(rule):
                yield from self._fire(rule, event)

    def _has_spoken(self, rule: Rule) -> bool:
        ids = self.pack.groups[rule.group] if rule.group else (rule.id,)
        return any(p.rule in ids and not p.undone for p in self.s.promises)

    def _is_moot(self, rule: Rule) -> bool:
        """Nobody is told any more that a child is missing who is back."""
        return MESSAGE_TYPES[rule.send].while_missing and not self.s.episode.still_missing

    def announced(self, change: Change) -> Iterator[Message]:
        """What the rules say that listen to just this change."""
        for event in [e for e in self.events if e.change is change]:
            for rule in [r for r in self.pack.rules if event.is_one_of(r.on)]:
                yield from self._fire(rule, event)

    def _fire(self, rule: Rule, event: Event) -> Sequence[Message]:
        clauses = evaluate(rule.tests, self.s, event, self.pack)
        if clauses is None:  # so it is of most rules, and soon said
            return ()
        occurrence = self._occurrence(rule, event)
        if occurrence is None or self._answered(rule, occurrence) or self._spares(rule):
            return ()
        if rule.moment is not None and not self._due_now(rule, event):
            return ()
        if self.reads_on and not self._own(rule.id) and late_on_arrival(rule, self.s, event):
            self.late[rule.id] = None
            return ()
        if rule.withdraws:
            self.s, messages = promises.withdraw(self._firing(rule, event), (*rule.clauses, *clauses))
            return messages
        recipients, lent = resolve(rule.to, self.s, event, self.pack)
        if recipients and promises.is_held(rule, self.s, self.pack):
            notice = promises.hold_notice(rule, self.pack)
            if any(p.rule == notice.id for p in self.s.promises):
                return ()
            warned, _ = resolve(notice.to, self.s, event, self.pack)
            return (self._send(notice, event, "", warned, promises.APPROVAL_CLAUSES),)
        if not recipients:
            return ()
        return (self._send(rule, event, occurrence, recipients, (*rule.clauses, *clauses, *lent)),)

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
        ids = self.pack.groups[rule.group] if rule.group else (rule.id,)
        return any(True for p in self.s.promises if p.rule in ids and p.occurrence == occurrence and not p.undone)

    def _spares(self, rule: Rule) -> bool:
        """Whether nothing of the kind is asked because the child is dead (AMB-207)."""
        return self.s.episode.death is not None and MESSAGE_TYPES[rule.send].spares_the_dead

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
        firing = self._firing(rule, event)
        kept, others, over = promises.closed_by(firing)
        former = next((p for p in kept if p.open and any(p.is_a(w) for w in rule.takes_over)), None)
        replaces = (former.first or former.message) if former else None
        message = build_message(firing, to, clauses, occurrence, due, ends=over, replaces=replaces)
        promise = promise_of(firing, message, occurrence)
        if former is not None:  # whoever was asked before hears when the limit moves (AMB-183)
            kept = promises.with_replaced(kept, former, promises.ended(former, firing))
            promise = replace(promise, former=former.besides(promise.to))
        self.s = replace(self.s, others=others, promises=(*kept, promise))
        return message

    def _withdrawn_of_the_dead(self) -> Iterator[Message]:
        """What was asked for and is not asked of the dead (AMB-207), where no rule of the pack has taken it back."""
        for promise in self.s.promises if self.s.episode.death else ():
            if promise.open and MESSAGE_TYPES[promise.type].spares_the_dead:
                yield from self._withdrawn(promise, self.pack.rules_by_id[promise.rule], ("AMB-207",))

    def _lapsed(self) -> Iterator[Message]:
        """What was asked for only as long as its conditions hold, and they hold no more; what the number of the child's
        episodes had asked for, once they are fewer (AMB-196)."""
        fewer = any(e.change is Change.RECOUNTED for e in self.events)
        moves = not {e.change for e in self.events}.isdisjoint((Change.RECORD_CHANGED, Change.CORRECTED))
        for promise in self.s.promises:
            rule = self.pack.rules_by_id.get(promise.rule)
            if rule is None or not promise.open:
                continue
            counted = fewer and depends_on(rule.tests, COUNTS, self.pack)
            elsewhere = moves and bool(MESSAGE_TYPES[promise.type].asks_for) and self._is_anothers(rule)
            if not (rule.lapses or counted or elsewhere):
                continue
            if evaluate_without((promise,), rule.tests, self.s, self.first, self.pack) is None:
                why = ("AMB-196",) if counted else ("AMB-197",) if elsewhere else rule.clauses
                yield from self._withdrawn(promise, rule, why)

    def _is_anothers(self, rule: Rule) -> bool:
        """Whether it is asked for the authority's own children alone, and the child is another's (AMB-197)."""
        elsewhere = self.s.responsible_elsewhere() is not None
        return elsewhere and depends_on(rule.tests, ("responsible_elsewhere",), self.pack)

    def _withdrawn(self, promise: Promise, rule: Rule, clauses: tuple[str, ...]) -> Iterator[Message]:
        """What lapses may be asked for again, should its conditions hold again."""
        message = retracting.withdrawal(promise, self.s, self.first, self.pack, self.now, clauses)
        over = replace(promises.ended(promise, self._firing(rule, self.first)), undone=rule.lapses)
        self.s = replace(self.s, promises=promises.with_replaced(self.s.promises, promise, over))
        if message is not None:
            yield message

    def told_back(self, messages: Sequence[Message | Promise]) -> Iterator[Message]:
        """Whoever was told that the child is missing is told that it is back, where the pack says so, unless another
        message tells that person or asks for the interview (AMB-177)."""
        found = next((e for e in self.events if e.change is Change.FOUND), None)
        clauses = ("AMB-197",) if self.s.episode.handed_to else self.pack.tells_back
        if found is None or self.s.about != "episode" or not self.s.episode.back or not clauses:
            return
        told = dict.fromkeys(r for p in self.s.promised("notify.missing") for r in p.everybody)
        hear = [m for m in messages if m.type in ("notify.found", "ola.notify", INTERVIEW_REQUEST)]
        heard = {(r.role, person) for m in hear for r in m.to for person in (r.person, None)}
        left = tuple(r for r in told if (r.role, r.person) not in heard)
        if left:
            yield self._send(TOLD_BACK, found, "", left, clauses)

    def climbed(self) -> Iterator[Message]:
        """The steps of ladders that are due, of messages that nobody has acknowledged."""
        own = self._own(acknowledging.RULE)
        for step in [*acknowledging.steps(self.s, self.pack)]:
            if step.at <= self.s.as_of and (own or (acknowledging.RULE, step.at) not in self.standing):
                rule = replace(acknowledging.STEP, fields={"step": step.number, "message": step.promise.message})
                yield self._send(rule, self.first, step.occurrence, step.to, rule.clauses)

    def timers(self) -> Iterator[Timer]:
        """When timed rules want to be asked again, as far as their conditions hold now."""
        for rule in (r for r in self.index.timed if evaluate(r.tests, self.s, self.first, self.pack) is not None):
            moment = goes_out(rule.moment, self.s, self.first) if rule.moment else None
            if moment is None or (moment <= self.s.as_of and (rule.id, moment) not in self.standing):
                continue
            if self._own(rule.id) and moment <= self.s.as_of:
                continue
            occurrence = self._occurrence(rule, self.first)
            if occurrence is not None and not self._answered(rule, occurrence) and not self._spares(rule):
                yield Timer(rule.id, moment)
