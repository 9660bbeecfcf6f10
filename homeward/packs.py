"""A pack in words for its owner: its rules, and how much of its source they cover. Nothing is decided here."""

from collections.abc import Collection
from typing import Any

from routing.checking import cited
from routing.pack import Condition, Limit, Pack, Rule, Target, Tests
from routing.source import Clause


def coverage(pack: Pack, exercised: Collection[str]) -> dict[str, Any]:
    """Of the clauses of the source, how many a rule cites, how many of these a scenario table expects of a message, and
    how many are listed as left to people. `exercised`: the clauses that the tables expect."""
    used = cited(pack) & pack.clauses.keys()
    return {
        "authority": pack.authority,
        "version": pack.version,
        "in_force_from": pack.in_force_from.isoformat(),
        "rules": len(pack.rules) + len(pack.periodic),
        "clauses": len(pack.clauses),
        "cited": len(used),
        "exercised": len(used & {*exercised}),
        "left": len(pack.not_automated),
    }


def described(pack: Pack, exercised: Collection[str]) -> dict[str, Any]:
    """The whole pack in words."""
    return {
        "title": pack.title,
        "coverage": coverage(pack, exercised),
        "scope": _tests(pack.scope),
        "rules": [_rule(rule, pack) for rule in pack.rules],
        "periodic": [{"id": p.id, "period": p.period, "clauses": p.clauses} for p in pack.periodic],
        "clauses": {c.id: _clause(c, pack, exercised) for c in pack.clauses.values()},
        "not_automated": dict(pack.not_automated),
    }


def _clause(clause: Clause, pack: Pack, exercised: Collection[str]) -> dict[str, Any]:
    rules = [r.id for r in pack.rules if clause.id in r.clauses]
    rules += [p.id for p in pack.periodic if clause.id in p.clauses]
    rules += [f"@{name}" for name, rows in pack.audiences.items() if any(clause.id in row.clauses for row in rows)]
    rules += [name for name, rows in pack.criteria.items() if any(clause.id in row.clauses for row in rows)]
    return {
        "section": clause.section,
        "says": clause.says,
        "cited_by": rules,
        "exercised": clause.id in exercised,
        "not_automated": pack.not_automated.get(clause.id),
    }


def _rule(rule: Rule, pack: Pack) -> dict[str, Any]:
    sends = f"{rule.send} {rule.kind}" if rule.kind else rule.send
    of_child = ["about the child, in no episode"] if rule.about == "child" else []
    on = [*of_child, *([f"on {', '.join(rule.on)}"] if rule.on else [])]
    on += ["also beyond the scope"] if rule.beyond_scope else []
    effects = [f"from then on counts as {rule.classifies}"] if rule.classifies else []
    effects += ["the report is not taken as a fact"] if rule.rejects else []
    return {
        "id": rule.id,
        "sends": sends,
        "to": [_target(target, pack) for target in rule.to],
        "when": [*on, *_tests(rule.tests), *effects],
        "times": _times(rule),
        "modality": rule.modality,
        "clauses": [*rule.clauses, *(f"and those of {name}" for name in _criteria(rule.tests))],
    }


def _target(target: Target, pack: Pack) -> str:
    if target.audience:
        return f"{target.audience.replace('_', ' ')} (by table)"
    if target.told_by:
        return f"whoever was told by {', '.join(target.told_by)}"
    if target.asked_by:
        return f"whoever holds {', '.join(target.asked_by)}"
    if target.named_as:
        return f"who the report names as {target.named_as}"
    assert target.role is not None
    return pack.roles[target.role].name


def _tests(tests: Tests) -> list[str]:
    """All of `when` and none of `unless`: so of several criteria all must be met, or any is one too many."""
    return [_condition(c, " and ") for c in tests.when] + [f"unless {_condition(c, ' or ')}" for c in tests.unless]


def _condition(condition: Condition, criteria: str) -> str:
    if condition.name == "meets":
        return f"meets {criteria.join(condition.arguments['criteria'])}"
    name = condition.name.replace("_", " ")
    values = ", ".join(_value(v) for v in condition.arguments.values())
    text = f"{name}: {values}" if values else name
    return text if condition.wanted else f"not {text}"


def _value(value: Any) -> str:
    return " or ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _criteria(tests: Tests) -> list[str]:
    return [name for c in tests.when if c.name == "meets" for name in c.arguments["criteria"]]


def _times(rule: Rule) -> list[str]:
    lines = []
    if rule.moment:
        lead = f", {rule.moment.lead} ahead" if rule.moment.lead else ""
        lines.append(f"goes out {rule.moment.op} {_limit(rule.moment.limit)}{lead}")
    if rule.due:
        lines.append(f"due {_limit(rule.due)}")
    if rule.target:
        lines.append(f"aimed at {_limit(rule.target)}")
    return lines


def _limit(limit: Limit) -> str:
    anchor = limit.anchor.replace("_", " ") + (f" ({', '.join(limit.of)})" if limit.of else "")
    return f"{' or '.join(map(str, limit.lengths))} after {anchor}"
