"""What every Kafka sender promises besides what all senders do: held by the fake, and by the real one against Kafka."""

import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

import pytest
import pytest_asyncio
from kafka_reading import consumed
from outgoing_examples import record

from producers.fakes import MemoryKafkaSender, SentRecord
from producers.kafka import KafkaSender
from producers.kafka_link import KafkaSettings, TopicShape
from schemas.cloudevents import read
from schemas.delivery import Outgoing, Receipt, Sender, Verdict

LARGEST = 20_000
_numbers = itertools.count(1)


@dataclass
class Way:
    """A sender, and what a consumer of a topic sees of it, oldest first."""

    sender: Sender
    seen: Callable[[str], Awaitable[list[SentRecord]]]

    async def sends(self, *items: Outgoing) -> list[Receipt]:
        receipts = list(await self.sender.send(items))
        assert [receipt.row for receipt in receipts] == [item.row for item in items]
        return receipts


@pytest.fixture
def topic() -> str:
    """A topic that nobody has used."""
    return f"sender-{os.getpid()}-{next(_numbers)}.v1"


@pytest_asyncio.fixture(params=["fake", pytest.param("real", marks=pytest.mark.kafka)])
async def way(request: pytest.FixtureRequest) -> AsyncIterator[Way]:
    if request.param == "fake":
        fake = MemoryKafkaSender(largest=LARGEST)

        async def in_memory(topic: str) -> list[SentRecord]:
            return [record for record in fake.records if record.topic == topic]

        yield Way(fake, in_memory)
        return
    bootstrap: str = request.getfixturevalue("kafka")
    settings = KafkaSettings(bootstrap, create=TopicShape(partitions=3), max_request_size=LARGEST)
    sender = KafkaSender(settings)
    await sender.start()

    async def in_kafka(topic: str) -> list[SentRecord]:
        return await consumed(bootstrap, topic)

    yield Way(sender, in_kafka)
    await sender.stop()


def verdicts(receipts: Sequence[Receipt]) -> list[Verdict]:
    return [receipt.verdict for receipt in receipts]


async def test_each_item_has_a_receipt_in_its_place_and_arrives_once(way: Way, topic: str) -> None:
    items = [record(f"r{place}", topic, key=f"child-{place}") for place in range(50)]
    assert verdicts(await way.sends(*items)) == [Verdict.SENT] * 50
    assert sorted(seen.key.decode() for seen in await way.seen(topic)) == sorted(item.key for item in items)


async def test_a_record_is_a_cloudevent_in_binary_mode(way: Way, topic: str) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    item = record("r1", topic, trace=trace)
    await way.sends(item)
    (seen,) = await way.seen(topic)
    event = read(seen.headers, seen.value)
    assert (event.id, event.source, event.type, event.subject) == (item.message, "/homeward", item.type, item.subject)
    assert (event.time, event.data, event.datacontenttype) == (item.time, item.body, "application/json")
    assert event.extensions == {}
    assert dict(seen.headers)["traceparent"] == trace.encode()
    assert seen.key == item.key.encode()


async def test_what_overtook_says_so(way: Way, topic: str) -> None:
    await way.sends(record("r1", topic, overtakes=True, subject=None))
    (seen,) = await way.seen(topic)
    assert dict(seen.headers)["ce_overtakes"] == b"true"
    assert "ce_subject" not in dict(seen.headers)


async def test_what_is_sent_later_for_one_child_stands_behind_what_was_sent_before(way: Way, topic: str) -> None:
    for turn in range(5):
        await way.sends(*(record(f"{child}-{turn}", topic, key=f"child-{child}") for child in range(10)))
    order: dict[bytes, list[str]] = {}
    for seen in await way.seen(topic):
        order.setdefault(seen.key, []).append(dict(seen.headers)["ce_id"].decode()[-1])
    assert len(order) == 10
    assert set(map(tuple, order.values())) == {("0", "1", "2", "3", "4")}


async def test_many_of_one_key_in_one_batch_arrive_in_its_order(way: Way, topic: str) -> None:
    items = [record(f"r{n:03}", topic, key=f"child-{n % 3}", body=b'"' + b"x" * 3000 + b'"') for n in range(150)]
    assert verdicts(await way.sends(*items)) == [Verdict.SENT] * 150
    seen = await way.seen(topic)
    for child in (b"child-0", b"child-1", b"child-2"):
        told = [dict(each.headers)["ce_id"].decode() for each in seen if each.key == child]
        assert told == [item.message for item in items if item.key.encode() == child]


async def test_what_stands_behind_a_refused_item_of_its_key_is_not_sent(way: Way, topic: str) -> None:
    large = record("large", topic, key="k", body=b'"' + b"x" * 2 * LARGEST + b'"')
    receipts = await way.sends(record("a", topic, key="k"), large, record("b", topic, key="k"), record("c", topic))
    assert verdicts(receipts) == [Verdict.SENT, Verdict.REFUSED, Verdict.BEHIND, Verdict.SENT]
    assert sorted(dict(each.headers)["ce_id"] for each in await way.seen(topic)) == [b"m-a", b"m-c"]


async def test_a_message_too_large_is_refused_and_its_neighbours_arrive(way: Way, topic: str) -> None:
    large = record("large", topic, key="b", body=b'"' + b"x" * 2 * LARGEST + b'"')
    receipts = await way.sends(record("a", topic, key="a"), large, record("c", topic, key="c"))
    assert verdicts(receipts) == [Verdict.SENT, Verdict.REFUSED, Verdict.SENT]
    assert "bytes" in receipts[1].detail
    assert sorted(seen.key for seen in await way.seen(topic)) == [b"a", b"c"]


@pytest.mark.parametrize("name", ["", "no topic", "a/b", "ü", "..", "x" * 250, "a\nb"])
async def test_an_illegal_topic_is_refused_and_the_rest_goes(way: Way, topic: str, name: str) -> None:
    receipts = await way.sends(record("bad", name), record("good", topic))
    assert verdicts(receipts) == [Verdict.REFUSED, Verdict.SENT]
    assert "directory" in receipts[0].detail


async def test_several_topics_in_one_batch(way: Way, topic: str) -> None:
    names = [f"{topic}.{place}" for place in range(4)]
    assert verdicts(await way.sends(*(record(name, name) for name in names))) == [Verdict.SENT] * 4
    for name in names:
        assert len(await way.seen(name)) == 1
