"""Made-up children in a hub whose keys lie apart from its database, and a search through all that it holds."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from hub_in_memory import Hub
from sqlalchemy import make_url, text
from wire_messages import MONDAY, case, found, missing

from outbox.relay_rows import ledger_lines
from store import LeasedRow, Settlement, Store
from store.claiming import shard_name
from store.migrating import migrate
from store.ownership import Ownership
from store.rows import SHARDS
from store.tables import metadata

AUTHORITY = "nottinghamshire"
NHS = "9434765919"
CANARIES = ("Zephyrine", "Quillfeather", "Birdie", "2012-11-27", "Wagtail Mews", "QX9 7ZZ", NHS, "starlings", "plover")
KIM = {
    "identifiers": [{"system": "nhs", "value": NHS}],
    "given_name": "Zephyrine", "family_name": "Quillfeather", "known_as": "Birdie", "date_of_birth": "2012-11-27",
    "home_address": {"line": "3 Wagtail Mews", "postcode": "QX9 7ZZ"},
}  # fmt: skip
LEE = {"identifiers": [{"system": "nhs", "value": "9434765870"}], "given_name": "Lee", "family_name": "Sorrel",
       "date_of_birth": "2013-02-03"}  # fmt: skip
SERVICES = [{"service": "cscs", "worker": "sw1", "manager": "tm1"}]


@asynccontextmanager
async def hub_on(url: str, keys: Path) -> AsyncIterator[Hub]:
    """A hub on an empty database."""
    await migrate(keyed(url, keys))
    store = Store.open(keyed(url, keys))
    try:
        yield Hub(store)
    finally:
        await store.close()


def keyed(url: str, keys: Path) -> str:
    """The url of a database whose keys are in that file."""
    named = make_url(url).update_query_dict({"keys": f"sqlite+aiosqlite:///{keys}"})
    return named.render_as_string(hide_password=False)


async def live_through(hub: Hub, **child: Any) -> None:
    """A child on the register goes missing, is found and talks to somebody; what comes of it is sent."""
    person = child or KIM
    humming, saw = ("humming about starlings", "saw a plover") if person is KIM else ("", "")
    number = str(person["identifiers"][0]["value"])[-3:]
    incident = f"Z-{number}"
    await hub.take(case("case.context", -1, child=person, services=SERVICES))
    await hub.take(missing(0, incident, child=person, circumstances=humming))
    await hub.take(found(5, incident, child=person))
    told = {"incident": incident, "force": "XX", "result": "completed", "reason": saw}
    await hub.take(case("rhi.outcome", 6, child=person, **told))
    await everything_arrives(hub.store, hub.clock.now())


async def everything_arrives(store: Store, now: datetime) -> None:
    """Whatever waits is sent and accepted."""
    ownership = Ownership(store, "relay")
    held = await ownership.acquire([shard_name(shard) for shard in range(SHARDS)], now, timedelta(seconds=30))
    fences = {int(name.removeprefix("relay/")): fence for name, fence in held.items()}
    for channel in ("topic", "mail"):
        while rows := await _claimed(store, fences, now, channel):
            ends = [Settlement(row.position, row.fence, "accepted", "", None) for row in rows]
            async with store.transaction() as tx:
                assert await tx.settle("relay", ends, now) == len(rows)
                await tx.append(ledger_lines([*zip(rows, ends, strict=True)], now), ())


async def _claimed(store: Store, fences: Mapping[int, int], now: datetime, channel: str) -> list[LeasedRow]:
    async with store.transaction() as tx:
        return await tx.claim_deliveries("relay", fences, now, timedelta(seconds=30), 500, channel)


async def person_of(store: Store, number: str) -> str:
    """The id of the child with this number."""
    async with store.reading() as tx:
        (person,) = await tx.people_numbered(AUTHORITY, number, 2)
    return person


async def dumped(store: Store) -> dict[str, str]:
    """All that stands in each table, read as whoever holds the keys can read it."""
    told: dict[str, str] = {}
    async with store.connection() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(text(f"SELECT * FROM {table.name}"))).all()
            told[table.name] = " ".join(_plain(value) for row in rows for value in row)
    async with store.reading() as tx:
        hashes = [line.contents_hash for line in await tx.ledger_after(0, 10_000) if line.contents_hash]
        told["contents, opened"] = " ".join(map(_plain, (await tx.contents_of(hashes)).values()))
    return told


def _plain(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)


def seen(told: dict[str, str], words: tuple[str, ...] = CANARIES) -> list[str]:
    """Which of the words stand where."""
    return [
        f"{word} in {where}" for where, text in told.items() for word in words if word.casefold() in text.casefold()
    ]


def unreadable(child: dict[str, Any]) -> bytes:
    """A message about a child that says something which nobody understands."""
    return orjson.dumps({"specversion": "1.0", "id": "x-1", "source": "/police/XX", "type": "police.singing",
                         "time": MONDAY.isoformat(), "data": {"force": "XX", "child": child}})  # fmt: skip
