"""Whether tests hold in a situation, and which clauses the criteria that were met lend to the message."""

from routing.conditions import CONDITIONS
from routing.messages import Promise
from routing.pack import Condition, Pack, Tests
from routing.situation import Situation


def holds(tests: Tests, s: Situation, pack: Pack) -> tuple[str, ...] | None:
    """The clauses of the criteria met, where all of `when` and none of `unless` hold; else None."""
    clauses: list[str] = []
    for condition in tests.when:
        if condition.name == "meets":
            met = _criteria(condition, s, pack)
            if met is None:
                return None
            clauses += met
        elif not _single(condition, s):
            return None
    for condition in tests.unless:
        if condition.name == "meets":
            if any(_rows(name, s, pack) for name in condition.arguments["criteria"]):
                return None
        elif _single(condition, s):
            return None
    return tuple(clauses)


def holds_without(promise: Promise, tests: Tests, s: Situation, pack: Pack) -> tuple[str, ...] | None:
    """What the tests would say had the promise not been given."""
    given = s.promises
    s.promises = [p for p in given if p is not promise]
    clauses = holds(tests, s, pack)
    s.promises = given
    return clauses


def _single(condition: Condition, s: Situation) -> bool:
    return CONDITIONS[condition.name].function(s, **condition.arguments) is condition.wanted


def _criteria(condition: Condition, s: Situation, pack: Pack) -> list[str] | None:
    """Clauses of all the criteria; None when one of them is not met."""
    clauses: list[str] = []
    for name in condition.arguments["criteria"]:
        rows = _rows(name, s, pack)
        if not rows:
            return None
        clauses += (clause for row in rows for clause in row)
    return clauses


def _rows(name: str, s: Situation, pack: Pack) -> list[tuple[str, ...]]:
    """The clauses of each row of a criterion that is met."""
    met = []
    for row in pack.criteria[name]:
        held = holds(row.tests, s, pack)
        if held is not None:
            met.append((*row.clauses, *held))
    return met
