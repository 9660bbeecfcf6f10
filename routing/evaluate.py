"""Whether tests hold in a situation, and which clauses the criteria that were met lend to the message."""

from collections.abc import Collection
from dataclasses import replace

from episodes.events import Event
from routing.conditions import CONDITIONS
from routing.messages import Promise
from routing.pack import Condition, Pack, Tests
from routing.situation import Situation


def evaluate(tests: Tests, s: Situation, event: Event, pack: Pack) -> tuple[str, ...] | None:
    """The clauses of the criteria met, where all of `when` and none of `unless` hold; else None."""
    clauses: list[str] = []
    for condition in tests.when:
        if condition.name == "meets":
            met = _criteria(condition, s, event, pack)
            if met is None:
                return None
            clauses += met
        elif not _single(condition, s, event):
            return None
    for condition in tests.unless:
        if condition.name == "meets":
            if any(_rows(name, s, event, pack) for name in condition.arguments["criteria"]):
                return None
        elif _single(condition, s, event):
            return None
    return tuple(clauses)


def evaluate_without(promise: Promise, tests: Tests, s: Situation, event: Event, pack: Pack) -> tuple[str, ...] | None:
    """What the tests would say had the promise not been given."""
    kept = tuple(p for p in s.promises if p is not promise)
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


def _single(condition: Condition, s: Situation, event: Event) -> bool:
    known, arguments = CONDITIONS[condition.name], condition.arguments
    held = known.function(s, event, **arguments) if known.of_event else known.function(s, **arguments)
    return held is condition.wanted


def _criteria(condition: Condition, s: Situation, event: Event, pack: Pack) -> list[str] | None:
    """Clauses of all the criteria; None when one of them is not met."""
    clauses: list[str] = []
    for name in condition.arguments["criteria"]:
        rows = _rows(name, s, event, pack)
        if not rows:
            return None
        clauses += (clause for row in rows for clause in row)
    return clauses


def _rows(name: str, s: Situation, event: Event, pack: Pack) -> list[tuple[str, ...]]:
    """The clauses of each row of a criterion that is met."""
    met = []
    for row in pack.criteria[name]:
        held = evaluate(row.tests, s, event, pack)
        if held is not None:
            met.append((*row.clauses, *held))
    return met
