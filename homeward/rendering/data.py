"""A pack in words as data, for other programs: the same sentences as in the terminal and on the page."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from homeward.rendering.coverage import coverage
from homeward.rendering.rules import RuleNode, rule_sentences, tests_in_words
from homeward.rendering.wording import PackWording
from routing.pack import Pack, Rule, Tests
from routing.source import Clause, NamedLimit


def pack_data(pack: Pack, proofs: Mapping[str, list[str]]) -> dict[str, Any]:
    """The whole pack. `proofs`: for each clause the titles of the scenarios that expect it."""
    w = PackWording(pack)
    return {
        "title": pack.title,
        "source": asdict(pack.source),
        "coverage": coverage(pack, proofs),
        "scope": tests_in_words(pack.scope, w) if pack.scope != Tests() else None,
        "limits": {limit.name: _limit(limit) for limit in pack.limits.values()},
        "rules": [_rule(rule, pack, w) for rule in pack.rules],
        "periodic": [{"id": p.id, "period": p.period, "to": w.to(p.to), "clauses": p.clauses} for p in pack.periodic],
        "clauses": {c.id: _clause(c, pack, proofs) for c in pack.clauses.values()},
        "not_automated": dict(pack.not_automated),
    }


def _limit(limit: NamedLimit) -> dict[str, Any]:
    return {
        "within": str(limit.length) if limit.length else None,
        "number": limit.number,
        "clause": limit.clause,
        "since": limit.since.isoformat(),
        "used_by": limit.used_by,
    }


def _rule(rule: Rule, pack: Pack, w: PackWording) -> dict[str, Any]:
    words = rule_sentences([rule], w)
    return {
        "id": rule.id,
        "family": rule.family,
        "title": rule.title,
        "sends": f"{rule.send} {rule.kind}" if rule.kind else rule.send,
        "to": [w.target(target) for target in rule.to] or ["those who were asked"],
        "says": [line for node in (*words.says, *words.notes) for line in lines(node)],
        "modality": rule.modality,
        "urgency": rule.urgency,
        "clauses": [*dict.fromkeys((*rule.clauses, *lent(rule, pack)))],
    }


def lines(node: RuleNode, depth: int = 0) -> list[str]:
    """A sentence, or a list line by line, each further in than the line that leads into it."""
    if isinstance(node, str):
        return ["  " * depth + node]
    inner = [line for item in node.items for line in lines(item, depth + 1)]
    return ["  " * depth + node.intro, *inner]


def lent(rule: Rule, pack: Pack) -> list[str]:
    """The clauses that the criteria of a rule may lend to its message."""
    return _lent(rule.tests, pack)


def _lent(tests: Tests, pack: Pack) -> list[str]:
    rows = [row for c in tests.when if c.name == "meets" for n in c.arguments["criteria"] for row in pack.criteria[n]]
    return [clause for row in rows for clause in (*row.clauses, *_lent(row.tests, pack))]


def _clause(clause: Clause, pack: Pack, proofs: Mapping[str, list[str]]) -> dict[str, Any]:
    kept_by = [r.id for r in pack.rules if clause.id in (*r.clauses, *lent(r, pack))]
    kept_by += [p.id for p in pack.periodic if clause.id in p.clauses]
    kept_by += [f"@{name}" for name, rows in pack.audiences.items() if any(clause.id in row.clauses for row in rows)]
    return {
        "section": clause.section,
        "says": clause.says,
        "cited_by": kept_by,
        "exercised": clause.id in proofs,
        "scenarios": [*dict.fromkeys(proofs.get(clause.id, ()))],
        "not_automated": pack.not_automated.get(clause.id),
    }
