"""Which rules a change of a pack can touch: only where one of them has a say are the rules asked again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from routing.pack import Pack, Rule, Target, Tests
from routing.reviewing import LOOKED_BACK_AT

DERIVED = {"rules", "rules_by_id", "groups", "criteria", "audiences", "limits", "means"}
"""What of a pack acts through its rules alone, or not at all."""


SAID = {"send", "title", "kind", "to", "clauses", "modality", "urgency", "name", "form", "fields", "contact", "dated",
        "target", "circumstances", "takes_over", "closes", "closes_for_child", "withdraws", "classifies",
        "settled_by"}  # fmt: skip
"""What of a rule acts when it answers, and through what it has promised."""
AFTERWARDS = {"follows", "lapses"}
"""What acts through what it has promised alone."""


@dataclass(frozen=True)
class Difference:
    """What a change of a pack can touch. `asked`: rules that may hold otherwise; `said`: those that may answer
    otherwise; `kept`: those whose promises may fare otherwise, the others among them; `heard`: what those listen to
    that may be asked at other times. None, where it may touch anything."""

    pack: Pack
    asked: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    heard: frozenset[str] | None = None

    @classmethod
    def between(cls, before: Pack, after: Pack) -> Self:
        pairs = [*zip(before.rules, after.rules, strict=False)]
        if _is_of_another_sort(before, after, pairs):
            return cls(after)
        criteria, audiences = _criteria(before, after), _audiences(before, after)
        asked, said, kept, heard = set[str](), set[str](), set[str](), set[str]()
        for old, new in pairs:
            differs = {f.name for f in fields(Rule) if getattr(old, f.name) != getattr(new, f.name)}
            if "tests" in differs or _asks(new.tests) & criteria:
                asked.add(new.id)
            if differs & SAID or _meant((*new.to, *new.contact)) & audiences:
                said.add(new.id)
            if differs & AFTERWARDS:
                kept.add(new.id)
            if wide := differs - SAID - AFTERWARDS - {"tests"}:
                if not old.on or not new.on:
                    return cls(after)
                heard |= {pattern.partition(".")[0] for pattern in (*old.on, *new.on)}
                kept |= {new.id} if wide else set()
        if not heard.isdisjoint(("opened", "found")):  # asked once more when what they hang on changes
            heard |= LOOKED_BACK_AT
        return cls(after, *map(frozenset, (asked, said, asked | said | kept, heard)))

    def concerns(
        self, changes: frozenset[str], promised: frozenset[str], weighed: frozenset[str], held: frozenset[str]
    ) -> bool:
        """Whether it may matter to a question about these changes, where promises of these rules stand and the
        conditions of these rules were looked at, and held."""
        return self.heard is None or not (
            self.heard.isdisjoint(changes)
            and self.kept.isdisjoint(promised)
            and self.asked.isdisjoint(weighed)
            and self.said.isdisjoint(held)
        )


def _is_of_another_sort(before: Pack, after: Pack, pairs: list[tuple[Rule, Rule]]) -> bool:
    """Whether more may change than what single rules ask and say."""
    return (
        any(getattr(before, f.name) != getattr(after, f.name) for f in fields(before) if f.name not in DERIVED)
        or len(before.rules) != len(after.rules)
        or any(old.id != new.id for old, new in pairs)
        or any((old.group, old.about, old.rejects) != (new.group, new.about, new.rejects) for old, new in pairs)
        or [held(old, before) for old, _ in pairs] != [held(new, after) for _, new in pairs]
        or bool(_asked_besides(after) & _criteria(before, after))
    )


def _asked_besides(pack: Pack) -> set[str]:
    """The criteria that something else than a rule asks about."""
    return {name for tests in (pack.scope, *(status.tests for status in pack.statuses)) for name in _asks(tests)}


def held(rule: Rule, pack: Pack) -> bool:
    """Whether the rule's messages wait for a release."""
    return pack.release is not None and any(name in pack.release.holds for name in rule.names)


def _criteria(before: Pack, after: Pack) -> set[str]:
    """The criteria that may be met otherwise."""
    lead = {name: {c for row in rows for c in _asks(row.tests)} for name, rows in after.criteria.items()}
    return _spread(_changed(before.criteria, after.criteria), lead)


def _audiences(before: Pack, after: Pack) -> set[str]:
    """The audiences that may mean others."""
    lead = {name: _meant(target for row in rows for target in row.to) for name, rows in after.audiences.items()}
    criteria = _criteria(before, after)
    asking = {name for name, rows in after.audiences.items() if any(_asks(row.tests) & criteria for row in rows)}
    return _spread(_changed(before.audiences, after.audiences) | asking, lead)


def _spread(names: set[str], lead: Mapping[str, set[str]]) -> set[str]:
    """With those that lead to one of them."""
    while further := {name for name, others in lead.items() if others & names} - names:
        names = names | further
    return names


def _changed(before: Any, after: Any) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def _asks(tests: Tests) -> set[str]:
    return {name for c in (*tests.when, *tests.unless) if c.name == "meets" for name in c.arguments["criteria"]}


def _meant(targets: Iterable[Target]) -> set[str]:
    return {target.audience for target in targets if target.audience}
