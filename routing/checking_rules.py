"""Whether one rule of a pack fits together: its message with its kind and fields, whom it goes to, its limits, and the
other promises that it names."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from routing.checking_words import KnownWords
from routing.message_types import MESSAGE_TYPES, Given
from routing.pack import Limit, Pack, Rule
from routing.pack_words import kinds_of
from routing.tables import nearest

OF_AN_EPISODE = ("start", "return", "found", "missing_since")
OF_THE_ANSWER = ("receipt", "event")
ANCHORED_BY = {"first_sent": "promises", "told_first": "promises", "last_held": "meetings", "document": "documents"}
"""Anchors that count from something named in `of`, and the list that it is a word of."""


def rule_faults(pack: Pack, rule: Rule, known: KnownWords) -> Iterator[str]:
    if not rule.title.strip() or "\n" in rule.title:
        yield "'title' must be one line that says what the rule does"
    if not rule.clauses and not any(c.name == "meets" for c in rule.tests.when):
        yield "it cites no clause; every message must say which clause caused it"
    yield from known.clause_faults(rule.clauses)
    yield from known.test_faults(rule.tests)
    yield from _message_faults(pack, rule, known)
    yield from _recipient_faults(rule, known)
    yield from _answering_faults(rule, known)
    yield from _limit_faults(rule, known)
    yield from known.faults("promises", (*rule.closes, *rule.takes_over, *rule.closes_for_child))


# ---- what is sent


def _message_faults(pack: Pack, rule: Rule, known: KnownWords) -> Iterator[str]:
    type_ = MESSAGE_TYPES.get(rule.send)
    if type_ is None:
        yield f"'send': there is no message type '{rule.send}'{nearest(rule.send, MESSAGE_TYPES)}"
        return
    if rule.send == "report.data":
        yield "figures are sent by [[periodic]], not by a rule"
    if rule.withdraws:
        yield from _withdrawal_faults(pack, rule)
    else:
        yield from _kind_faults(pack, rule)
    for name, value in rule.fields.items():
        given = type_.given.get(name)
        if given is None:
            may = ", ".join(type_.given) or "none"
            near = nearest(name, type_.given)
            yield f"'fields': a rule cannot set '{name}' of '{rule.send}'{near}; it can set: {may}"
        elif fault := _value_fault(given, value, known):
            yield f"'fields.{name}': {fault}"
    for name in rule.dated:
        if name not in (dates := [n for n, given in type_.given.items() if given.what == "date"]):
            may = ", ".join(dates) or "none"
            yield f"'dated': '{name}' is no date of '{rule.send}'{nearest(name, dates)}; it has: {may}"
    if rule.circumstances and "details" not in type_.fields:
        yield f"'circumstances': '{rule.send}' has no room for them"
    if rule.contact and "contact" not in type_.fields:
        yield f"'contact': '{rule.send}' has no room for it"


def _kind_faults(pack: Pack, rule: Rule) -> Iterator[str]:
    kinds = kinds_of(rule.send, pack.kinds)
    if rule.kind is None and kinds:
        yield f"'kind' is missing; a '{rule.send}' is one of {', '.join(kinds)}"
    elif rule.kind is not None and rule.kind not in kinds:
        near = nearest(rule.kind, kinds)
        yield f"there is no kind '{rule.kind}' of '{rule.send}'{near}; add it to [kinds.\"{rule.send}\"]"


def _withdrawal_faults(pack: Pack, rule: Rule) -> Iterator[str]:
    if rule.to or rule.kind or rule.due:
        yield "it withdraws promises, so its kind and recipients are theirs; leave out 'kind', 'to' and 'due'"
    for what in rule.closes:
        sent = {other.send for other in pack.rules if what in other.names}
        for type_ in sorted(sent & MESSAGE_TYPES.keys()):
            if (wanted := MESSAGE_TYPES[type_].withdrawn_by) != rule.send:
                mend = f"send '{wanted}'" if wanted else "nothing takes it back"
                yield f"'withdraws': '{what}' is a '{type_}', which '{rule.send}' does not take back; {mend}"


def _value_fault(given: Given, value: Any, known: KnownWords) -> str | None:
    match given.what:
        case "bool":
            return None if isinstance(value, bool) else f"expected true or false, not {value!r}"
        case "date":
            return None if type(value) is date else f"expected a date, not {value!r}"
        case "text":
            return None if isinstance(value, str) and value.strip() else f"expected text, not {value!r}"
        case "texts":
            listed = isinstance(value, list) and value and all(isinstance(t, str) and t.strip() for t in value)
            return None if listed else f"expected a list of texts, not {value!r}"
        case "actor":
            if not isinstance(value, dict) or value.keys() != {"role"} or not isinstance(value["role"], str):
                return f'expected a role, such as {{role = "worker"}}, not {value!r}'
            return known.fault("roles", value["role"])
        case "word":
            near = nearest(str(value), given.words)
            return None if value in given.words else f"expected one of {', '.join(given.words)}, not {value!r}{near}"
    words = value if given.many else [value]
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        return f"expected {'words' if given.many else 'a word'} of the pack's {given.what}, not {value!r}"
    if len({*words}) < len(words):
        return "a word stands there twice; leave it once"
    return next(known.faults(given.what, words), None)


# ---- whom it goes to, and when it answers


def _recipient_faults(rule: Rule, known: KnownWords) -> Iterator[str]:
    if not rule.to and not rule.withdraws:
        yield "nobody stands in 'to'"
    yield from known.target_faults((*rule.to, *rule.contact))
    if rule.follows and not any(target.role or target.audience or target.newest for target in rule.to):
        yield (
            "it follows who holds the work, but its recipients are those of a report; name a role or an audience, or "
            "whoever was told last (newest = true)"
        )


def _answering_faults(rule: Rule, known: KnownWords) -> Iterator[str]:
    yield from known.event_faults(rule.on)
    yield from known.event_faults(rule.settled_by)
    yield from known.event_faults(rule.follows)
    if rule.on and rule.moment:
        yield "it has both 'on' and a moment of its own; a timed rule listens to every event"
    if rule.once in ("event", "report") and not rule.on:
        yield f"once = '{rule.once}' needs 'on'"
    if rule.once == "anchor" and not (rule.moment or rule.due):
        yield "once = 'anchor' needs a limit that counts from one: a moment of its own, or 'due'"
    if rule.rejects and not rule.on:
        yield "'rejects' needs 'on': which reports it does not let pass"


# ---- limits


def _limit_faults(rule: Rule, known: KnownWords) -> Iterator[str]:
    moment = rule.moment
    if moment and moment.limit.anchor in OF_THE_ANSWER:
        yield f"a moment cannot count from '{moment.limit.anchor}', which its own timer would be; use first_sent"
    if moment and moment.lead and moment.lead.elapsed() >= min(n.at_least() for n in moment.limit.lengths):
        yield f"'lead' {moment.lead} is not shorter than the limit that it runs ahead of"
    limits = [limit for limit in (rule.due, rule.target, moment and moment.limit) if limit]
    if rule.about == "child" and any(limit.anchor in OF_AN_EPISODE for limit in limits):
        yield f"it is about the child and counts from {' or '.join(OF_AN_EPISODE)}, which only an episode has"
    for limit in limits:
        yield from _anchor_faults(limit, known)
        if limit.basis == "local" and limit is not rule.due:
            yield "'basis' belongs to 'due', which says it to the recipients"
    if rule.target and rule.due is None:
        yield "'target' is aimed at before a limit; add 'due'"


def _anchor_faults(limit: Limit, known: KnownWords) -> Iterator[str]:
    of = ANCHORED_BY.get(limit.anchor)
    if of is None and limit.of:
        yield f"a limit from '{limit.anchor}' counts from nothing else; leave out 'of'"
    elif of is not None and not limit.of:
        yield f"a limit from '{limit.anchor}' needs 'of': which messages, meetings or documents it counts from"
    elif of is not None:
        yield from known.faults(of, limit.of)
    if limit.agreed is not None:
        yield from known.faults("decisions", (limit.agreed,))
        if limit.anchor != "last_held":
            yield "'agreed' is another time between two meetings; count from 'last_held'"
