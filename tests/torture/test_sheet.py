"""The sheet of a run says of each fault how it went, what could not be had, and whether the promise held."""

from dataclasses import replace
from typing import Any

import pytest

from homeward.torture.audit import Audit
from homeward.torture.conduct import Measured, Outcome, drawn
from homeward.torture.faults import FAULTS
from homeward.torture.faults.injected import InjectedFault
from homeward.torture.sheet import holds, sheet

HELD = Audit(100, 200, 50, (), 3, (), (), (), 2, 1)
KILLED = next(fault for fault in FAULTS if fault.name == "hub killed")
FROZEN = next(fault for fault in FAULTS if fault.name == "Postgres frozen")


def measured(fault: InjectedFault, recovery: float | None, twice: int = 0) -> Measured:
    return Measured(fault, recovery, told=1.0, ready=2.0, mails_twice=twice)


def outcome(*each: Measured, audit: Audit = HELD) -> Outcome:
    return Outcome("7", each, audit, 600.0, (FROZEN,))


def test_each_fault_has_a_line_with_how_often_it_came_and_how_long_the_hub_took() -> None:
    told = [*sheet(outcome(measured(KILLED, 2.0), measured(KILLED, 8.0, 2), measured(KILLED, 4.0)))]
    assert "| hub killed | 3 | 4.0 s | 8.0 s | 1.0 s | 2.0 s | 2 |" in told
    assert "Not made, for want of a Postgres of the kit: Postgres frozen." in told
    assert "- works again: 4.0 s (p50), 8.0 s (max), of 3 faults" in told
    assert told[-1] == "The promise held."


def test_a_hub_that_did_not_work_again_has_broken_its_promise() -> None:
    run = outcome(measured(KILLED, 2.0), measured(KILLED, None))
    assert "| hub killed | 2 | never | never | 1.0 s | 2.0 s | 0 |" in [*sheet(run)]
    assert not holds(run)


def test_a_run_without_a_fault_has_shown_nothing() -> None:
    assert not holds(outcome())
    assert [*sheet(outcome())][-1] == "The promise did not hold."


@pytest.mark.parametrize("kind", ["lost", "effects", "disorder", "alarms", "altered"])
def test_what_broke_a_promise_is_named(kind: str) -> None:
    broken: dict[str, Any] = {kind: ("message m1",)}
    run = outcome(measured(KILLED, 2.0), audit=replace(HELD, **broken))
    told = [*sheet(run)]
    assert f"  - {kind}: message m1" in told
    assert told[-1] == "The promise did not hold."
    assert not holds(run)


def test_the_same_seed_gives_the_same_schedule_and_every_fault_comes_before_any_comes_again() -> None:
    def first(seed: str) -> list[tuple[InjectedFault, float]]:
        schedule = drawn(FAULTS, seed)
        return [next(schedule) for _ in range(2 * len(FAULTS))]

    assert first("7") == first("7")
    assert first("7") != first("8")
    names = [fault.name for fault, _ in first("7")]
    assert {*names[: len(FAULTS)]} == {*names[len(FAULTS) :]} == {fault.name for fault in FAULTS}
    assert all(fault.lasts[0] <= lasts <= fault.lasts[1] for fault, lasts in first("7"))
