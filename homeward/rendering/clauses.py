"""A pack by the clauses of its source: what each asks, what Homeward does for it, what is left to people, and which
scenarios prove it. The terminal, the page and JSON show this one value."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from homeward.rendering.coverage import coverage
from homeward.rendering.english import as_sentence, day, length, listed, spaced
from homeward.rendering.rules import Told, row_in_words, rule_sentences, tests_in_words
from homeward.rendering.wording import PackWording
from routing.pack import AudienceRow, Condition, Criterion, Pack, Rule, Tests
from routing.source import Clause


@dataclass(frozen=True, slots=True)
class Does:
    """What one rule does for a clause. `because`: the case in which the rule cites it, where it does so only then.
    `elsewhere`: the clause under which it is told in full; None: here."""

    rule: Told
    because: str = ""
    elsewhere: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """One clause with everything that is to be said of it."""

    clause: Clause
    does: tuple[Does, ...]
    chooses: tuple[str, ...]
    left: str | None
    scenarios: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the source with its clauses."""

    name: str
    clauses: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the pack that rules use, and the cases that it stands for."""

    says: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit in words."""

    name: str
    length: str
    clause: str
    since: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manual:
    """The whole pack in words."""

    pack: Pack
    counts: Mapping[str, int | str]
    scope: str
    limits: tuple[LimitLine, ...]
    sections: tuple[Section, ...]
    beyond: tuple[Does, ...]
    means: tuple[Term, ...]
    who: tuple[Term, ...]


def manual(pack: Pack, proofs: Mapping[str, list[str]]) -> Manual:
    """The pack in words. `proofs`: for each clause the titles of the scenarios that expect it."""
    w = PackWording(pack)
    units = _units(pack, w)
    homes = {rule.id: _home(parts, pack) for parts, rule in units}
    sections: dict[str, list[Kept]] = {}
    for clause in pack.clauses.values():
        sections.setdefault(clause.section, []).append(_kept(clause, pack, w, units, homes, proofs))
    beyond = tuple(Does(rule) for _, rule in units if homes[rule.id] is None)
    return Manual(
        pack=pack,
        counts=coverage(pack, proofs),
        scope=_scope(pack, w),
        limits=tuple(_limit(pack, name, w) for name in pack.limits),
        sections=tuple(Section(name, tuple(kept)) for name, kept in sections.items()),
        beyond=beyond,
        means=means(pack, w),
        who=who(pack, w),
    )


def _scope(pack: Pack, w: PackWording) -> str:
    """Whom the procedure is about; nothing where it is about everybody."""
    if pack.scope == Tests():
        return ""
    if pack.scope.when:
        return f"a child if {tests_in_words(pack.scope, w)}"
    return f"every child unless {tests_in_words(Tests(when=pack.scope.unless), w)}"


def _units(pack: Pack, w: PackWording) -> list[tuple[tuple[Rule, ...], Told]]:
    """The rules as they stand in the file, a rule with `each` once."""
    families: dict[str, list[Rule]] = {}
    for rule in pack.rules:
        families.setdefault(rule.family or rule.id, []).append(rule)
    return [(tuple(parts), rule_sentences(parts, w)) for parts in families.values()]


def _kept(
    clause: Clause,
    pack: Pack,
    w: PackWording,
    units: list[tuple[tuple[Rule, ...], Told]],
    homes: Mapping[str, str | None],
    proofs: Mapping[str, list[str]],
) -> Kept:
    does = []
    for parts, rule in units:
        cases = [case for part in parts for case in _cases(clause.id, part, pack, w)]
        if cases:
            elsewhere = homes[rule.id] if homes[rule.id] != clause.id else None
            does.append(Does(rule, "" if "" in cases else listed(cases, "or"), elsewhere))
    for report in pack.periodic:
        if clause.id in report.clauses:
            text = f"after each {report.period}, Homeward sends the figures to {w.to(report.to)}"
            does.append(
                Does(Told(report.id, f"Send the figures of each {report.period}", "", "", (as_sentence(text),)))
            )
    chooses = [
        f"{as_sentence(f'{w.audience(name)}').removesuffix('.')}: {line}"
        for name, rows in pack.audiences.items()
        for row, line in zip(rows, _rows(rows, w), strict=True)
        if clause.id in row.clauses
    ]
    return Kept(
        clause, tuple(does), tuple(chooses), _left(pack.not_automated.get(clause.id)),
        tuple(dict.fromkeys(proofs.get(clause.id, ()))),
    )  # fmt: skip


def _home(parts: tuple[Rule, ...], pack: Pack) -> str | None:
    """The clause under which a rule is told in full: the first in the source that it always cites, else the first that
    it cites at times; None where it cites interpretations and the hub's own duties alone."""
    always = [c for c in pack.clauses if any(c in part.clauses for part in parts)]
    at_times = (c for c in pack.clauses if any(_lending(c, part.tests.when, pack) for part in parts))
    return always[0] if always else next(at_times, None)


def _cases(clause: str, rule: Rule, pack: Pack, w: PackWording) -> list[str]:
    """When a rule cites a clause: always (an empty text), or in the case of a row that lends it."""
    if clause in rule.clauses:
        return [""]
    return [row_in_words(row, w) if row.tests != Tests() else "" for row in _lending(clause, rule.tests.when, pack)]


def _lending(clause: str, conditions: tuple[Condition, ...], pack: Pack) -> list[Criterion]:
    names = [name for c in conditions if c.name == "meets" for name in c.arguments["criteria"]]
    rows = [row for name in names for row in pack.criteria[name]]
    return [row for row in rows if clause in row.clauses or _lending(clause, row.tests.when, pack)]


def _rows(rows: Sequence[AudienceRow], w: PackWording) -> tuple[str, ...]:
    """Who is meant, and in which case; where there is only one case, that goes without saying."""
    told: list[str] = []
    for row in rows:
        who = w.to(row.to) or "nobody yet; the message waits"
        case = (
            f", if {tests_in_words(row.tests, w)}" if row.tests != Tests() else ", in every other case" if told else ""
        )
        told.append(who + case)
    return tuple(told)


def _left(reason: str | None) -> str | None:
    """Why a clause is left to people, without the word that sorts the reasons."""
    if reason is None:
        return None
    sort, colon, rest = reason.partition(": ")
    return as_sentence(rest if colon and " " not in sort.replace("screen step", "screen") else reason)


def _limit(pack: Pack, name: str, w: PackWording) -> LimitLine:
    limit = pack.limits[name]
    text = length(limit.length) if limit.length else str(limit.number)
    uses = dict.fromkeys(_use(place, pack, w) for place in limit.used_by)
    return LimitLine(spaced(name), text, limit.clause, day(limit.since), tuple(uses))


def _use(place: str, pack: Pack, w: PackWording) -> str:
    """What counts to a limit, by its place in the file: `rules ask.due`, `criteria.serious, row 1`, …"""
    first = place.partition(",")[0]
    if first.startswith("rules "):
        named = pack.named(first.removeprefix("rules ").partition(".")[0])
        return named[0].title
    if first.startswith("criteria."):
        return f"whether {w.criterion(first.removeprefix('criteria.'))}"
    audience = re.search(r"of audience (\w+)$", first)
    return f"who is meant by “{w.audience(audience[1])}”" if audience else "whom the procedure is about"


def means(pack: Pack, w: PackWording) -> tuple[Term, ...]:
    """The criteria that have a name, and the cases in which each is met."""
    return tuple(
        Term(w.criterion(name), tuple(row_in_words(row, w) for row in rows))
        for name, rows in pack.criteria.items()
        if f"criteria.{name}" in pack.means
    )


def who(pack: Pack, w: PackWording) -> tuple[Term, ...]:
    """The audiences, and who is meant in which case."""
    return tuple(Term(w.audience(name), _rows(rows, w)) for name, rows in pack.audiences.items())
