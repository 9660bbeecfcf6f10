"""What of a batch's messages leaves at all: an alert or request whose reason had ended before it could leave is not
sent, and neither is the message that took it back. Pure; all stay in the ledger."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from episodes.events import Change, Event
from routing.evaluate import evaluate_without
from routing.message_types import MESSAGE_TYPES
from routing.messages import Message, Promise
from routing.pack import Pack
from routing.situation import Situation

Fresh = Mapping[str, tuple[Event, ...]]
"""The messages that have not left yet, each with the events that it answers."""

_WITHDRAWALS = frozenset(type_.withdrawn_by for type_ in MESSAGE_TYPES.values())


def netted(
    messages: Sequence[Message], promised: Mapping[str, Promise], moot: Collection[str]
) -> tuple[list[Message], list[Message]]:
    """The messages that leave, and those that do not. `promised` are the promises as they stand once all has been read,
    by the message that gave each; `moot` are subjects that came to nothing while it was read."""
    here = {m.id for m in messages}
    over = {m.id for m in messages if m.subject_key in moot or (_is_over(m, promised.get(m.id)) and _is_new(m, here))}
    unsent = over | {m.id for m in messages if m.type in _WITHDRAWALS and m.ends and over.issuperset(m.ends)}
    left = [replace(m, replaces=None) if m.replaces in unsent else m for m in messages if m.id not in unsent]
    return left, [m for m in messages if m.id in unsent]


def never_asked(s: Situation, fresh: Fresh, pack: Pack, now: datetime) -> Situation:
    """The situation, in which nothing stands of what was asked for because a child was missing who turns out, before
    that has left, to be back: it is as if it had not been asked for, and nothing follows from it."""
    if not any(event.change is Change.FOUND for event in s.events):
        return s
    kept = tuple(
        replace(p, closed_at=now, undone=True) if p.message in fresh and _has_lost_its_reason(p, s, fresh, pack) else p
        for p in s.promises
    )
    return replace(s, promises=kept)


def _has_lost_its_reason(promise: Promise, s: Situation, fresh: Fresh, pack: Pack) -> bool:
    rule, events = pack.rules_by_id.get(promise.rule), fresh[promise.message]
    if rule is None or rule.outlasts_return or not promise.open or not MESSAGE_TYPES[promise.type].may_be_over:
        return False
    event = next((e for e in events if e.is_one_of(rule.on)), events[0])
    return evaluate_without(promise, rule.tests, replace(s, events=events), event, pack) is None


def _is_new(message: Message, here: Collection[str]) -> bool:
    """Whether nothing of it has left before: what was asked for earlier and only moved is to be taken back in words."""
    return message.replaces is None or message.replaces in here


def _is_over(message: Message, promise: Promise | None) -> bool:
    """Whether it asked for something that nobody needs to do any more."""
    if promise is None or promise.open:
        return False
    return promise.undone or MESSAGE_TYPES[message.type].withdrawn_by is not None
