"""What a report would lead to, told without keeping it: the messages that would leave, and which clocks and requests
would stand before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from intake.step import Context, Step
from intake.worklist import work_rows
from routing.messages import Message
from store.rows import WorkRow

RunningClock = tuple[str, str, datetime]
"""A case, the rule that would speak, and when."""


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """The clocks that run and what waits for somebody, of all children that a report speaks of."""

    clocks: frozenset[RunningClock] = frozenset()
    work: Mapping[str, WorkRow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What would happen. `stopped`, `started`: clocks; `settled`: what would wait no longer. `refused`: why the report
    could not be read, without personal data; empty where it could."""

    messages: tuple[Message, ...] = ()
    stopped: tuple[RunningClock, ...] = ()
    started: tuple[RunningClock, ...] = ()
    settled: tuple[WorkRow, ...] = ()
    changed: bool = False
    refused: str = ""


def case_standing(context: Context) -> CaseStanding:
    """As it stands at this moment of the batch."""
    cases = [(child, case) for child in context.children.children() for case in child.everything()]
    clocks = frozenset((case.id, clock.rule, clock.due_at) for _, case in cases for clock in case.clocks)
    return CaseStanding(clocks, {row.id: row for each in cases for row in work_rows(*each, context.packs)})


def rehearsed(done: Step, before: CaseStanding, after: CaseStanding) -> Rehearsed:
    """What a step would change; clocks in order of time."""
    return Rehearsed(
        done.messages,
        tuple(sorted(before.clocks - after.clocks, key=lambda clock: (clock[2], clock))),
        tuple(sorted(after.clocks - before.clocks, key=lambda clock: (clock[2], clock))),
        tuple(row for id_, row in before.work.items() if id_ not in after.work),
        bool(done.cases),
    )
