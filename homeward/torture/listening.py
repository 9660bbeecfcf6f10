"""What stands in the hub's topics: the ids of its messages, in order."""

from collections import defaultdict
from collections.abc import Collection

from aiokafka import AIOKafkaConsumer  # type: ignore[import-untyped]

from consumers.clients import open_client

Overheard = dict[str, dict[int, list[str]]]
"""Ids of messages by topic and partition."""
_WAIT_MS = 500


async def overheard(bootstrap: str, topics: Collection[str]) -> Overheard:
    """What these topics hold now. Aborted transactions are no part of it."""
    told: Overheard = {topic: defaultdict(list) for topic in topics}
    if not topics:
        return told
    consumer = AIOKafkaConsumer(
        *topics, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None,
        isolation_level="read_committed",
    )  # fmt: skip
    async with open_client(consumer.start(), consumer.stop):
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for tp, records in (await consumer.getmany(timeout_ms=_WAIT_MS)).items():
                told[tp.topic][tp.partition] += [dict(r.headers)["ce_id"].decode() for r in records]
    return told


def joined(first: Overheard, then: Overheard) -> Overheard:
    """What was heard first, and what came on the same topics after it."""
    told: Overheard = {}
    for topic in {*first, *then}:
        one, other = first.get(topic, {}), then.get(topic, {})
        told[topic] = {n: [*one.get(n, ()), *other.get(n, ())] for n in sorted({*one, *other})}
    return told
