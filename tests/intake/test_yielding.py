"""However long a batch is, the loop turns between its records, so that heartbeats go on."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from hub_in_memory import Hub
from wire_messages import missing

from intake.batch import BatchProcessor
from intake.records import Parsed, RawRecord, Rejected
from store import Store


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    store = Store.open("sqlite+aiosqlite://")
    await store.create()
    yield Hub(store)
    await store.close()


async def test_the_loop_turns_between_any_two_records(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    turns, seen = 0, list[int]()
    parse, process = hub.intake._parse, BatchProcessor.process

    async def turning() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    def parsed(raw: RawRecord, now: datetime) -> Parsed | Rejected:
        seen.append(turns)
        return parse(raw, now)

    def processed(self: BatchProcessor, each: Parsed) -> None:
        seen.append(turns)
        process(self, each)

    monkeypatch.setattr(hub.intake, "_parse", parsed)
    monkeypatch.setattr(BatchProcessor, "process", processed)
    ticker = asyncio.create_task(turning())
    await hub.take(*(missing(incident=f"Y-{n}", id_=f"y-{n}") for n in range(30)))
    ticker.cancel()
    assert (len(seen), len(set(seen))) == (60, 60)
