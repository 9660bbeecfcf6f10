"""What people ask of a running hub: what is open for whom, who is missing now, everything about a reference."""

from reporting_hub import Hub, compact
from reporting_world import london

from reporting.queries import about_reference, missing_now, work_open_for

HOME = "nottinghamshire"


async def test_who_is_missing_now_is_told_by_what_runs_out_first(hub: Hub) -> None:
    await hub.register("2026-03-02 09:00", services=[{"service": "cscs", "worker": "sw1"}], plan="looked_after")
    await hub.missing("2026-03-02 21:00", "P-1", risk="high")
    await hub.missing("2026-03-03 08:00", "P-2", "K-2")
    await hub.missing("2026-03-03 09:00", "P-3", "K-3")
    await hub.found("2026-03-03 10:00", "P-3")
    async with hub.store.reading() as tx:
        missing = await missing_now(tx, HOME)
        elsewhere = await missing_now(tx, "islington")
    assert [m.references[0].incident for m in missing] == ["P-1", "P-2"]
    assert (missing[0].since, missing[0].risk) == (london("2026-03-02 21:00"), "high")
    assert missing[0].next_due is not None
    assert missing[1].next_due is None or missing[0].next_due <= missing[1].next_due
    assert elsewhere == []


async def test_what_is_open_for_a_person_is_theirs_and_what_is_nobodys_by_name(hub: Hub) -> None:
    services = [{"service": "cscs", "worker": "sw1"}]
    await hub.register("2026-03-02 09:00", services=services, plan="looked_after")
    await hub.missing("2026-03-02 10:00")
    await hub.found("2026-03-06 20:00")
    async with hub.store.reading() as tx:
        everything = await work_open_for(tx, HOME)
        hers = await work_open_for(tx, HOME, "allocated_social_worker", "sw1")
        anothers = await work_open_for(tx, HOME, "allocated_social_worker", "sw2")
    assert ("interview", london("2026-03-09 20:00")) in [(row.wanted, row.due) for row in hers]
    assert anothers == []
    assert {row.id for row in hers} < {row.id for row in everything}
    dues = [row.due for row in everything if row.due]
    assert dues == sorted(dues)


async def test_everything_about_a_reference_is_at_hand(hub: Hub) -> None:
    await hub.missing("2026-03-02 10:00", "P-1")
    await hub.missing("2026-03-02 11:00", "P-1", "K-2")
    await hub.missing("2026-03-02 12:00", "P-2", "K-3")
    async with hub.store.reading() as tx:
        about = await about_reference(tx, "XX", "P-1")
        nothing = await about_reference(tx, "YY", "P-1")
    assert [a.authority for a in about] == [HOME, HOME]
    assert {a.case.id for a in about} == {line.episode for a in about for line in a.ledger}
    assert all(row.case_id == a.case.id for a in about for row in a.work)
    assert all(delivery.row.subject == a.case.id for a in about for delivery in a.deliveries)
    assert all(a.work and a.deliveries for a in about)
    assert nothing == []
    assert compact("K-1")["value"] not in repr([a.work for a in about])
