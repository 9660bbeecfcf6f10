"""A hub ends when it is told to, at whatever moment, and when it can no longer look after itself."""

import asyncio
from pathlib import Path

import pytest

from homeward.clock import now
from homeward.health.checks import Health
from homeward.hub import Hub
from homeward.settings import Settings
from homeward.wiring import Parts, library
from producers.fakes import MemoryMailSender
from store import Store
from store.migrating import migrate
from tests.hub.hubs import PATIENCE


async def test_a_hub_that_can_no_longer_look_after_itself_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(_self: Health) -> None:
        raise RuntimeError("nobody would know how it stands")

    monkeypatch.setattr(Health, "keep_looking", breaks)
    settings = Settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/hub.db", health_port=1)
    await migrate(settings.database)
    parts = Parts(settings, *library(settings), Store.open(settings.database), {"mail": MemoryMailSender()}, now=now)
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(RuntimeError, match="nobody would know"):
            await Hub(parts, ["timers"]).run(asyncio.Event())


async def test_a_hub_that_is_told_to_stop_while_it_starts_stops(tmp_path: Path) -> None:
    """Kafka has taken the connection and says nothing: what starts would wait for its answer."""
    connected, stopped, begun = asyncio.Event(), asyncio.Event(), list[bool]()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()  # until the hub hangs up
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1") as server:
        kafka = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        settings = Settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/hub.db", kafka_bootstrap=kafka)
        await migrate(settings.database)
        parts = Parts(
            settings, *library(settings), Store.open(settings.database), {"mail": MemoryMailSender()}, now=now
        )
        async with asyncio.timeout(35):  # of the client's forty seconds
            running = asyncio.create_task(Hub(parts).run(stopped, lambda: begun.append(True)))
            await connected.wait()
            stopped.set()
            await running
    assert begun == []
