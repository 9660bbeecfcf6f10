"""What of a batch's messages leaves at all: an alert or request whose reason had ended before it could leave is not
sent, and neither is the message that took it back, unless it was said before and is only said again. Pure; all stay in
the ledger."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from episodes.episode import Episode
from episodes.events import Change, Event
from episodes.history import history
from episodes.record import RegisterRecord
from episodes.returning import missing_still
from routing.case import Case
from routing.evaluate import evaluate_without
from routing.message_types import MESSAGE_TYPES
from routing.messages import Message, Promise
from routing.pack import Pack, Rule
from routing.situation import Situation, situation_at

Fresh = Mapping[str, tuple[Event, ...]]
"""The messages that have not left yet, each with the events that it answers."""

_WITHDRAWALS = frozenset(type_.withdrawn_by for type_ in MESSAGE_TYPES.values())


def netted(
    messages: Sequence[Message], promised: Mapping[str, Promise], moot: Collection[str]
) -> tuple[list[Message], list[Message]]:
    """The messages that leave, and those that do not. `promised` are the promises as they stand once all has been read,
    by the message that gave each, and by the one that says it now; `moot` are subjects that came to nothing while it
    was read."""
    over = {m.id for m in messages if m.subject_key in moot or _is_over(_promise_of(m, promised), m.id)}
    unheard = {m.id for m in messages if m.id in over and (m.replaces is None or m.replaces in over)}
    unsent = over | {m.id for m in messages if m.type in _WITHDRAWALS and m.ends and unheard.issuperset(m.ends)}
    left = [replace(m, replaces=None) if m.replaces in unsent else m for m in messages if m.id not in unsent]
    return left, [m for m in messages if m.id in unsent]


def never_asked(s: Situation, fresh: Fresh, pack: Pack, now: datetime) -> Situation:
    """The situation, in which nothing stands of what was asked for because a child was missing who turns out, before
    that has left, to be back: it is as if it had not been asked for, and nothing follows from it."""
    if not any(event.change is Change.FOUND for event in s.events):
        return s
    lost = [p for p in s.promises if p.message in fresh and _has_lost_its_reason(p, s, fresh, pack)]
    return replace(s, promises=tuple(_unsaid(p, fresh, now) if p in lost else p for p in s.promises))


def _unsaid(promise: Promise, fresh: Fresh, now: datetime) -> Promise:
    """The promise of which nothing has left does not stand. Of one that is only said again, work stays asked for, and a
    word is not repeated."""
    if promise.first is None or promise.first in fresh:
        return replace(promise, closed_at=now, undone=True)
    return promise if MESSAGE_TYPES[promise.type].asks_for else replace(promise, message=promise.first)


def may_be_over(type_: str, rule: Rule | None) -> bool:
    """Whether what is said by a rule, if by one, need not leave once its reason has ended: it asks or warns, or is an
    exception that answers no event but says how things stand."""
    stands = type_ == "exception.raise" and rule is not None and not rule.on
    return stands or MESSAGE_TYPES[type_].may_be_over


def ended_since(
    message: str,
    replaces: str | None,
    case: Case,
    record: RegisterRecord,
    others: tuple[Case, ...],
    pack: Pack,
    unheard: Collection[str] = (),
) -> bool:
    """Whether what a message asks or warns of, that has not left yet, is over: it was done, taken back, or is not so as
    far as is known today. Asked as of the instant at which it was decided, with the promises that stood then.
    `replaces`: the message in whose place it stands; `unheard`: messages of which nobody hears, so that nothing is
    open because of them."""
    promise = next((p for p in case.promises if p.is_given_by(message, replaces)), None)
    rule = pack.rules_by_id.get(promise.rule) if promise else None
    if promise is None or not may_be_over(promise.type, rule):
        return False
    if case.episode.state == "retracted" or _is_over(promise, message):
        return True
    if promise.first not in (None, message):  # said again: it is asked for as long as it is open
        return False
    # What outlasts the return (AMB-169) is looked at as if the child were missing still.
    episode = missing_still(case.episode) if rule and rule.outlasts_return else case.episode
    told = _told(episode)
    event = next((e for e in told if rule and (not rule.on or e.is_one_of(rule.on))), None)
    if rule is None or event is None:
        return False
    before = tuple(_as_of(other, promise.at) for other in others if _is_before(other.episode, case.episode, promise.at))
    stood = case.promises[: case.promises.index(promise)]
    given = replace(
        case, promises=tuple(replace(p, closed_at=promise.at) if p.message in unheard else p for p in stood)
    )
    s = situation_at(_as_of(given, promise.at), episode, told, record, before, pack, promise.at)
    return evaluate_without((promise,), rule.tests, s, event, pack) is None


def _as_of(case: Case, at: datetime) -> Case:
    return replace(case, promises=tuple(p for p in case.promises if p.at <= at))


def _is_before(other: Episode, episode: Episode, at: datetime) -> bool:
    """Whether another episode was known at that instant; of those read at the instant itself, one that began before."""
    if other.opened_at == at:
        return other.start is not None and episode.start is not None and other.start <= episode.start
    return other.opened_at < at


def _told(episode: Episode) -> tuple[Event, ...]:
    """What has been told of an episode, as events that rules may be asked about once more."""
    if episode.missing is None:
        return ()
    told = history(episode, episode.missing.origin)
    found = episode.found
    return (*told, Event(Change.FOUND, found, found.return_at or found.origin.at)) if found and episode.back else told


def _has_lost_its_reason(promise: Promise, s: Situation, fresh: Fresh, pack: Pack) -> bool:
    rule, events = pack.rules_by_id.get(promise.rule), fresh[promise.message]
    if rule is None or rule.outlasts_return or not promise.open or not MESSAGE_TYPES[promise.type].may_be_over:
        return False
    event = next((e for e in events if e.is_one_of(rule.on)), events[0])
    return evaluate_without((promise,), rule.tests, replace(s, events=events), event, pack) is None


def _promise_of(message: Message, promised: Mapping[str, Promise]) -> Promise | None:
    return promised.get(message.id) or (promised.get(message.replaces) if message.replaces else None)


def _is_over(promise: Promise | None, message: str) -> bool:
    """Whether the message asked for something that nobody needs to do any more, or would only repeat a word."""
    if promise is None:
        return False
    if promise.open:
        return promise.first == promise.message != message
    return promise.undone or MESSAGE_TYPES[promise.type].withdrawn_by is not None
