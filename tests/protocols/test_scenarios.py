"""Every scenario beside every pack runs through the hub itself, and says what its rows expect."""

import pytest
from scenario_files import Scenario
from scenario_running import faults
from scenario_runs import ALL, PACKS, run_of

OF_THE_HUB = {
    "unreadable",
    "doubtful_match",
    "unknown_authority",
    "delivery_failed",
    "retracted",
    "data_quality",
    "id_reused",
}
WITHDRAWALS = {"task.create": "task.cancel", "meeting.request": "meeting.cancel", "rhi.request": "rhi.withdrawn"}


@pytest.mark.parametrize("scenario", ALL, ids=lambda s: f"{s.authority}-{s.id}")
async def test_what_is_said(scenario: Scenario) -> None:
    run = await run_of(scenario)
    found = faults(scenario, run.messages)
    assert not found, "\n".join([f"{scenario.file}: {scenario.title}", *found])


def test_each_id_stands_once() -> None:
    ids = [(s.authority, s.id) for s in ALL]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("scenario", ALL, ids=lambda s: f"{s.authority}-{s.id}")
def test_a_row_speaks_of_what_can_be_said(scenario: Scenario) -> None:
    packs = [p for p in PACKS if p.authority in (scenario.authority, "hub")]
    sayable = {(r.send, r.kind) for p in packs for r in p.rules} | {("report.data", None)}
    sayable |= {(WITHDRAWALS[send], kind) for send, kind in sayable if send in WITHDRAWALS}
    types, kinds = {t for t, _ in sayable}, {k for _, k in sayable} | OF_THE_HUB
    roles = {role for p in packs for role in p.roles}
    for row in (*scenario.expect, *scenario.absent):
        assert row.get("type") in {None, *types}, row
        assert row.get("kind") in kinds | {None}, row
        if row.get("kind") not in OF_THE_HUB and "type" in row and "kind" in row:
            assert (row["type"], row["kind"]) in sayable, row
        assert {w.partition("=")[0] for w in (*row.get("to", ()), *row.get("to_exactly", ()))} <= roles, row
