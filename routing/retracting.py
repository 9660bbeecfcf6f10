"""Taking back what was asked and told: of a notification that was sent in error (AMB-77), of what waited and was
another episode's absence, of a single promise. Pure."""

from dataclasses import replace
from datetime import datetime
from itertools import chain

from episodes.events import Event
from routing.building import build_message
from routing.case import Decision
from routing.message_types import MESSAGE_TYPES
from routing.messages import Message, Promise
from routing.pack import Pack, Rule
from routing.payload import Firing
from routing.situation import Situation

ERROR_CLAUSES = ("AMB-77",)


def taken_back(s: Situation, event: Event, pack: Pack, now: datetime) -> Decision:
    """Everything open is withdrawn from those who were asked, in the order of the promises; everyone who was told hears
    of the error; no timer is left."""
    withdrawn = all_withdrawn(s, event, pack, now, ERROR_CLAUSES)
    told = tuple(dict.fromkeys(chain.from_iterable(p.everybody for p in s.promises)))
    if not told:
        return withdrawn
    rule = Rule(id="retracted", clauses=ERROR_CLAUSES, send="notify.info", kind="retracted", urgency="immediate")
    firing = Firing(rule, s, event, pack, now)
    word = build_message(firing, told, ERROR_CLAUSES, firing.cause)
    return replace(withdrawn, messages=(*withdrawn.messages, word))


def all_withdrawn(s: Situation, event: Event, pack: Pack, now: datetime, clauses: tuple[str, ...]) -> Decision:
    """Everything open is withdrawn from those who were asked, in the order of the promises; no timer is left."""
    still_missing = any(case.episode.still_missing for case in s.others)

    def stands(promise: Promise) -> bool:
        return promise.open and MESSAGE_TYPES[promise.type].says_missing and still_missing

    open_ones = (p for p in s.promises if p.open and not stands(p))
    withdrawals = (withdrawal(p, s, event, pack, now, clauses) for p in open_ones)
    kept = tuple(p if stands(p) else replace(p, closed_at=p.closed_at or now) for p in s.promises)
    return Decision(tuple(message for message in withdrawals if message), s.episode, kept)


def withdrawal(
    promise: Promise, s: Situation, event: Event, pack: Pack, now: datetime, clauses: tuple[str, ...]
) -> Message | None:
    """What takes a promise back from those who were asked, by the same name and form; None where nothing does."""
    send = MESSAGE_TYPES[promise.type].withdrawn_by
    if send is None:
        return None
    asked = pack.rules_by_id.get(promise.rule)
    name, form = (asked.name, asked.form) if asked else (None, None)
    rule = Rule(id=promise.rule, clauses=clauses, send=send, kind=promise.kind, name=name, form=form)
    firing = Firing(rule, s, event, pack, now)
    occurrence = promise.first or promise.message  # whether it was said again meanwhile makes no difference
    return build_message(firing, promise.to, clauses, occurrence, ends=(promise.message,))
