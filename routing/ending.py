"""Promises that end: those that a message of a rule closes, in its own episode or in any of the child's."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from routing.messages import Promise
from routing.situation import Case


def ended(promises: Iterable[Promise], what: tuple[str, ...], now: datetime) -> tuple[Promise, ...]:
    """The promises, of which those that are open and named by `what` end now."""
    return tuple(replace(p, closed_at=now) if p.open and any(p.is_a(name) for name in what) else p for p in promises)


def ended_in(case: Case, what: tuple[str, ...], now: datetime) -> Case:
    """The case, the same one where nothing of it ends."""
    after = ended(case.promises, what, now)
    return case if after == case.promises else replace(case, promises=after)
