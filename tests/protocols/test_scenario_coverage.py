"""Together the scenarios exercise every rule of every pack, and expect every clause that something cites."""

import pytest
from scenario_runs import ALL, PACKS, run_of

from routing.checking import cited
from routing.pack import Pack


@pytest.mark.parametrize("pack", PACKS, ids=lambda p: f"{p.authority}-{p.version}")
async def test_every_rule_and_every_periodic_report_is_exercised(pack: Pack) -> None:
    said = {rule for scenario in ALL for rule in (await run_of(scenario)).rules}
    rules = {(pack.authority, rule.id) for rule in (*pack.rules, *pack.periodic)}
    assert sorted(rules - said) == []


@pytest.mark.parametrize("pack", PACKS, ids=lambda p: f"{p.authority}-{p.version}")
def test_every_clause_that_something_cites_is_expected_by_a_scenario(pack: Pack) -> None:
    expected = {c for s in ALL if s.authority == pack.authority for row in s.expect for c in row.get("clauses", ())}
    assert sorted((cited(pack) & pack.clauses.keys()) - expected) == []
