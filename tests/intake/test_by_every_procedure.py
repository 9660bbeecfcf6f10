"""What holds of a return by the procedure of every authority."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hub_in_memory import Hub, hub
from owed import owed, states
from wire_messages import case, child, context, found, later, missing, police

from intake.records import RawRecord
from routing.library import HUB
from tests.shipped import shipped_packs

PACKS = [shipped_packs().newest(authority) for authority in shipped_packs().authorities if authority != HUB]
EACH = pytest.mark.parametrize("authority", [pack.authority for pack in PACKS])
KNOWN = {"child": child("lcs:Z-1"), "reported_at": later(0)}


@asynccontextmanager
async def missing_child(authority: str) -> AsyncIterator[Hub]:
    """A vulnerable child with every service of the authority."""
    pack = next(pack for pack in PACKS if pack.authority == authority)
    services = [{"service": name, "worker": "sw1", "manager": "tm1"} for name in pack.words.services]
    async with hub() as h:
        await tell(h, authority, context(-99, "lcs:Z-1", authority=authority, services=services))
        await tell(h, authority, missing(0, responsible_authority=authority, vulnerable=True, **KNOWN))
        yield h


async def tell(h: Hub, authority: str, *lines: bytes) -> None:
    for line in lines:
        await h.intake.process_batch([record(h, authority, line)])


def record(h: Hub, authority: str, line: bytes) -> RawRecord:
    if b'"type":"police.' in line:
        return h.raw(line)
    topic = "register.{}.children.v1" if b'"type":"case.context"' in line else "casework.{}.outcomes.v1"
    return h.raw(line, topic.format(authority))


async def state_of(h: Hub, incident: str) -> set[str]:
    return {state for _, state, *_, refs in await states(h) if incident in {r.incident for r in refs}}


async def asked(h: Hub) -> set[str]:
    """The types of what is still asked for."""
    return {type_ for _, type_, _, _, _ in await owed(h)}


@EACH
async def test_a_child_who_was_only_located_is_still_missing(authority: str) -> None:
    async with missing_child(authority) as h:
        await tell(h, authority, police("found", 5, found_at=later(4)))
        assert await state_of(h, "P-1") == {"found"}
        await tell(h, authority, police("found", 6, found_at=later(4), contact_made=False))
        assert await state_of(h, "P-1") == {"open"}
        assert "rhi.request" not in await asked(h)


@pytest.mark.parametrize("authority", [p.authority for p in PACKS if p.terms.found_ends != "own"])  # AMB-155
async def test_a_return_under_a_second_reference_that_is_read_first_leaves_nobody_missing(authority: str) -> None:
    async with missing_child(authority) as h:
        again = missing(6, "P-2", responsible_authority=authority, child=child("lcs:Z-1"), reported_at=later(1))
        await tell(h, authority, found(5, "P-2", child=child("lcs:Z-1"), responsible_authority=authority), again)
        assert {state for _, state, *_ in await states(h)} == {"found"}


@EACH
async def test_a_child_who_is_dead_is_not_interviewed_although_a_worker_had_found_it(authority: str) -> None:
    async with missing_child(authority) as h:
        seen = case("worker.found_report", 5, authority=authority, by={"role": "family"}, found_at=later(5))
        await tell(h, authority, seen, found(7, end_reason="Deceased"))
        before = {m["id"] for m in await h.said()}
        await h.fall(400)
        said = [m for m in await h.said() if m["id"] not in before and m["incident"] == "P-1"]
        assert {m["type"] for m in said}.isdisjoint({"rhi.request", "rhi.breach", "rhi.chase", "rhi.assign"})
        assert "rhi.request" not in await asked(h)


@EACH
async def test_a_refusal_that_is_read_before_the_return_leaves_no_more_to_be_done(authority: str) -> None:
    by = {"role": "other_professional", "person": "p1"}
    told = {"result": "refused", "at": later(20), "by": by, "reason": "said so"}
    outcome, back, left = case("rhi.outcome", 20, authority=authority, **told), found(5), []
    for lines in ((back, outcome), (outcome, back)):
        async with missing_child(authority) as h:
            await tell(h, authority, *lines)
            left.append({(type_, kind) for _, type_, kind, _, _ in await owed(h)})
    assert left[0] == left[1]
    assert "rhi.request" not in {type_ for type_, _ in left[1]}
