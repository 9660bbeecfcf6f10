"""Whether the parts of a pack fit together: every word that is used is one of the lists that hold it, everything that
is declared is used, and every clause of the source is either cited by something or listed with the reason why not. So a
pack states its own coverage."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain

from routing.checking_rules import rule_faults
from routing.checking_words import KnownWords
from routing.closed_lists import DECISIONS
from routing.message_types import MESSAGE_TYPES, TASK
from routing.pack import Pack, Target, Tests
from routing.pack_words import kinds_of
from routing.tables import PackError, nearest

Fault = tuple[str, str]
"""The place in the pack, and what is wrong there."""


def check_pack(pack: Pack, file: str) -> None:
    """Raises PackError with a line for each thing that does not fit, naming the place, the word and the mend."""
    if told := [f"{file}: {place}: {fault}" for place, fault in _faults(pack)]:
        raise PackError("\n".join(dict.fromkeys(told)))


def cited(pack: Pack) -> set[str]:
    """Every clause that a rule, a criterion, an audience or a periodic report cites."""
    rows = [c for rows in pack.criteria.values() for c in rows] + [a for rows in pack.audiences.values() for a in rows]
    return {c for part in (*rows, *pack.rules, *pack.periodic) for c in part.clauses}


def _faults(pack: Pack) -> Iterator[Fault]:
    known = KnownWords(pack)
    for key, role in (("intake", pack.intake), ("duty", pack.duty or pack.intake)):
        yield from _at(key, known.faults("roles", (role,)))
    yield from _at("scope", known.test_faults(pack.scope))
    yield from _role_faults(pack, known)
    yield from _limit_faults(pack, known)
    yield from _kind_faults(pack, known)
    yield from _name_faults(pack)
    yield from _word_list_faults(pack, known)
    yield from _at("tells_back", known.clause_faults(pack.tells_back))
    for rule in pack.rules:
        yield from _at(f"rules {rule.id}", rule_faults(pack, rule, known))
    for name, rows in pack.criteria.items():
        for row in rows:
            yield from _at(f"criteria.{name}", (*known.test_faults(row.tests), *known.clause_faults(row.clauses)))
    for name, audience in pack.audiences.items():
        for entry in audience:
            faults = (*known.test_faults(entry.tests), *known.clause_faults(entry.clauses))
            yield from _at(f"audiences.{name}", (*faults, *known.target_faults(entry.to)))
    for status in pack.statuses:
        faults = (*known.test_faults(status.tests), *known.faults("statuses", (status.word,)))
        yield from _at(f"statuses {status.word}", faults)
    for report in pack.periodic:
        faults = (*known.clause_faults(report.clauses), *known.target_faults(report.to))
        yield from _at(f"periodic {report.id}", faults)
    if pack.release:
        task = known.faults("tasks", (pack.release.task,))
        yield from _at("release", (*task, *known.faults("promises", pack.release.holds)))
    yield from _withheld_faults(pack, known)
    yield from _circles(pack)
    yield from _unused(pack)
    yield from _coverage_faults(pack)


def _at(place: str, faults: Iterator[str] | tuple[str, ...]) -> Iterator[Fault]:
    yield from ((place, fault) for fault in faults)


def _word_list_faults(pack: Pack, known: KnownWords) -> Iterator[Fault]:
    yield from _at("words.meetings_of_child", known.faults("meetings", pack.words.meetings_of_child))
    for kind, asked in pack.questions.items():
        yield from _at(f"questions.{kind}", known.faults("decisions", (kind,)))
        yield from _at(f"questions.{kind}", known.faults("promises", asked))


def _role_faults(pack: Pack, known: KnownWords) -> Iterator[Fault]:
    for name, role in pack.roles.items():
        if role.source:
            named = (role.source.professional,) if role.source.professional else ()
            faults = (*known.faults("services", role.source.services), *known.faults("professionals", named))
            yield from _at(f"roles.{name}.from", faults)
    used = {*_named_roles(pack, known)}
    if used - pack.roles.keys():  # a role that is misspelt elsewhere is not unused
        return
    for name, role in pack.roles.items():
        if name not in used and not role.reports_only:
            yield f"roles.{name}", "no rule names it; name it in one, take it out, or say reports_only = true"


def _named_roles(pack: Pack, known: KnownWords) -> Iterator[str]:
    yield from (pack.intake, pack.duty or pack.intake)
    yield from (target.role for target in _targets(pack) if target.role)
    for tests in _tests(pack):
        yield from known.asked_about(tests)
    for rule in pack.rules:
        yield from (value["role"] for value in rule.fields.values() if isinstance(value, dict) and "role" in value)


def _limit_faults(pack: Pack, known: KnownWords) -> Iterator[Fault]:
    for name, limit in pack.limits.items():
        place = f"limits.{name}"
        yield from _at(place, known.clause_faults((limit.clause,)))
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


def _withheld_faults(pack: Pack, known: KnownWords) -> Iterator[Fault]:
    """Who or what is told less must be there, and what is kept back must be something."""
    readers = {*pack.roles, *known.promises - {rule.id for rule in pack.rules}}
    for name, fields in pack.withheld.items():
        place = f"withheld.{name}"
        if name not in readers:
            yield place, f"there is no role, message type or type with kind '{name}'{nearest(name, readers)}"
        if not fields:
            yield place, "it keeps nothing back; take it out"


def _kind_faults(pack: Pack, known: KnownWords) -> Iterator[Fault]:
    used = {(rule.send, rule.kind) for rule in pack.rules}
    for type_, kinds in pack.kinds.items():
        place = f"kinds.{type_}"
        if type_ not in MESSAGE_TYPES:
            yield place, f"there is no message type '{type_}'{nearest(type_, MESSAGE_TYPES)}"
            continue
        for kind, told in kinds.items():
            if (type_, kind) not in used:
                sent = [k for t, k in used if t == type_ and k]
                yield f"{place}.{kind}", f"no rule sends it{nearest(kind, sent)}; take it out"
            if not told.title.strip() or "\n" in told.title:
                yield f"{place}.{kind}", "its title must be one line: the act as its reader would say it"
            yield from _at(f"{place}.{kind}.answered_by", known.event_faults(told.answered_by))
            if told.outcomes and type_ != TASK:
                yield f"{place}.{kind}", "only a task has outcomes"


def _name_faults(pack: Pack) -> Iterator[Fault]:
    """What is given a name in plain English must be a word of the pack."""
    sections = {*pack.words.sections, *chain.from_iterable(pack.words.sections.values())}
    kinds = {kind for type_ in pack.kinds for kind in kinds_of(type_, pack.kinds)}
    known = {*pack.words.decisions, *pack.words.meetings, *pack.words.documents, *sections, *DECISIONS, *kinds}
    for word in (place.removeprefix("names.") for place in pack.means if place.startswith("names.")):
        if word not in known:
            fault = f"there is no decision, meeting, document, section or kind '{word}'{nearest(word, known)}"
            yield f"words.names.{word}", fault


def _circles(pack: Pack) -> Iterator[Fault]:
    """A criterion or an audience that comes back to itself has no answer."""
    criteria = {name: {c for row in rows for c in _met(row.tests)} for name, rows in pack.criteria.items()}
    audiences = {n: {t.audience for row in rows for t in row.to if t.audience} for n, rows in pack.audiences.items()}
    for table, leads in (("criteria", criteria), ("audiences", audiences)):
        for name in leads:
            reached, ahead = set[str](), {*leads[name]}
            while ahead:
                reached |= ahead
                ahead = {further for each in ahead for further in leads.get(each, ())} - reached
            if name in reached:
                yield f"{table}.{name}", "it leads back to itself; take the word out that closes the circle"


def _met(tests: Tests) -> set[str]:
    """The criteria that are asked for."""
    return {name for c in (*tests.when, *tests.unless) if c.name == "meets" for name in c.arguments["criteria"]}


def _unused(pack: Pack) -> Iterator[Fault]:
    """What has a name so that rules may ask for it, and is asked for by none; a group of one rule."""
    met = {name for tests in _tests(pack) for name in _met(tests)}
    meant = {target.audience for target in _targets(pack)}
    for name in pack.criteria:
        if name not in met:
            yield f"criteria.{name}", "nothing asks for it; take it out"
    for name in pack.audiences:
        if name not in meant:
            yield f"audiences.{name}", "nobody is meant by it; take it out"
    for group, count in Counter(rule.group for rule in pack.rules if rule.group).items():
        if count == 1:
            [alone] = [rule.id for rule in pack.rules if rule.group == group]
            near = nearest(group, [name for name in pack.groups if name != group])
            yield f"rules {alone}", f"it is alone in the group '{group}'{near}; leave it out"


def _tests(pack: Pack) -> Iterator[Tests]:
    yield pack.scope
    yield from (status.tests for status in pack.statuses)
    yield from (rule.tests for rule in pack.rules)
    yield from (row.tests for rows in pack.criteria.values() for row in rows)
    yield from (row.tests for rows in pack.audiences.values() for row in rows)


def _targets(pack: Pack) -> Iterator[Target]:
    yield from (target for rule in pack.rules for target in (*rule.to, *rule.contact))
    yield from (target for rows in pack.audiences.values() for row in rows for target in row.to)
    yield from (target for report in pack.periodic for target in report.to)


def _coverage_faults(pack: Pack) -> Iterator[Fault]:
    used = cited(pack)
    for clause in pack.clauses:
        if clause not in used and clause not in pack.not_automated:
            yield f"clauses.{clause}", "no rule cites it; cite it, or list it under [not_automated] with the reason"
    for clause in pack.not_automated:
        if clause not in pack.clauses:
            yield f"not_automated.{clause}", "there is no such clause; add it to [clauses]"
        if clause in used:
            yield f"not_automated.{clause}", "a rule cites it; take it out here"
