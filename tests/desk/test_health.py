"""A desk by itself says whether it lives, has started, and can read its database; to whoever asks, and of no child."""

from dataclasses import replace
from typing import Any

import httpx2 as httpx
import pytest
from desks import Outcomes, desk_over, served, with_a_missing_child
from hub_in_memory import hub

from desk.desk import Desk
from homeward.desk.wiring import health_of, served_application
from store import Store


def asking(desk: Desk, health: Any) -> httpx.AsyncClient:
    """Somebody who asks the desk by the address of its machine."""
    transport = httpx.ASGITransport(served_application(desk, health.board))
    return httpx.AsyncClient(transport=transport, base_url="http://10.0.0.7:8030")


async def test_a_desk_that_reads_its_database_lives_has_started_and_is_ready() -> None:
    async with hub() as running:
        await with_a_missing_child(running)
        async with served(desk_over(running, Outcomes())) as address, httpx.AsyncClient(base_url=address) as client:
            for path in ("/live", "/startup"):
                assert (await client.get(path)).status_code == 200, path
            assert (await client.get("/now")).status_code == 303


async def test_a_desk_is_not_ready_while_its_database_does_not_answer_and_lives_on() -> None:
    async with hub() as running:
        desk = desk_over(running, Outcomes())
        health = health_of(desk)
        async with asking(desk, health) as client:
            assert (await client.get("/ready")).status_code == 503  # nobody has looked yet
            await health.state()
            answer = await client.get("/ready")
            assert (answer.status_code, answer.json()["checks"]) == (200, {"database": True, "answers": True})
            assert "set-cookie" not in answer.headers
        away = replace(desk, store=Store.open("sqlite+aiosqlite:////no/such/folder/homeward.db"))
        health = health_of(away)
        async with asking(away, health) as client:
            await health.state()
            answer = await client.get("/ready")
            assert (answer.status_code, answer.json()["checks"]) == (503, {"database": False})
            assert (await client.get("/live")).status_code == 200


@pytest.mark.parametrize("path", ["/live", "/startup", "/ready"])
async def test_a_page_is_still_refused_under_a_name_that_is_not_the_desks(path: str) -> None:
    async with hub() as running:
        desk = desk_over(running, Outcomes())
        async with asking(desk, health_of(desk)) as client:
            assert (await client.get(path)).status_code in (200, 503)
            assert (await client.get("/now")).status_code == 400
