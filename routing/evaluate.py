"""Whether tests hold in a situation, and which clauses the criteria that were met lend to the message.

The tests of a pack are compiled once: each to the functions that it asks, bound to their arguments, the cheap ones
first.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from episodes.events import Event
from routing.conditions import CONDITIONS
from routing.messages import Promise
from routing.pack import Condition, Pack, Tests
from routing.situation import Situation

Clauses = tuple[str, ...]


def evaluate(tests: Tests, s: Situation, event: Event, pack: Pack) -> Clauses | None:
    """The clauses of the criteria met, where all of `when` and none of `unless` hold; else None."""
    return _compiled(tests, pack).evaluate(s, event)


def evaluate_without(
    promises: Collection[Promise], tests: Tests, s: Situation, event: Event, pack: Pack
) -> Clauses | None:
    """What the tests would say had none of these promises been given."""
    kept = tuple(p for p in s.promises if all(p is not promise for promise in promises))
    return evaluate(tests, replace(s, promises=kept), event, pack)


def depends_on(tests: Tests, names: Collection[str], pack: Pack) -> bool:
    """Whether one of these conditions stands in the tests, or in a criterion that they name."""
    for condition in (*tests.when, *tests.unless):
        if condition.name in names:
            return True
        criteria = condition.arguments["criteria"] if condition.name == "meets" else ()
        if any(depends_on(row.tests, names, pack) for name in criteria for row in pack.criteria[name]):
            return True
    return False


def _compiled(tests: Tests, pack: Pack) -> "_Compiled":
    compiled: _Compiled | None = pack.memo.get(id(tests))
    if compiled is None:
        compiled = pack.memo[id(tests)] = _Compiled(tests, pack)
    return compiled


class _Compiled:
    """The tests, ready to be asked. They are kept beside, so that nothing else is ever known by their identity."""

    def __init__(self, tests: Tests, pack: Pack) -> None:
        self.tests = tests
        self.asks = (*_asks(tests.when, wanted=True), *_asks(tests.unless, wanted=False))
        self.met, self.unmet = _criteria(tests.when, pack), _criteria(tests.unless, pack)

    def evaluate(self, s: Situation, event: Event) -> Clauses | None:
        for function, of_event, wanted in self.asks:
            if (function(s, event) if of_event else function(s)) is not wanted:
                return None
        for criterion in self.unmet:
            for row in criterion:
                if row.tests.evaluate(s, event) is not None:
                    return None
        clauses: Clauses = ()
        for criterion in self.met:
            is_met = False
            for row in criterion:
                lent = row.tests.evaluate(s, event)
                if lent is not None:
                    is_met, clauses = True, (*clauses, *row.clauses, *lent)
            if not is_met:
                return None
        return clauses


_Ask = tuple[Callable[..., bool], bool, bool]
"""A condition bound to its arguments, whether it is one of the event, and what it must say."""


class _Row(NamedTuple):
    """A row of a criterion."""

    clauses: Clauses
    tests: _Compiled


def _asks(conditions: Iterable[Condition], wanted: bool) -> Iterable[_Ask]:
    for condition in conditions:
        if condition.name != "meets":
            known = CONDITIONS[condition.name]
            bound = partial(known.function, **condition.arguments) if condition.arguments else known.function
            yield bound, known.of_event, condition.wanted is wanted


def _criteria(conditions: Iterable[Condition], pack: Pack) -> list[list[_Row]]:
    """The rows of every criterion that is named."""
    named = [pack.criteria[name] for c in conditions if c.name == "meets" for name in c.arguments["criteria"]]
    return [[_Row(row.clauses, _compiled(row.tests, pack)) for row in rows] for rows in named]
