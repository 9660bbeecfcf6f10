"""What was said turned out otherwise (AMB-178, AMB-180): what it had led to is withdrawn from those who were asked,
those who were told hear so, and what it had ended is owed again. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from episodes.events import Change, Event
from episodes.reports import Origin
from routing.building import build_message
from routing.case import Case
from routing.evaluate import evaluate_without
from routing.message_types import MESSAGE_TYPES
from routing.messages import Message, Promise, Recipient
from routing.pack import Pack, Rule
from routing.payload import Firing
from routing.promises import ended
from routing.retracting import withdrawal
from routing.situation import Situation

OF_THE_RETURN = (Change.FOUND, Change.RETURN_CHANGED)


@dataclass(frozen=True, slots=True)
class Undone:
    """The situation once it is undone, what was said of that, and the rules whose promises had ended because of it."""

    s: Situation
    messages: tuple[Message, ...]
    revived: frozenset[str]


def undo(case: Case, s: Situation, pack: Pack, now: datetime) -> Undone | None:
    """None where the events take nothing back. `case` is the case as it stood before."""
    for event in s.events:
        if event.change is Change.REOPENED:
            return _Undoing(s, event, pack, now, case.episode.returns, "AMB-180").done()
        if event.change is Change.DEATH_TAKEN_BACK and case.episode.death is not None:
            returns = case.episode.returns
            since = next((n for n, o in enumerate(returns) if o == case.episode.death.origin), len(returns))
            return _Undoing(s, event, pack, now, returns[since:], "AMB-178").done()
    return None


class _Undoing:
    """One report, or several that said the same, taken back. `wrong`: where they came from."""

    def __init__(
        self, s: Situation, event: Event, pack: Pack, now: datetime, wrong: tuple[Origin, ...], clause: str
    ) -> None:
        self.s, self.event, self.pack, self.now, self.clauses = s, event, pack, now, (clause,)
        self.causes = {origin.cause for origin in wrong}
        self.since = min((origin.at for origin in wrong), default=now)
        self.reopens = event.change is Change.REOPENED

    def done(self) -> Undone:
        led_to = [p for p in self.s.promises if not p.undone and self._is_led_to(p)]
        ended_by = [p for p in self.s.promises if not p.undone and p.closed_by in self.causes and p not in led_to]
        revived = frozenset(p.rule for p in ended_by)
        taken_back = {id(p): self._taken_back(p) for p in led_to} | {id(p): replace(p, undone=True) for p in ended_by}
        messages = [*self._withdrawn(led_to), *self._reopened(led_to), *self._corrected(led_to)]
        kept = tuple(taken_back.get(id(p), p) for p in self.s.promises)
        return Undone(replace(self.s, promises=kept), tuple(messages), revived)

    def _is_led_to(self, promise: Promise) -> bool:
        """Whether it was given because of what is taken back: in answer to it, or for reasons that hold no more."""
        if promise.at < self.since:
            return False
        rule = self.pack.rules_by_id.get(promise.rule)
        fails = rule is not None and self._fails(promise, rule)
        if promise.cause in self.causes:
            listened = rule is None or any(pattern.partition(".")[0] in OF_THE_RETURN for pattern in rule.on)
            return fails or (listened and self.reopens) or _is_word(promise)
        return fails and self.reopens and promise.open and MESSAGE_TYPES[promise.type].withdrawn_by is not None

    def _fails(self, promise: Promise, rule: Rule) -> bool:
        return evaluate_without((promise,), rule.tests, self.s, self.event, self.pack) is None

    def _taken_back(self, promise: Promise) -> Promise:
        over = ended(promise, self._firing(Rule(id=promise.rule, clauses=self.clauses, send=promise.type)))
        return replace(over if promise.open else promise, undone=True)

    def _withdrawn(self, led_to: list[Promise]) -> list[Message]:
        given = (withdrawal(p, self.s, self.event, self.pack, self.now, self.clauses) for p in led_to if p.open)
        return [message for message in given if message is not None]

    def _reopened(self, led_to: list[Promise]) -> list[Message]:
        """A case system that heard of the return hears that it was none."""
        told = _all(p.everybody for p in led_to if p.type == "episode.found") if self.reopens else ()
        return self._said("episode.update", "reopened", told)

    def _corrected(self, led_to: list[Promise]) -> list[Message]:
        return self._said("notify.info", "corrected", _all(p.everybody for p in led_to if _is_word(p)))

    def _said(self, send: str, kind: str, to: tuple[Recipient, ...]) -> list[Message]:
        rule = Rule(id=kind, clauses=self.clauses, send=send, kind=kind, urgency="immediate")
        firing = self._firing(rule)
        return [build_message(firing, to, self.clauses, firing.cause)] if to else []

    def _firing(self, rule: Rule) -> Firing:
        return Firing(rule, self.s, self.event, self.pack, self.now)


def _is_word(promise: Promise) -> bool:
    """It told somebody how things are, and asked for nothing."""
    return MESSAGE_TYPES[promise.type].informs


def _all(people: Iterable[tuple[Recipient, ...]]) -> tuple[Recipient, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(people)))
