"""Whether the parts of a pack fit together: every name that is used exists, and every clause of the source is either
cited by something or listed with the reason why not. So a pack states its own coverage."""

from collections.abc import Iterator
from typing import Annotated, get_args, get_origin

from episodes.events import Change
from routing.conditions import CONDITIONS, Word
from routing.pack import Condition, Pack, Rule, Target, Tests
from routing.tables import PackError, nearest

BEYOND_THE_SOURCE = ("AMB-", "HUB")
OF_THEIR_OWN = {
    "screening": ("required", "not_required"),
    "rag": ("RED", "AMBER", "GREEN"),
    "rag_proposed": ("RED", "AMBER", "GREEN"),
    "threshold": ("met", "not_met"),
}
OF_AN_EPISODE = ("start", "return", "found", "missing_since")
TIMES = ("left_at", "last_seen_at", "last_seen_by_responsible_adult_at", "reported_at", "absent_review_at")
# Anchors that count from something named in `of`.
ANCHORED_BY = ("first_sent", "told_first", "last_held", "document")
INTERVIEW_RESULTS = ("assigned", "offered", "completed", "refused", "not_offered", "withdrawn")


def check_pack(pack: Pack, file: str) -> None:
    """Raises PackError at the first thing that does not fit, naming the place and the mend."""
    for place, fault in _faults(pack):
        raise PackError(f"{file}: {place}: {fault}")


def cited(pack: Pack) -> set[str]:
    """Every clause that a rule, a criterion, an audience or a periodic report cites."""
    rows = [c for rows in pack.criteria.values() for c in rows] + [a for rows in pack.audiences.values() for a in rows]
    return {c for part in (*rows, *pack.rules, *pack.periodic) for c in part.clauses}


def _faults(pack: Pack) -> Iterator[tuple[str, str]]:
    for key, role in (("intake", pack.intake), ("duty", pack.duty or pack.intake)):
        if role not in pack.roles:
            yield key, _no_role(pack, role)
    yield from (("scope", fault) for fault in _test_faults(pack, pack.scope))
    yield from (("release", fault) for fault in _release_faults(pack))
    yield from _limit_faults(pack)
    yield from _name_faults(pack)
    yield from _word_list_faults(pack)
    yield from (("tells_back", fault) for fault in _clause_faults(pack, pack.tells_back))
    for rule in pack.rules:
        yield from ((f"rules {rule.id}", fault) for fault in _rule_faults(pack, rule))
    for name, rows in pack.criteria.items():
        for row in rows:
            yield from (
                (f"criteria.{name}", f) for f in (*_test_faults(pack, row.tests), *_clause_faults(pack, row.clauses))
            )
    for status in pack.statuses:
        yield from ((f"statuses {status.word}", fault) for fault in _test_faults(pack, status.tests))
    for name, audience in pack.audiences.items():
        for row_ in audience:
            faults = (
                *_test_faults(pack, row_.tests),
                *_clause_faults(pack, row_.clauses),
                *_target_faults(pack, row_.to),
            )
            yield from ((f"audiences.{name}", fault) for fault in faults)
    for report in pack.periodic:
        faults = (*_clause_faults(pack, report.clauses), *_target_faults(pack, report.to))
        yield from ((f"periodic {report.id}", fault) for fault in faults)
    used = cited(pack)
    for clause in pack.clauses:
        if clause not in used and clause not in pack.not_automated:
            yield f"clauses.{clause}", "no rule cites it; cite it, or list it under [not_automated] with the reason"
    for clause in pack.not_automated:
        if clause not in pack.clauses:
            yield f"not_automated.{clause}", "there is no such clause; add it to [clauses]"
        if clause in used:
            yield f"not_automated.{clause}", "a rule cites it; take it out here"


def _promises(pack: Pack) -> set[str]:
    """By what a promise may be named: a rule, a message type, a type with its kind."""
    return {what for r in pack.rules for what in (r.id, r.send, f"{r.send}/{r.kind}")}


def _no_promise(pack: Pack, what: str) -> str:
    known = {*_promises(pack), *(r.family for r in pack.rules if r.family)}
    return f"'{what}' names no rule, message type or type with kind of this pack{nearest(what, known)}"


def _no_role(pack: Pack, role: str) -> str:
    return f"there is no role '{role}'{nearest(role, pack.roles)}; add it to [roles]"


def _word_list_faults(pack: Pack) -> Iterator[tuple[str, str]]:
    for meeting in pack.words.meetings_of_child:
        if meeting not in pack.words.meetings:
            yield "words", f"meetings_of_child: there is no meeting '{meeting}'; add it to [words.meetings]"
    names = {what for r in pack.rules for what in r.names}
    for kind, asked in pack.questions.items():
        if kind not in pack.words.decisions:
            yield "questions", f"there is no decision '{kind}'; add it to [words.decisions]"
        yield from (("questions", f"{kind}: there is no rule '{what}'") for what in asked if what not in names)


def _release_faults(pack: Pack) -> Iterator[str]:
    if pack.release:
        for what in (f"task.create/{pack.release.task}", *pack.release.holds):
            if what not in _promises(pack):
                yield _no_promise(pack, what)


def _limit_faults(pack: Pack) -> Iterator[tuple[str, str]]:
    for name, limit in pack.limits.items():
        place = f"limits.{name}"
        yield from ((place, fault) for fault in _clause_faults(pack, (limit.clause,)))
        if limit.since > pack.in_force_from:
            yield (
                place,
                (
                    f"it applies since {limit.since}, but this version is in force from {pack.in_force_from}; "
                    "a limit that changes later belongs in a version of its own"
                ),
            )
        if not limit.used_by:
            yield place, "nothing counts to it; name it in a rule, or take it out"


def _name_faults(pack: Pack) -> Iterator[tuple[str, str]]:
    """What is given a name in plain English must be a word of the pack."""
    kinds = {rule.kind for rule in pack.rules if rule.kind}
    known = {*pack.words.decisions, *pack.words.meetings, *pack.words.documents, *OF_THEIR_OWN, *kinds}
    for word in (place.removeprefix("names.") for place in pack.means if place.startswith("names.")):
        if word not in known:
            yield (
                f"words.names.{word}",
                f"there is no decision, meeting, document or kind '{word}'{nearest(word, known)}",
            )


def _rule_faults(pack: Pack, rule: Rule) -> Iterator[str]:
    if not rule.title.strip() or "\n" in rule.title:
        yield "'title' must be one line that says what the rule does"
    if not rule.clauses and not any(c.name == "meets" for c in rule.tests.when):
        yield "it cites no clause; every message must say which clause caused it"
    if not rule.to and not rule.withdraws:
        yield "nobody stands in 'to'"
    if rule.withdraws and (rule.to or rule.kind or rule.due):
        yield "it withdraws promises, so its kind and recipients are theirs; leave out 'kind', 'to' and 'due'"
    if rule.follows and not any(target.role or target.audience for target in rule.to):
        yield "it follows who holds the work, but its recipients are those of a report; name a role or an audience"
    if rule.on and rule.moment:
        yield "it has both 'on' and a moment of its own; a timed rule listens to every event"
    if rule.once in ("event", "report") and not rule.on:
        yield f"once = '{rule.once}' needs 'on'"
    if rule.moment and rule.moment.limit.anchor in ("receipt", "event"):
        yield f"a moment cannot count from '{rule.moment.limit.anchor}', which its own timer would be; use first_sent"
    limits = [limit for limit in (rule.due, rule.target, rule.moment and rule.moment.limit) if limit]
    if rule.about == "child" and any(limit.anchor in OF_AN_EPISODE for limit in limits):
        yield f"it is about the child and counts from {' or '.join(OF_AN_EPISODE)}, which only an episode has"
    yield from _clause_faults(pack, rule.clauses)
    yield from _test_faults(pack, rule.tests)
    yield from _target_faults(pack, (*rule.to, *rule.contact))
    for pattern in (*rule.on, *rule.settled_by, *rule.follows):
        yield from _event_faults(pack, pattern)
    of = [w for limit in limits for w in limit.of if limit.anchor in ("first_sent", "told_first")]
    for limit in limits:
        if limit.anchor in ANCHORED_BY and not limit.of:
            yield f"a limit from '{limit.anchor}' needs 'of': which messages, meetings or documents it counts from"
    for what in (*rule.closes, *rule.takes_over, *rule.closes_for_child, *of):
        if what not in _promises(pack):
            yield _no_promise(pack, what)


def _clause_faults(pack: Pack, clauses: tuple[str, ...]) -> Iterator[str]:
    for clause in clauses:
        if clause not in pack.clauses and not clause.startswith(BEYOND_THE_SOURCE):
            yield f"there is no clause '{clause}'{nearest(clause, pack.clauses)}; add it to [clauses]"


def _target_faults(pack: Pack, targets: tuple[Target, ...]) -> Iterator[str]:
    rules = _promises(pack)
    for target in targets:
        if target.role is not None and target.role not in pack.roles:
            yield _no_role(pack, target.role)
        if target.audience is not None and target.audience not in pack.audiences:
            near = nearest(target.audience, pack.audiences)
            yield f"there is no audience '@{target.audience}'{near}; add it to [audiences]"
        if target.of is not None and target.of not in pack.words.services:
            yield f"there is no service '{target.of}'{nearest(target.of, pack.words.services)}; add it to [words]"
        if target.named_as == "value" and target.role is None:
            yield "named_as = 'value' needs the role of the person whom the decision names"
        for key, names in (("told_by", target.told_by), ("asked_by", target.asked_by)):
            yield from (f"{key}: there is no rule '{n}'{nearest(n, rules)}" for n in names if n not in rules)


def _test_faults(pack: Pack, tests: Tests) -> Iterator[str]:
    for condition in (*tests.when, *tests.unless):
        if condition.name == "meets":
            for name in condition.arguments["criteria"]:
                if name not in pack.criteria:
                    yield f"there is no criterion '{name}'{nearest(name, pack.criteria)}; add it to [criteria]"
        else:
            yield from _word_faults(pack, condition)


def _word_faults(pack: Pack, condition: Condition) -> Iterator[str]:
    lists = {
        "services": pack.words.services,
        "decisions": (*pack.words.decisions, *(f"meeting.{m}" for m in pack.words.meetings), *OF_THEIR_OWN),
        "meetings": tuple(pack.words.meetings),
        "documents": pack.words.documents,
        "end_reasons": pack.words.end_reasons,
        "times": TIMES,
        "concerns": pack.words.concerns,
        "roles": tuple(pack.roles),
        "promises": tuple(_promises(pack)),
    }
    for argument, value in condition.arguments.items():
        hint = CONDITIONS[condition.name].arguments[argument]
        if get_origin(hint) is not Annotated:
            continue
        words = next(a for a in get_args(hint) if isinstance(a, Word)).list
        for word in (value,) if isinstance(value, str) else value:
            if word not in lists[words]:
                near = nearest(word, lists[words])
                yield f"condition '{condition.name}': '{word}' is not in the pack's {words}{near}"
    if condition.name == "event":
        for pattern in condition.arguments["is_one_of"]:
            yield from _event_faults(pack, pattern)
    if condition.name in ("decided",):
        allowed = _values(pack, condition.arguments["kind"])
        yield from (
            f"'{v}' is no value of {condition.arguments['kind']}{nearest(v, allowed)}"
            for v in (*condition.arguments["decision"], *condition.arguments.get("among", ()))
            if v not in allowed
        )


def _values(pack: Pack, kind: str) -> tuple[str, ...]:
    if kind.startswith("meeting."):
        return pack.words.meetings.get(kind.removeprefix("meeting."), ())
    return pack.words.decisions.get(kind) or OF_THEIR_OWN.get(kind, ())


def _event_faults(pack: Pack, pattern: str) -> Iterator[str]:
    change, _, qualifier = pattern.partition(".")
    if change not in {*Change}:
        yield f"there is no event '{change}'{nearest(change, [*Change])}; known are: {', '.join(Change)}"
    elif qualifier:
        known = _qualifiers(pack).get(change)
        if known is not None and qualifier not in known:
            near = nearest(qualifier, known)
            yield f"there is no event '{pattern}'{near}; after '{change}.' may stand: {', '.join(sorted(known))}"


def _qualifiers(pack: Pack) -> dict[str, set[str]]:
    kinds = {**pack.words.decisions, **{f"meeting.{m}": v for m, v in pack.words.meetings.items()}, **OF_THEIR_OWN}
    return {
        Change.DECIDED: {*kinds, *(f"{kind}.{value}" for kind, values in kinds.items() for value in values)},
        Change.DECIDED_ELSEWHERE: {*kinds, *(f"{kind}.{value}" for kind, values in kinds.items() for value in values)},
        Change.INTERVIEW: {*INTERVIEW_RESULTS},
        Change.MEETING: {*pack.words.meetings},
        Change.MEETING_ELSEWHERE: {*pack.words.meetings},
        Change.DOCUMENT: {*pack.words.documents},
        Change.SERVICE_OPENED: {*pack.words.services},
        Change.SERVICE_CLOSED: {*pack.words.services},
        Change.CLASSIFIED: {"missing", "absent"},
        Change.JOINED: {"police", "worker"},
        Change.WHEREABOUTS: {"known", "unknown"},
        Change.DISAGREEMENT: {"raised", "unresolved", "resolved"},
        Change.TIMER_DUE: {rule.id for rule in pack.rules},
    }
