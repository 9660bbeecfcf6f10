"""A register tells its record of a child again and again while the child is missing elsewhere: what others have said is
taken in once."""

from typing import Any

import pytest
from hub_in_memory import Hub, hub
from wire_messages import child, event, later, missing

ISLINGTON, GUIDE = "islington", "quick-guide"  # whose procedure lets nobody but the police begin an episode


def record(authority: str, hours: float, service: str, *numbers: str) -> bytes:
    services = [{"service": service, "worker": f"sw-{hours}"}]
    told = {"authority": authority, "child": child("compact:K-1", *numbers), "services": services}
    return event("case.context", later(hours), told)


def by_worker(hours: float, **fields: Any) -> bytes:
    told = {"authority": ISLINGTON, "child": child("compact:K-1"), "at": later(hours), "by": {"role": "carer"}}
    return event("worker.missing_report", later(hours), {**told, **fields})


async def take(h: Hub, *values: bytes) -> None:
    for value in values:
        authority = GUIDE if b'"authority":"quick-guide"' in value else ISLINGTON
        kind = "register.{}.children.v1" if b"case.context" in value else "casework.{}.outcomes.v1"
        topic = None if b'"type":"police.' in value else kind.format(authority)
        await h.intake.process_batch([h.raw(value, topic)])
    assert [held.row.detail for held in await h.held()] == []


BY_POLICE = missing(1, child=child("compact:K-2"), responsible_authority=GUIDE)
NAMED = {"force": "XX", "incident": "P-9"}
HEARD = {
    "alone": ((by_worker(2),), 1),
    "under a reference": ((by_worker(2, **NAMED),), 1),
    "beside the police, who need not be told": ((BY_POLICE, by_worker(2)), 0),
}


@pytest.mark.parametrize(("said", "times"), HEARD.values(), ids=HEARD)
async def test_a_worker_who_is_only_heard_is_heard_once(said: tuple[bytes, ...], times: int) -> None:
    async with hub() as h:
        await take(h, record(ISLINGTON, -1, "csct"), *said)
        await take(h, *(record(GUIDE, hours, "childrens_services", "compact:K-2") for hours in (3, 4, 5)))
        asked = [m for m in await h.said() if m["authority"] == GUIDE and m["kind"] == "report_to_police"]
        assert len(asked) == times


def decided(hours: float, number: str, **about: Any) -> bytes:
    told = {"authority": GUIDE, "by": {"role": "missing_child_coordinator"}, "child": child(number), **about}
    return event("match.decision", later(hours), told)


async def guide_has(h: Hub, *names: str) -> set[str]:
    """The children at the guide's authority who have an episode that stands, by these numbers."""
    async with h.store.reading() as tx:
        held = await tx.find([(GUIDE, "compact", name) for name in names], (), ())
        _, episodes = await tx.load({row.person for row in held.identifiers})
    whose = {row.person: row.value for row in held.identifiers}
    return {whose[row.person] for row in episodes if row.state == "open"}


CORRECTED = missing(2, responsible_authority=None, risk="high")


@pytest.mark.parametrize("corrected", [(), (CORRECTED,)], ids=["as it was told", "corrected"])
async def test_a_register_takes_nothing_back_from_the_child_whose_a_person_has_said_it_is(
    corrected: tuple[bytes, ...],
) -> None:
    async with hub() as h:
        await take(h, record(ISLINGTON, -1, "csct"), record(GUIDE, -1, "childrens_services"))
        await take(h, missing(1, responsible_authority=None), decided(2, "compact:K-9", force="XX", incident="P-1"))
        await take(h, *corrected)
        assert await guide_has(h, "K-1", "K-9") == {"K-9"}
        await take(h, record(GUIDE, 3, "childrens_services", "compact:K-2"))
        assert await guide_has(h, "K-1", "K-9") == {"K-9"}
