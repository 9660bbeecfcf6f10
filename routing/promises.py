"""The life of a promise. The hub gives one with each message (`building.promise_of`); from then on it is

- fulfilled by what it asks for, or by what its rule says settles it;
- closed by another message whose rule says so, here or in another episode of the child;
- taken over by a later message that stands in its place;
- moved, and said again, when the anchor of its limit is corrected (T-8);
- reassigned, and said again, when somebody else holds the work (both in `routing.moving`);
- withdrawn from those who were asked, once it is moot;
- taken back with everything else when the notification was sent in error (AMB-77).

A request that waits for a person's approval (AMB-08) is no promise yet. Every step returns the promises, or the
situation, as they are afterwards; nothing is changed in place.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from episodes.events import Change, Event
from episodes.history import acts
from routing.building import build_message, promise_of
from routing.case import Case
from routing.message_types import INTERVIEW_REQUEST, MEETING_REQUEST, MESSAGE_TYPES
from routing.messages import Message, Promise
from routing.pack import Pack, Rule, Target
from routing.payload import Firing
from routing.situation import RELEASE_AWAITED, Situation

Promises = tuple[Promise, ...]
OF_A_MEETING = (Change.MEETING, Change.MEETING_ELSEWHERE)

# ---- fulfilled, closed, taken over


def fulfilled(s: Situation, pack: Pack) -> Situation:
    """The situation, in which those of the promises end that its events fulfil."""
    rules = pack.rules_by_id

    def is_done(promise: Promise) -> bool:
        rule = rules.get(promise.rule)
        return any(_fulfils(event, promise, rule) for event in s.events)

    left = tuple(replace(p, closed_at=s.as_of) if p.open and is_done(p) else p for p in s.promises)
    return s if left == s.promises else replace(s, promises=left)


def _fulfils(event: Event, promise: Promise, rule: Rule | None) -> bool:
    """A meeting settles nothing that was asked for after it was held (AMB-206)."""
    if event.change in OF_A_MEETING and event.at < (promise.since or promise.at):
        return False
    if rule is not None and event.is_one_of(rule.settled_by):
        return True
    return MESSAGE_TYPES[promise.type].is_fulfilled(event, promise.kind)


def done_all_the_same(case: Case, pack: Pack) -> set[str]:
    """The messages that asked for what somebody did since, whatever had ended their promises by then."""
    told = acts(case.episode)
    done = [p for p in case.promises if MESSAGE_TYPES[p.type].asks_for and is_done(p, told, pack)]
    return {message for p in done for message in (p.message, p.first) if message}


def is_done(promise: Promise, told: Iterable[Event], pack: Pack) -> bool:
    """Whether one of these events is what it asks for, and lies after what asked for it."""
    rule, since = pack.rules_by_id.get(promise.rule), promise.since or promise.at
    return any(event.at > since and _fulfils(event, promise, rule) for event in told)


def closed(promises: Promises, what: Sequence[str], f: Firing) -> Promises:
    """The promises, of which those that are open and named by `what` end now."""
    if not what:
        return promises
    return tuple(ended(p, f) if p.open and any(p.is_a(name) for name in what) else p for p in promises)


def ended(promise: Promise, f: Firing) -> Promise:
    """The promise, which ends without being done."""
    return replace(promise, closed_at=f.now, closed_by=None if f.timed else f.event.report.origin.cause)


def closed_by(f: Firing) -> tuple[Promises, tuple[Case, ...], tuple[str, ...]]:
    """The promises and the child's other cases without what ends with this rule's message, and the messages that gave
    what ends."""
    rule, s = f.rule, f.s
    if not rule.closes and not rule.closes_for_child:
        return s.promises, s.others, ()
    kept = closed(s.promises, (*rule.closes, *rule.closes_for_child), f)
    others = tuple(closed_in(case, rule.closes_for_child, f) for case in s.others)
    before = (s.promises, *(case.promises for case in s.others))
    after = (kept, *(case.promises for case in others))
    pairs = [pair for one, other in zip(before, after, strict=True) for pair in zip(one, other, strict=True)]
    return kept, others, tuple(was.message for was, is_ in pairs if was.open and not is_.open)


def closed_in(case: Case, what: Sequence[str], f: Firing) -> Case:
    """The case, the same one where nothing of it ends."""
    if not what:
        return case
    after = closed(case.promises, what, f)
    return case if after == case.promises else replace(case, promises=after)


def with_replaced(promises: Promises, old: Promise, new: Promise) -> Promises:
    """The promises with one in the place of another."""
    return tuple(new if p is old else p for p in promises)


def gave_up(before: Case, after: Case) -> bool:
    """Whether an interview that was asked for before is asked for no longer."""
    asked = {(p.rule, p.occurrence) for p in before.promises if p.open and p.type == INTERVIEW_REQUEST}
    return any((p.rule, p.occurrence) in asked and not p.open for p in after.promises)


def waiting_for(
    cases: Collection[Case], meetings: Sequence[Event], pack: Callable[[Case], Pack]
) -> tuple[list[Case], list[Case]]:
    """The cases that wait for one of these meetings, each by its `pack`: those in which it was asked for, or what it
    settles as well (AMB-202), and those that came after that and joined it (AMB-32)."""
    asked = {
        case.id: promise.at
        for case in cases
        for promise in case.promises
        if promise.open and promise.type == MEETING_REQUEST and _is_waited_for(promise, meetings, pack(case))
    }
    since = min(asked.values(), default=None)
    later = [c for c in cases if since and c.id not in asked and c.episode.opened_at >= since]
    return [c for c in cases if c.id in asked], later


def _is_waited_for(promise: Promise, meetings: Sequence[Event], pack: Pack) -> bool:
    rule = pack.rules_by_id.get(promise.rule)
    return any(event.qualifier == promise.kind or (rule and event.is_one_of(rule.settled_by)) for event in meetings)


# ---- withdrawn


def withdraw(f: Firing, clauses: tuple[str, ...]) -> tuple[Situation, tuple[Message, ...]]:
    """A withdrawal for each open promise that the rule closes, of that promise's kind, to those who were asked."""
    s, messages = f.s, list[Message]()
    for promise in [p for p in s.promises if p.open and any(p.is_a(what) for what in f.rule.closes)]:
        own = replace(f, rule=replace(f.rule, kind=promise.kind), s=s)
        occurrence = promise.first or promise.message
        message = build_message(own, promise.to, clauses, occurrence, ends=(promise.message,))
        kept = with_replaced(s.promises, promise, ended(promise, f))
        s = replace(s, promises=(*kept, promise_of(own, message, occurrence)))
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
        rule, id=rule.id + RELEASE_AWAITED, send="exception.raise", kind="release_awaited",
        to=(Target(role=pack.intake),), fields={"detail": detail}, group=None, closes=(), settled_by=(),
        urgency="same_day", name=None, form=None,
    )  # fmt: skip


def is_released(event: Event, rule: Rule, s: Situation) -> bool:
    """Whether the event lets a rule speak that has waited."""
    if event.change is not Change.TASK_COMPLETED or event.qualifier != s.release:
        return False
    return any(p.rule == rule.id + RELEASE_AWAITED for p in s.promises)
