"""A client of Kafka is closed whatever happens, also when its start is cut off."""

import asyncio

import pytest

from consumers.clients import open_client


class Client:
    """One whose start ends when it is let, or never."""

    def __init__(self) -> None:
        self.answer = asyncio.Event()
        self.asking = asyncio.Event()
        self.said: list[str] = []

    async def start(self) -> None:
        self.asking.set()
        try:
            await self.answer.wait()
        except asyncio.CancelledError:
            self.said.append("cut off")
            raise
        self.said.append("started")

    async def close(self) -> None:
        self.said.append("closed")


async def use(client: Client) -> None:
    async with open_client(client.start(), client.close):
        client.said.append("used")


async def test_it_is_closed_after_its_use() -> None:
    client = Client()
    client.answer.set()
    await use(client)
    assert client.said == ["started", "used", "closed"]


async def test_a_start_that_is_cancelled_is_carried_to_its_end() -> None:
    client = Client()
    using = asyncio.create_task(use(client))
    await client.asking.wait()
    using.cancel()
    asyncio.get_running_loop().call_later(0.05, client.answer.set)
    with pytest.raises(asyncio.CancelledError):
        await using
    assert client.said == ["started", "closed"], "aiokafka would leave a connection open"


async def test_a_start_that_does_not_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumers.clients._STARTED_WITHIN", 0.05)
    client = Client()
    using = asyncio.create_task(use(client))
    await client.asking.wait()
    using.cancel()
    with pytest.raises(asyncio.CancelledError):
        await using
    assert client.said == ["cut off", "closed"]
