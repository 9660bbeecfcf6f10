"""Batches of records made by hand, as no honest client would write them, and a way to publish them all the same."""

import asyncio
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiokafka import TopicPartition, codec  # type: ignore[import-untyped]
from aiokafka.client import AIOKafkaClient  # type: ignore[import-untyped]
from aiokafka.protocol.produce import ProduceRequest  # type: ignore[import-untyped]
from aiokafka.record.util import calc_crc32c  # type: ignore[import-untyped]

Headers = Sequence[tuple[bytes, bytes | None]]

CODECS: dict[str, tuple[int, Callable[[bytes], bytes]]] = {
    "none": (0, bytes),
    "gzip": (1, codec.gzip_encode),
    "snappy": (2, codec.snappy_encode),
    "snappy, raw": (2, lambda body: bytes(codec.snappy_encode(body, xerial_compatible=False))),
    "lz4": (3, codec.lz4_encode),
    "zstd": (4, codec.zstd_encode),
}


@dataclass(frozen=True)
class Written:
    """A record as a sender writes it; `spoilt` are bytes that stand in its place."""

    value: bytes | None
    key: bytes | None = None
    headers: Headers = ()
    timestamp: int = 0
    spoilt: bytes | None = None


def batch(records: Sequence[Written], how: str = "none", offset: int = 0, first_timestamp: int = 0) -> bytes:
    """The bytes of a batch with these records, its checksum right."""
    number, encode = CODECS[how]
    body = bytes(encode(b"".join(_record(place, record) for place, record in enumerate(records))))
    latest = max((first_timestamp + record.timestamp for record in records), default=0)
    tail = struct.pack(">hiqqqhii", number, len(records) - 1, first_timestamp, latest, -1, -1, -1, len(records)) + body
    return struct.pack(">qiibI", offset, len(tail) + 9, 0, 2, calc_crc32c(tail)) + tail


async def publish(kafka: str, topic: str, *batches: bytes, partition: int = 0) -> list[int]:
    """Hands batches to the leader of the one partition, past every check of a client, and returns where each begins."""
    client = AIOKafkaClient(bootstrap_servers=kafka.split(","))
    await client.bootstrap()
    try:
        async with asyncio.timeout(30):
            await client._wait_on_metadata(topic)
        leader = client.cluster.leader_for_partition(TopicPartition(topic, partition))
        begins = []
        for each in batches:
            answer = await client.send(leader, ProduceRequest(None, -1, 10_000, [(topic, [(partition, each)])]))
            ((_, ((_, fault, offset, *_),)),) = answer.topics
            assert fault == 0, f"Kafka refuses it with error {fault}"
            begins.append(offset)
        return begins
    finally:
        await client.close()


def _record(place: int, record: Written) -> bytes:
    if record.spoilt is not None:
        return varint(len(record.spoilt)) + record.spoilt
    body = b"\0" + varint(record.timestamp) + varint(place) + _bytes(record.key) + _bytes(record.value)
    body += varint(len(record.headers)) + b"".join(_bytes(name) + _bytes(value) for name, value in record.headers)
    return varint(len(body)) + body


def _bytes(value: bytes | None) -> bytes:
    return varint(-1) if value is None else varint(len(value)) + value


def varint(number: int) -> bytes:
    """Zigzag, seven bits at a time."""
    left, out = (number << 1) ^ (number >> 63), bytearray()
    while left > 0x7F:
        out.append(0x80 | (left & 0x7F))
        left >>= 7
    out.append(left)
    return bytes(out)
