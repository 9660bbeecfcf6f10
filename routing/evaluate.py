"""Whether tests hold in a situation, and which clauses the criteria that were met lend to the message.

The tests of a pack are compiled once: each to the functions that it asks, bound to their arguments, the cheap ones
first.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from episodes.events import Event
from routing.conditions import CONDITIONS
from routing.messages import Promise
from routing.pack import Condition, Criterion, Pack, Tests
from routing.situation import Situation

Clauses = tuple[str, ...]


def evaluate(tests: Tests, s: Situation, event: Event, pack: Pack) -> Clauses | None:
    """The clauses of the criteria met, where all of `when` and none of `unless` hold; else None."""
    compiled: _Compiled | None = pack.memo.get(id(tests))
    if compiled is None:
        compiled = pack.memo[id(tests)] = _Compiled(tests, pack)
    return compiled.evaluate(s, event)


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


class _Compiled:
    """The tests, ready to be asked. They are kept beside, so that nothing else is ever known by their identity."""

    def __init__(self, tests: Tests, pack: Pack) -> None:
        self.tests, self.pack = tests, pack
        self.asks = [*_asks(tests.when, wanted=True), *_asks(tests.unless, wanted=False)]
        self.met, self.unmet = _criteria(tests.when, pack), _criteria(tests.unless, pack)

    def evaluate(self, s: Situation, event: Event) -> Clauses | None:
        for ask in self.asks:
            held = ask.function(s, event) if ask.of_event else ask.function(s)
            if held is not ask.wanted:
                return None
        for rows in self.unmet:
            if any(True for _ in self._rows(rows, s, event)):
                return None
        clauses: list[str] = []
        for rows in self.met:
            lent = [*self._rows(rows, s, event)]
            if not lent:
                return None
            clauses += (clause for row in lent for clause in row)
        return tuple(clauses)

    def _rows(self, criterion: tuple[Criterion, ...], s: Situation, event: Event) -> Iterator[Clauses]:
        """The clauses of each row of a criterion that is met."""
        for row in criterion:
            lent = evaluate(row.tests, s, event, self.pack)
            if lent is not None:
                yield (*row.clauses, *lent)


@dataclass(frozen=True, slots=True)
class _Ask:
    """A condition bound to its arguments, and what it must say."""

    function: Callable[..., bool]
    of_event: bool
    wanted: bool


def _asks(conditions: Iterable[Condition], wanted: bool) -> Iterable[_Ask]:
    for condition in conditions:
        if condition.name != "meets":
            known = CONDITIONS[condition.name]
            yield _Ask(partial(known.function, **condition.arguments), known.of_event, condition.wanted is wanted)


def _criteria(conditions: Iterable[Condition], pack: Pack) -> list[tuple[Criterion, ...]]:
    """The rows of every criterion that is named."""
    return [pack.criteria[name] for c in conditions if c.name == "meets" for name in c.arguments["criteria"]]
