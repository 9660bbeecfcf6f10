"""What the benchmarks publish: synthetic notifications, each of which leads to the real decisions of a real pack."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import orjson
from aiokafka import AIOKafkaProducer

from schemas.topics import police_notifications


def notifications(count: int, mark: str, first: int = 0) -> list[tuple[bytes, bytes]]:
    """Key and body of `count` missing notifications, each of another child and incident, numbered from `first`."""
    numbers = range(first, first + count)
    return [(f"{mark}-{n}".encode(), orjson.dumps(_notification(n, mark))) for n in numbers]


def _notification(n: int, mark: str) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "id": f"{mark}-{n}",
        "source": "/police/bench",
        "type": "police.missing",
        "time": "2026-03-02T10:00:00Z",
        "datacontenttype": "application/json",
        "data": {
            "incident": f"{mark}-{n}",
            "force": force(mark),
            "child": {"identifiers": [{"system": "compact", "value": f"{mark}-{n}"}], "date_of_birth": "2011-09-01"},
            "responsible_authority": "nottinghamshire",
            "classification": "missing",
            "reported_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat(),
            "circumstances": "left after school and was not seen since",
            "vulnerable": False,
        },
    }


def force(mark: str) -> str:
    """A police force for each run, so that no run reads what another published."""
    return f"BENCH-{mark}".upper()


def topic(mark: str) -> str:
    return police_notifications(force(mark))


async def publish(kafka: str, mark: str, records: Sequence[tuple[bytes, bytes]]) -> None:
    """Publishes all of them at once."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=5, max_batch_size=131_072)
    await producer.start()
    try:
        await asyncio.gather(*[await producer.send(topic(mark), value, key=key) for key, value in records])
    finally:
        await producer.stop()
