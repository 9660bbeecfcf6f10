"""A hundred canaries change nothing that anybody counts, reads, exports or proves: every table stands as without
them."""

from datetime import timedelta

from canary_world import World, world
from wire_messages import case, child, context, found, later, missing

from intake.records import RawRecord
from schemas.topics import casework_outcomes, police_notifications, register_children
from store.rows import CANARY
from store.tables import metadata
from tests.shipped import shipped_packs

AUTHORITIES = shipped_packs().authorities

POLICE, CASEWORK, REGISTER = (
    police_notifications("XX"), casework_outcomes("nottinghamshire"), register_children("nottinghamshire"),
)  # fmt: skip
STORY = (
    (0, REGISTER, context(0, "compact:K-1", "mosaic:M-1", legal_status="care_order", plan="looked_after", id_="a")),
    (1, POLICE, missing(1, id_="b")),
    (30, POLICE, found(30, id_="c")),
    (60, CASEWORK, case("rhi.outcome", 60, id_="d", outcome="completed")),
    (70, POLICE, missing(70, "P-2", id_="e", child=child("compact:K-2"))),
)
MAY_DIFFER = {
    "outbox": ("position", "trace"),
    "deliveries": ("position", "lease_owner", "fence"),
    "leases": ("owner", "until", "fence"),
    "ledger": ("contents_hash", "hash", "link"),
    "ledger_heads": ("link",),
    "ledger_roots": ("tree", "root", "leaves"),
    "sealed_contents": ("hash", "salt", "contents"),
}
"""Numbers that the database draws, which process relayed, and what rests on a salt: other ones each time."""


async def told(hub: World, canaries: int) -> dict[str, list[tuple[object, ...]]]:
    """The story, with so many canaries in between, and every table after it."""
    hub.canaries._every = timedelta(minutes=1)
    for n, (hours, topic, value) in enumerate(STORY):
        hub.clock.set(later(hours))
        await hub.parts.intake.process_batch([RawRecord(topic, 0, n, value, later(hours))])
        await hub.deliver()
        for _ in range(canaries // len(AUTHORITIES) // len(STORY)):
            await hub.turn(1)
            assert await hub.waits_for() == {None}
        hub.clock.set(later(hours + 0.5))
        await hub.parts.listening.look()
    await hub.parts.sealer.look()
    return {name: await hub.table(name, MAY_DIFFER.get(name, ())) for name in metadata.tables if name != "canaries"}


async def test_every_table_stands_as_without_them() -> None:
    stood = []
    for canaries in (0, 100):
        async with world(whose=AUTHORITIES) as hub:
            stood.append(await told(hub, canaries))
            sent = [r for r in hub.topics.records if dict(r.headers)["ce_type"] == CANARY.encode()]
            assert len(sent) == 2 * canaries
            async with hub.store.reading() as tx:
                assert (await tx.prove_ledger()).faults == []
    without, with_them = stood
    assert without["ledger"]
    assert without["worklist"]
    assert {name for name in without if without[name] != with_them[name]} == set()
