"""The life of a promise. The hub gives one with each message (`building.promise_of`); from then on it is

- fulfilled by what it asks for, or by what its rule says settles it;
- closed by another message whose rule says so, here or in another episode of the child;
- taken over by a later message that stands in its place;
- moved, and said again, when the anchor of its limit is corrected (T-8);
- reassigned, and said again, when somebody else holds the work;
- withdrawn from those who were asked, once it is moot;
- taken back with everything else when the notification was sent in error (AMB-77).

A request that waits for a person's approval (AMB-08) is no promise yet. Every step returns the promises, or the
situation, as they are afterwards; nothing is changed in place.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from episodes.events import Change, Event
from routing.building import build_message, promise_of
from routing.case import Case, Decision
from routing.evaluate import evaluate_without
from routing.limits import FIXED, ends
from routing.message_types import INTERVIEW_REQUEST, MEETING_REQUEST, MESSAGE_TYPES
from routing.messages import Message, Promise
from routing.pack import Pack, Rule, Target
from routing.payload import Firing
from routing.recipients import resolve
from routing.situation import Situation

Promises = tuple[Promise, ...]

# ---- fulfilled, closed, taken over


def fulfilled(promises: Promises, events: Iterable[Event], pack: Pack, at: datetime) -> Promises:
    """The promises, of which those that the events fulfil end at this instant."""
    rules, heard = pack.rules_by_id, tuple(events)

    def is_done(promise: Promise) -> bool:
        rule = rules.get(promise.rule)
        return any(_fulfils(event, promise, rule) for event in heard)

    return tuple(replace(p, closed_at=at) if p.open and is_done(p) else p for p in promises)


def _fulfils(event: Event, promise: Promise, rule: Rule | None) -> bool:
    if rule is not None and any(event.is_a(pattern) for pattern in rule.settled_by):
        return True
    return MESSAGE_TYPES[promise.type].is_fulfilled(event, promise.kind)


def closed(promises: Promises, what: Sequence[str], now: datetime) -> Promises:
    """The promises, of which those that are open and named by `what` end now."""
    if not what:
        return promises
    return tuple(replace(p, closed_at=now) if p.open and any(p.is_a(name) for name in what) else p for p in promises)


def closed_in(case: Case, what: Sequence[str], now: datetime) -> Case:
    """The case, the same one where nothing of it ends."""
    if not what:
        return case
    after = closed(case.promises, what, now)
    return case if after == case.promises else replace(case, promises=after)


def with_replaced(promises: Promises, old: Promise, new: Promise) -> Promises:
    """The promises with one in the place of another."""
    return tuple(new if p is old else p for p in promises)


def gave_up(before: Case, after: Case) -> bool:
    """Whether an interview that was asked for before is asked for no longer."""
    asked = {(p.rule, p.occurrence) for p in before.promises if p.open and p.type == INTERVIEW_REQUEST}
    return any((p.rule, p.occurrence) in asked and not p.open for p in after.promises)


def waiting_for(cases: Collection[Case], meetings: Sequence[str]) -> tuple[list[Case], list[Case]]:
    """The cases that wait for a meeting of these kinds: those in which it was asked for, and those that came after that
    and joined it (AMB-32)."""
    asked = {
        case.id: promise.at
        for case in cases
        for promise in case.promises
        if promise.open and promise.type == MEETING_REQUEST and promise.kind in meetings
    }
    since = min(asked.values(), default=None)
    later = [c for c in cases if since and c.id not in asked and c.episode.opened_at >= since]
    return [c for c in cases if c.id in asked], later


# ---- moved, reassigned, withdrawn


def moved(s: Situation, event: Event, pack: Pack, now: datetime) -> tuple[Situation, tuple[Message, ...]]:
    """Open promises whose limit has moved with its anchor are sent again with the new one (T-8)."""
    messages: list[Message] = []
    for promise in [p for p in s.promises if p.open and p.due]:
        rule = pack.rules_by_id.get(promise.rule)
        if rule is None or rule.due is None or rule.due.anchor in FIXED or rule.once == "anchor":
            continue
        due = ends(rule.due, s, event)
        clauses = evaluate_without(promise, rule.tests, s, event, pack) if due and due != promise.due else None
        if due is None or clauses is None:
            continue
        _, lent = resolve(rule.to, s, event, pack)
        first, cited = promise.first or promise.message, (*rule.clauses, *clauses, *lent)
        message = build_message(Firing(rule, s, event, pack, now), promise.to, cited, "moved", due)
        later = replace(promise, message=message.id, due=due, first=first)
        s = replace(s, promises=with_replaced(s.promises, promise, later))
        messages.append(replace(message, replaces=first))
    return s, tuple(messages)


def reassigned(s: Situation, event: Event, pack: Pack, now: datetime) -> tuple[Situation, tuple[Message, ...]]:
    """Open promises of rules that follow the work, sent again where their recipients are others now: the same limit,
    and `replaces` names the first message."""
    messages: list[Message] = []
    rules = {r.id: r for r in pack.rules if any(e.is_a(pattern) for pattern in r.follows for e in s.events)}
    for promise in [p for p in s.promises if p.open and p.rule in rules]:
        rule = rules[promise.rule]
        recipients, lent = resolve(rule.to, s, event, pack)
        is_other = recipients not in ((), promise.to)
        clauses = evaluate_without(promise, rule.tests, s, event, pack) if is_other else None
        if clauses is None:
            continue
        first, cited = promise.first or promise.message, (*rule.clauses, *clauses, *lent)
        message = build_message(Firing(rule, s, event, pack, now), recipients, cited, "followed", promise.due)
        later = replace(promise, message=message.id, to=recipients, first=first)
        s = replace(s, promises=with_replaced(s.promises, promise, later))
        messages.append(replace(message, replaces=first))
    return s, tuple(messages)


def withdraw(f: Firing, clauses: tuple[str, ...]) -> tuple[Situation, tuple[Message, ...]]:
    """A withdrawal for each open promise that the rule closes, of that promise's kind, to those who were asked."""
    s, messages = f.s, list[Message]()
    for promise in [p for p in s.promises if p.open and any(p.is_a(what) for what in f.rule.closes)]:
        own = replace(f, rule=replace(f.rule, kind=promise.kind), s=s)
        occurrence = promise.first or promise.message
        message = build_message(own, promise.to, clauses, occurrence, None)
        kept = with_replaced(s.promises, promise, replace(promise, closed_at=f.now))
        s = replace(s, promises=(*kept, promise_of(message, occurrence)))
        messages.append(message)
    return s, tuple(messages)


# ---- waiting for a person's approval (AMB-08)

APPROVAL_CLAUSES = ("AMB-08",)


def is_held(rule: Rule, s: Situation, pack: Pack) -> bool:
    """Whether a rule's message waits for a person, where the authority does not let the hub release it by itself."""
    if s.release is None or pack.release is None or s.released_at() is not None:
        return False
    return any(what in pack.release.holds for what in rule.names)


def hold_notice(rule: Rule, pack: Pack) -> Rule:
    """The warning that goes to the intake role in place of a rule's message, with the limit that runs meanwhile."""
    detail = f"{rule.send} is on hold. Complete the task {pack.release.task if pack.release else ''} to release it."
    return replace(
        rule, id=f"{rule.id}/waits", send="exception.raise", kind="release_awaited", to=(Target(role=pack.intake),),
        fields={"detail": detail}, group=None, closes=(), settled_by=(), urgency="same_day", name=None, form=None,
    )  # fmt: skip


def is_released(event: Event, rule: Rule, s: Situation) -> bool:
    """Whether the event lets a rule speak that has waited."""
    if event.change is not Change.TASK_COMPLETED or event.qualifier != s.release:
        return False
    return any(p.rule == f"{rule.id}/waits" for p in s.promises)


# ---- sent in error (AMB-77)

ERROR_CLAUSES = ("AMB-77",)


def taken_back(s: Situation, event: Event, pack: Pack, now: datetime) -> Decision:
    """Everything open is withdrawn from those who were asked, in the order of the promises; everyone who was told hears
    of the error; no timer is left."""
    still_missing = any(case.episode.still_missing for case in s.others)

    def stands(promise: Promise) -> bool:
        return promise.open and MESSAGE_TYPES[promise.type].says_missing and still_missing

    def withdrawal(promise: Promise, send: str) -> Message:
        asked = pack.rules_by_id.get(promise.rule)  # names and forms are taken back by the same name
        name, form = (asked.name, asked.form) if asked else (None, None)
        rule = Rule(id=promise.rule, clauses=ERROR_CLAUSES, send=send, kind=promise.kind, name=name, form=form)
        firing = Firing(rule, s, event, pack, now)
        return build_message(firing, promise.to, ERROR_CLAUSES, promise.message, None)

    open_ones = (p for p in s.promises if p.open and not stands(p))
    messages = [withdrawal(p, send) for p in open_ones if (send := MESSAGE_TYPES[p.type].withdrawn_by)]
    told = tuple(dict.fromkeys(chain.from_iterable(p.to for p in s.promises)))
    if told:
        rule = Rule(id="retracted", clauses=ERROR_CLAUSES, send="notify.info", kind="retracted", urgency="immediate")
        messages.append(build_message(Firing(rule, s, event, pack, now), told, ERROR_CLAUSES, "", None))
    kept = tuple(p if stands(p) else replace(p, closed_at=p.closed_at or now) for p in s.promises)
    return Decision(tuple(messages), s.episode, kept)
