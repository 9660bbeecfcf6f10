"""Promises that change hands and promises that are taken back: an open request goes on to whoever holds the work now,
and what has become moot is withdrawn from those who were asked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from episodes.events import Event
from routing.composing import compose, remembered
from routing.messages import Message
from routing.pack import Pack, Rule
from routing.recipients import resolve
from routing.situation import Situation
from routing.testing import holds_without


def followed(s: Situation, pack: Pack, now: datetime) -> Iterator[Message]:
    """Open promises of rules that follow, sent again where their recipients are others now: the same limit, and
    `replaces` names the first message."""
    rules = {r.id: r for r in pack.rules if any(e.is_a(pattern) for pattern in r.follows for e in s.events)}
    for promise in [p for p in s.promises if p.open and p.rule in rules]:
        rule = rules[promise.rule]
        recipients, lent = resolve(rule.to, s, pack)
        clauses = holds_without(promise, rule.tests, s, pack) if recipients not in ((), promise.to) else None
        if clauses is None:
            continue
        cited = (*rule.clauses, *clauses, *lent)
        message = compose(s, pack, rule, s.events[0], now, recipients, cited, "followed", promise.due)
        first = promise.first or promise.message
        s.promises[s.promises.index(promise)] = replace(promise, message=message.id, to=recipients, first=first)
        yield replace(message, replaces=first)


def withdrawn(
    s: Situation, pack: Pack, rule: Rule, event: Event, now: datetime, clauses: tuple[str, ...], timed: bool
) -> Iterator[Message]:
    """A withdrawal for each open promise that the rule closes."""
    for promise in [p for p in s.promises if p.open and any(p.is_a(what) for what in rule.closes)]:
        own = replace(rule, kind=promise.kind)
        occurrence = promise.first or promise.message
        message = compose(s, pack, own, event, now, promise.to, clauses, occurrence, None, timed)
        s.promises[s.promises.index(promise)] = replace(promise, closed_at=now)
        s.promises.append(remembered(message, occurrence))
        yield message
