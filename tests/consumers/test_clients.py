"""A client of Kafka is closed whatever happens, also when its start is cut off; and a task that closes one can be
called off."""

import asyncio
import contextlib

import pytest
from aiokafka.errors import KafkaConnectionError  # type: ignore[import-untyped]

from consumers.clients import call_off, open_client, uninterrupted


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


async def use_called_off(client: Client, at: asyncio.Event) -> None:
    """Who uses the client is called off at that moment, and ends so."""
    using = asyncio.create_task(use(client))
    await at.wait()
    using.cancel()
    with pytest.raises(asyncio.CancelledError):
        await using


async def test_it_is_closed_after_its_use() -> None:
    client = Client()
    client.answer.set()
    await use(client)
    assert client.said == ["started", "used", "closed"]


async def test_a_start_that_is_cancelled_is_carried_to_its_end() -> None:
    client = Client()
    asyncio.get_running_loop().call_later(0.05, client.answer.set)
    await use_called_off(client, client.asking)
    assert client.said == ["started", "closed"], "aiokafka would leave a connection open"


async def test_a_start_that_does_not_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumers.clients._ENDED_WITHIN", 0.05)
    client = Client()
    await use_called_off(client, client.asking)
    assert client.said == ["cut off", "closed"]


class Closing(Client):
    """One that closes as aiokafka does: it calls off a task of its own, and takes whatever comes meanwhile for that."""

    def __init__(self) -> None:
        super().__init__()
        self.answer.set()
        self.closing = asyncio.Event()

    async def close(self) -> None:
        self.closing.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(0.05)
        self.said.append("closed")


async def test_a_cancellation_while_it_closes_is_not_lost() -> None:
    client = Closing()
    await use_called_off(client, client.closing)
    assert client.said == ["started", "used", "closed"]


async def test_time_that_runs_out_while_it_closes_is_noticed() -> None:
    client = Closing()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await use(client)
    assert client.said[-1] == "closed"


async def test_a_second_cancellation_cuts_nothing_off_either() -> None:
    client = Client()
    using = asyncio.create_task(use(client))
    await client.asking.wait()
    for _ in range(2):
        using.cancel()
        await asyncio.sleep(0.01)
    assert client.said == []
    client.answer.set()
    with pytest.raises(asyncio.CancelledError):
        await using
    assert client.said == ["started", "closed"]


async def test_a_client_that_calls_itself_off_is_an_error_and_no_cancellation() -> None:
    """As aiokafka does where it is closed while a fetch waits to be tried again."""

    async def broken_off() -> None:
        raise asyncio.CancelledError

    with pytest.raises(KafkaConnectionError):
        await uninterrupted(broken_off())


async def test_a_task_that_goes_on_is_called_off_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consumers.clients._ASKED_AGAIN", 0.01)
    asked = 0

    async def deaf() -> None:
        nonlocal asked
        while asked < 3:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                asked += 1

    async def fails() -> None:
        raise ValueError

    tasks = asyncio.create_task(deaf()), asyncio.create_task(fails())
    await asyncio.sleep(0)  # until both have begun
    await call_off(*tasks)
    assert asked == 3
    await call_off()
