"""What was received is kept under the child that it turns out to be about, also where that is known only later."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hub_in_memory import Hub
from lives import KIM, LEE, NHS, SERVICES, hub_on, person_of
from wire_messages import case, found, missing

BY = {"role": "children_missing_officer", "person": "cmo1"}
NUMBERLESS = {"given_name": "Rowan", "family_name": "Tansy", "date_of_birth": "2011-01-05"}


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with hub_on(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db") as opened:
        yield opened


async def about(hub: Hub, number: str = NHS) -> list[str]:
    """The types of what is kept about a child."""
    person = await person_of(hub.store, number)
    async with hub.store.reading() as tx:
        return sorted(each.kind for each in await tx.contents_about(person))


async def unassigned(hub: Hub) -> list[str]:
    async with hub.store.reading() as tx:
        return [each.kind for each in await tx.contents_about("")]


async def test_each_report_is_kept_under_its_child_also_where_it_changes_nothing(hub: Hub) -> None:
    await hub.take(case("case.context", -1, child=KIM, services=SERVICES), missing(0, child=KIM), found(5, child=KIM))
    await hub.take(found(6, child=KIM, id_="again"), missing(7, "Z-9", child=LEE))
    assert await about(hub) == ["case.context", "police.found", "police.found", "police.missing"]
    assert await about(hub, "9434765870") == ["police.missing"]
    assert await unassigned(hub) == []


async def test_a_report_that_waited_goes_to_its_child_when_it_is_taken_in(hub: Hub) -> None:
    await hub.take(found(5, child=KIM))
    assert await unassigned(hub) == ["police.found"]
    await hub.take(missing(6, child=KIM))
    assert await about(hub) == ["police.found", "police.missing"]
    assert await unassigned(hub) == []


async def test_an_episode_that_is_put_with_another_child_takes_its_reports_along(hub: Hub) -> None:
    await hub.take(case("case.context", -1, child=KIM, services=SERVICES))
    await hub.take(missing(0, "P-7", child=NUMBERLESS))
    assert await about(hub) == ["case.context"]
    await hub.take(case("match.decision", 1, incident="P-7", force="XX", child=KIM, by=BY))
    assert await about(hub) == ["case.context", "match.decision", "police.missing"]


async def test_children_who_turn_out_to_be_one_are_one_here_too(hub: Hub) -> None:
    compact = {"system": "compact", "value": "K-77"}
    known_to_police = {**KIM, "identifiers": [compact]}
    await hub.take(missing(0, child=known_to_police))
    await hub.take(missing(0, child=known_to_police, id_="said again, of which nothing comes"))
    both = {**KIM, "identifiers": [*KIM["identifiers"], compact]}
    await hub.take(case("case.context", 1, child=KIM, services=SERVICES))
    await hub.take(case("case.context", 2, child=both, services=SERVICES))
    assert await about(hub) == ["case.context", "case.context", "police.missing", "police.missing"]
