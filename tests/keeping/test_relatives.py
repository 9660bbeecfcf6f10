"""A child who is forgotten stands in no record of a brother or sister."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from lives import KIM, NHS, hub_on, live_through, person_of
from wire_messages import case, child

from homeward.keeping.erasing import forget_children


@pytest.mark.parametrize("on", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_the_number_of_a_forgotten_child_goes_from_the_records_of_relatives_and_others_stay(
    on: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    fresh: Callable[[], str] = request.getfixturevalue("postgres") if on == "postgres" else (lambda: "")
    url = fresh() or f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    async with hub_on(url, tmp_path / "keys.db") as hub:
        await live_through(hub)
        other = {"system": "mosaic", "value": "M-77"}
        relations = [{"identifier": each, "relation": "sibling"} for each in (*KIM["identifiers"], other)]
        await hub.take(case("case.context", 10, child=child("mosaic:M-SIS"), relations=relations))
        sister = await person_of(hub.store, "M-SIS")

        async def told() -> list[str]:
            async with hub.store.reading() as tx:
                rows, _ = await tx.load([sister])
            return [each[0][1] for each in orjson.loads(rows[sister].doc)["record"]["relations"]]

        assert NHS in await told()
        await forget_children(hub.store, [await person_of(hub.store, NHS)], "dpo1", "", hub.clock.now())
        assert await told() == ["M-77"]
