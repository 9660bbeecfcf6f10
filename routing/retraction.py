"""A notification sent in error (AMB-77): the hub's own duty in every pack.

Everything open is withdrawn from those who were asked, everyone who was told hears of the error, no timer is left.
"""

from dataclasses import replace
from datetime import datetime
from itertools import chain

from episodes.events import Change
from routing.composing import compose
from routing.messages import Message, Promise
from routing.pack import Pack, Rule
from routing.situation import Answer, Case, Situation

_CLAUSES = ("AMB-77",)
_WITHDRAWALS = {
    "task.create": "task.cancel",
    "meeting.request": "meeting.cancel",
    "rhi.request": "rhi.withdrawn",
    "flag.set": "flag.clear",
}


def taken_back(s: Situation, case: Case, pack: Pack, now: datetime) -> Answer:
    """The withdrawals, in the order of the promises, and the word to everyone who was told."""
    event = next(e for e in s.events if e.change is Change.RETRACTED)
    s.event = event

    still_missing = any(c.episode.still_missing for c in s.others)

    def stands(promise: Promise) -> bool:
        """A flag says that the child is missing, and another episode says so too."""
        return promise.open and promise.type == "flag.set" and still_missing

    rules = {rule.id: rule for rule in pack.rules}

    def withdrawal(promise: Promise) -> Message:
        asked = rules.get(promise.rule)  # names and forms are taken back by the same name
        name, form = (asked.name, asked.form) if asked else (None, None)
        send = _WITHDRAWALS[promise.type]
        rule = Rule(id=promise.rule, clauses=_CLAUSES, send=send, kind=promise.kind, name=name, form=form)
        return compose(s, pack, rule, event, now, promise.to, _CLAUSES, promise.message, None)

    messages = [withdrawal(p) for p in case.promises if p.open and p.type in _WITHDRAWALS and not stands(p)]
    told = tuple(dict.fromkeys(chain.from_iterable(p.to for p in case.promises)))
    if told:
        rule = Rule(id="retracted", clauses=_CLAUSES, send="notify.info", kind="retracted", urgency="immediate")
        messages.append(compose(s, pack, rule, event, now, told, _CLAUSES, "", None))
    closed = tuple(p if stands(p) else replace(p, closed_at=p.closed_at or now) for p in case.promises)
    return Answer(tuple(messages), Case(s.episode, closed))
