"""A canary walks through a real Kafka: out on the hub's police topic, in by its consumers, out by its relay, home."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest
from wire_messages import MONDAY

from homeward.clock import VirtualClock
from store.canaries import CanaryRow, CanaryStage
from tests.hub.hubs import PATIENCE, Running, running


async def present(hub: Running) -> CanaryRow:
    async with hub.parts.store.reading() as tx:
        (row,) = await tx.canaries()
    return row


async def waits_for(hub: Running, stage: CanaryStage) -> None:
    """Returns when the canary has got through all before this stage, by what the consumers read."""
    async with asyncio.timeout(PATIENCE):
        while (await present(hub)).waits_for != stage:
            await hub.has_news()


@pytest.mark.kafka
async def test_it_comes_home_and_stops_where_the_relay_or_the_consumers_do_nothing(kafka: str, tmp_path: Path) -> None:
    clock, url = VirtualClock(MONDAY), f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    chosen = {"authorities": ("nottinghamshire",), "canary_to": "probe@hub.example"}
    async with running(kafka, url, f"CW{os.getpid()}", now=clock.now, canaries=True, **chosen) as hub:
        walks = hub.parts.canaries
        assert walks
        await walks.look()
        await waits_for(hub, "topic")  # nobody relays yet
        await hub.parts.relay.drain()
        await walks.look()
        async with asyncio.timeout(PATIENCE):
            while (await present(hub)).waits_for is not None:
                await hub.has_news()
        await hub.hub._consuming.stop(for_good=True)
        clock.set(MONDAY + timedelta(minutes=15))
        await walks.look()
        assert (await present(hub)).waits_for == "taken"
        async with hub.parts.store.reading() as tx:
            assert await tx.outbox_after(0, 10) == []
            assert await tx.ledger_after(0, 10) == []
            assert await tx.quarantined() == []
