"""Every scenario beside every pack runs through the hub itself, and says what its rows expect."""

import pytest
from scenario_runs import ALL, PACKS, VERSIONS, run_of

from homeward.scenarios.comparing import row_faults
from homeward.scenarios.reading import Scenario
from homeward.scenarios.sayable import unsayable


@pytest.mark.parametrize("scenario", ALL, ids=lambda s: f"{s.authority}-{s.id}")
async def test_what_is_said(scenario: Scenario) -> None:
    run = await run_of(scenario)
    found = row_faults(scenario, run.messages)
    assert not found, "\n".join([f"{scenario.file}: {scenario.title}", *found])


def test_each_id_stands_once() -> None:
    ids = [(s.authority, s.id) for s in ALL]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("authority", VERSIONS)
def test_a_row_speaks_of_what_can_be_said(authority: str) -> None:
    packs = tuple(p for p in PACKS if p.authority in (authority, "hub"))
    theirs = (scenario for scenario in ALL if scenario.authority == authority)
    assert {s.id: found for s in theirs if (found := [*unsayable(s, packs)])} == {}
