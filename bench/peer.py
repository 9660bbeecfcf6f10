"""faststream-outbox, set up as its documentation says for throughput: what the hub's outbox is compared with, on
Postgres. It is installed for the bench alone."""

import importlib.util
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import MetaData, insert
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from store.engine import parsed


def is_there(on: str) -> bool:
    """Whether there is something to compare with on this database."""
    return on == "Postgres" and importlib.util.find_spec("faststream_outbox") is not None


class Peer:
    """Its table, and its workers that hand rows on to Kafka, once they are started."""

    def __init__(self, engine: Any, table: Any, out: Any) -> None:
        self.engine, self._table, self._out = engine, table, out

    async def start(self) -> None:
        await self._out.start()

    async def stop(self) -> None:
        await self._out.stop()

    async def fill(self, rows: Iterable[tuple[str, bytes, str]]) -> None:
        """Puts topic, body and key of many rows into the table at once, and wakes nobody."""
        values = [
            {"queue": name, "payload": body, "headers": {"content-type": "application/json", "key": key}}
            for name, body, key in rows
        ]
        async with self.engine.begin() as connection:
            await connection.execute(insert(self._table), values)

    async def put(self, connection: AsyncConnection, name: str, body: Mapping[str, Any], key: str) -> None:
        """One row in the caller's transaction, whose commit wakes a worker."""
        await self._out.publish(body, queue=name, session=connection, headers={"key": key})


@asynccontextmanager
async def peer(
    kafka: str, database: str, names: Iterable[str], workers: int, handed_on: Callable[[], None] = lambda: None
) -> AsyncIterator[Peer]:
    """For these topics, each with so many workers: one keeps the order of keys. `handed_on` is called for each row on
    its way to Kafka."""
    from faststream.kafka import KafkaBroker, KafkaResponse
    from faststream_outbox import OutboxBroker, make_outbox_table
    from faststream_outbox.annotations import OutboxMessage

    metadata = MetaData()
    table = make_outbox_table(metadata, "theirs")  # the name that it would have is that of ours
    engine = create_async_engine(parsed(database), pool_size=4 * (workers + 2))
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    to = KafkaBroker(kafka, acks="all", enable_idempotence=True, logger=None)
    out = OutboxBroker(engine, outbox_table=table, logger=None)
    for name in names:
        publisher = to.publisher(name)

        @publisher
        @out.subscriber(
            name, max_workers=workers, fetch_batch_size=500, min_fetch_interval=0.01, terminal_flush_batch_size=100
        )
        async def hand_on(body: dict[str, Any], message: OutboxMessage) -> KafkaResponse:
            handed_on()
            return KafkaResponse(body, key=message.headers["key"].encode())

    await to.start()
    try:
        yield Peer(engine, table, out)
    finally:
        await to.stop()
        await engine.dispose()
