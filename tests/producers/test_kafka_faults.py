"""When Kafka fails: what is told of each item, and that nothing turns up later behind our back. Some of it on a link
that fails as told, some on a real Kafka."""

import asyncio
import itertools
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import pytest
from aiokafka import errors
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from kafka_reading import consumed
from outgoing_examples import record

from producers.kafka import KafkaSender
from producers.kafka_link import Confirmation, KafkaSettings, Record, TopicShape
from schemas.delivery import Outgoing, Verdict

SETTINGS = KafkaSettings("nowhere.example:9092", confirm_within=0.05)
_numbers = itertools.count(1)


@dataclass
class Broken:
    """A link that does with each value what it is told: an error to raise on handing over, or to confirm with; None
    never confirms."""

    fates: dict[bytes, BaseException | None] = field(default_factory=dict)
    refuses: dict[bytes, BaseException] = field(default_factory=dict)
    unknown: dict[str, BaseException] = field(default_factory=dict)
    starts: BaseException | None = None
    put_here: list[bytes] = field(default_factory=list)
    abandoned: bool = False
    stopped: bool = False

    async def start(self) -> None:
        if self.starts is not None:
            raise self.starts

    async def stop(self) -> None:
        self.stopped = True

    async def abandon(self) -> None:
        self.abandoned = True

    async def create(self, topics: Collection[str]) -> None:
        pass

    async def know(self, topic: str) -> Sequence[int]:
        if topic in self.unknown:
            raise self.unknown[topic]
        return [0]

    async def put(self, topic: str, partition: int, records: Iterable[Record]) -> tuple[int, Confirmation]:
        """A record batch holds one message here."""
        _, value, _ = next(iter(records))
        if value in self.refuses:
            raise self.refuses[value]
        self.put_here.append(value)
        confirmation: Confirmation = asyncio.get_running_loop().create_future()
        match self.fates.get(value, "well"):
            case BaseException() as fault:
                confirmation.set_exception(fault)
            case "well":
                confirmation.set_result(None)
        return 1, confirmation


def item(name: str, topic: str = "care.v1") -> Outgoing:
    return record(name, topic, key=name, body=name.encode())


async def send(sender: KafkaSender, *names: str) -> dict[str, Verdict]:
    return {receipt.row: receipt.verdict for receipt in await sender.send([item(name) for name in names])}


async def test_what_is_not_confirmed_is_given_up_with_its_producer_and_tried_again_through_another() -> None:
    links = [Broken(fates={b"b": None}), Broken()]
    unused = iter(links)
    sender = KafkaSender(SETTINGS, lambda _: next(unused))
    assert await send(sender, "a", "b") == {"a": Verdict.SENT, "b": Verdict.AWAY}
    assert links[0].abandoned
    assert await send(sender, "b", "c") == {"b": Verdict.SENT, "c": Verdict.SENT}
    await sender.stop()
    assert (links[1].abandoned, links[1].stopped) == (False, True)


@pytest.mark.parametrize(
    ("fault", "verdict", "mend"),
    [
        (errors.TopicAuthorizationFailedError("care.v1"), Verdict.AWAY, "grant Write"),
        (errors.ClusterAuthorizationFailedError(), Verdict.AWAY, "grant Write"),
        (errors.MessageSizeTooLargeError(), Verdict.REFUSED, "max.message.bytes"),
        (errors.InvalidTopicError(), Verdict.REFUSED, "directory"),
        (errors.PolicyViolationError(), Verdict.REFUSED, "settings of topic"),
        (errors.NotEnoughReplicasError(), Verdict.AWAY, "NotEnoughReplicas"),
        (errors.UnknownTopicOrPartitionError(), Verdict.AWAY, "create it"),
        (errors.OutOfOrderSequenceNumber(), Verdict.AWAY, "OutOfOrderSequence"),
        (errors.ProducerClosed(), Verdict.AWAY, "ProducerClosed"),
        (errors.KafkaConnectionError(), Verdict.AWAY, "KafkaConnectionError"),
    ],
)
async def test_every_fault_has_its_verdict_and_names_the_mend(
    fault: BaseException, verdict: Verdict, mend: str
) -> None:
    first = Broken(fates={b"a": fault})
    links = iter([first, Broken(), Broken()])
    sender = KafkaSender(SETTINGS, lambda _: next(links))
    (receipt,) = await sender.send([item("a")])
    assert receipt.verdict is verdict
    assert mend in receipt.detail
    assert first.abandoned, "a producer that met a fault is not trusted again"
    assert await send(sender, "b") == {"b": Verdict.SENT}
    assert receipt.address_only == (verdict is Verdict.AWAY)


async def test_a_topic_that_is_missing_or_closed_holds_up_no_other() -> None:
    link = Broken(
        unknown={"missing.v1": TimeoutError(), "closed.v1": errors.TopicAuthorizationFailedError("closed.v1")}
    )
    sender = KafkaSender(SETTINGS, lambda _: link)
    batch = [item("a", "missing.v1"), item("b"), item("c", "closed.v1"), item("d", "missing.v1")]
    receipts = await sender.send(batch)
    assert [r.verdict for r in receipts] == [Verdict.AWAY, Verdict.SENT, Verdict.AWAY, Verdict.AWAY]
    assert [r.address_only for r in receipts] == [True, False, True, True]
    assert "missing.v1" in receipts[0].detail
    assert not link.abandoned


async def test_a_topic_that_takes_nothing_is_waited_for_once_and_not_for_every_item() -> None:
    link = Broken(refuses={b"b": errors.KafkaTimeoutError(), b"c": errors.KafkaTimeoutError()})
    sender = KafkaSender(SETTINGS, lambda _: link)
    assert await send(sender, "a", "b", "c", "d") == {
        "a": Verdict.SENT, "b": Verdict.AWAY, "c": Verdict.AWAY, "d": Verdict.AWAY,
    }  # fmt: skip
    assert link.put_here == [b"a"]


async def test_what_no_longer_stands_is_not_handed_over() -> None:
    link = Broken()
    sender = KafkaSender(SETTINGS, lambda _: link)
    # The process is stopped while its first record batch is under way, and goes on when its lease is over.
    items = [item(name)._replace(stands=lambda: not link.put_here) for name in ("a", "b", "c")]
    assert [r.verdict for r in await sender.send(items)] == [Verdict.SENT, Verdict.BEHIND, Verdict.BEHIND]
    assert link.put_here == [b"a"]


async def test_start_does_not_fail_when_kafka_is_away_and_finds_it_when_it_is_back() -> None:
    away = Broken(starts=errors.KafkaConnectionError("away"))
    links = iter([away, away, Broken()])
    sender = KafkaSender(SETTINGS, lambda _: next(links))
    await sender.start()
    (receipt,) = await sender.send([item("a")])
    assert receipt.verdict is Verdict.AWAY
    assert "nowhere.example:9092" in receipt.detail
    assert away.abandoned
    assert await send(sender, "a") == {"a": Verdict.SENT}


async def test_an_address_where_no_kafka_is() -> None:
    sender = KafkaSender(KafkaSettings("127.0.0.1:1"))
    await sender.start()
    assert await send(sender, "a") == {"a": Verdict.AWAY}
    await sender.stop()


async def test_waiting_for_a_topic_that_was_away_holds_up_no_other() -> None:
    waiting, let_go = asyncio.Event(), asyncio.Event()

    class Slow(Broken):
        async def know(self, topic: str) -> Sequence[int]:
            if topic == "missing.v1":
                waiting.set()
                await let_go.wait()
                raise TimeoutError
            return [0]

    first = Broken(unknown={"missing.v1": TimeoutError()})
    links = iter([first, Slow()])
    sender = KafkaSender(SETTINGS, lambda _: next(links))
    await sender.send([item("a", "missing.v1")])
    probe = asyncio.create_task(sender.send([item("a", "missing.v1")]))
    await waiting.wait()
    assert await send(sender, "b") == {"b": Verdict.SENT}
    let_go.set()
    assert [r.verdict for r in await probe] == [Verdict.AWAY]


async def test_a_kafka_that_does_not_answer_is_away_as_a_whole() -> None:
    sender = KafkaSender(SETTINGS, lambda _: Broken(unknown={"care.v1": errors.KafkaConnectionError("away")}))
    (receipt,) = await sender.send([item("a")])
    assert (receipt.verdict, receipt.address_only) == (Verdict.AWAY, False)


@pytest.fixture
def topic() -> str:
    return f"faults-{os.getpid()}-{next(_numbers)}.v1"


@pytest.mark.kafka
async def test_of_one_record_batch_only_the_message_that_the_broker_finds_too_large_is_refused(
    kafka: str, topic: str
) -> None:
    await narrow(kafka, topic)
    sender = KafkaSender(KafkaSettings(kafka))
    batch = [record(f"r{place}", topic, key=f"child-{place}", body=b"x" * size) for place, size in enumerate(SIZES)]
    receipts = await sender.send(batch)
    assert [r.verdict for r in receipts] == [Verdict.REFUSED if s > 5000 else Verdict.SENT for s in SIZES]
    assert [r.verdict for r in await sender.send([record("later", topic)])] == [Verdict.SENT]
    await sender.stop()


SIZES = (100, 9000, 100, 200, 8000, 100)


async def narrow(kafka: str, topic: str) -> None:
    """A topic of one partition that takes no record batch of more than 5,000 bytes."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1, topic_configs={"max.message.bytes": "5000"})])
    await admin.close()


async def arrived(kafka: str, topic: str) -> list[str]:
    return [dict(seen.headers)["ce_id"].decode() for seen in await consumed(kafka, topic)]


@pytest.mark.kafka
async def test_what_stands_behind_a_refused_message_of_its_key_is_not_sent(kafka: str, topic: str) -> None:
    await narrow(kafka, topic)
    # Each message is a record batch of its own, and the refused one is the first that the broker gets of this producer:
    # by itself the broker would take the next as if nothing were missing.
    sender = KafkaSender(KafkaSettings(kafka, max_batch_size=100))
    batch = [record("large", topic, key="k", body=b"x" * 9000), record("next", topic, key="k"), record("last", topic)]
    assert [r.verdict for r in await sender.send(batch)] == [Verdict.REFUSED, Verdict.BEHIND, Verdict.SENT]
    await sender.stop()
    assert await arrived(kafka, topic) == ["m-last"]


@pytest.mark.kafka
async def test_of_batches_under_way_at_once_a_refusal_costs_no_other_its_order(kafka: str, topic: str) -> None:
    await narrow(kafka, topic)
    sender = KafkaSender(KafkaSettings(kafka, max_batch_size=2000))
    lanes = [[record(f"{lane}-{n:02}", topic, key=f"child-{lane}") for n in range(20)] for lane in range(4)]
    lanes[0].insert(5, record("large", topic, key="child-0", body=b"x" * 9000))
    left = [*lanes]
    for _ in range(5):
        sent = await asyncio.gather(*(sender.send(lane) for lane in left))
        # What was not taken is tried again from there on, but for the one that never will be.
        left = [[i for i, r in zip(lane, told, strict=True) if r.verdict in (Verdict.AWAY, Verdict.BEHIND)]
                for lane, told in zip(left, sent, strict=True)]  # fmt: skip
    await sender.stop()
    told = [*dict.fromkeys(await arrived(kafka, topic))]
    for lane in lanes:
        wanted = [item.message for item in lane if item.row != "large"]
        assert [message for message in told if message in wanted] == wanted


@pytest.mark.kafka
async def test_a_producer_that_is_given_up_sends_nothing_more(kafka: str, topic: str) -> None:
    # Confirmation is not waited for at all, so that the item is in the producer's hands when it is given up.
    impatient = KafkaSender(KafkaSettings(kafka, create=TopicShape(1), confirm_within=0))
    (receipt,) = await impatient.send([record("r1", topic)])
    assert receipt.verdict is Verdict.AWAY
    await impatient.stop()
    patient = KafkaSender(KafkaSettings(kafka))
    assert [r.verdict for r in await patient.send([record("r1", topic)])] == [Verdict.SENT]
    await patient.stop()
    assert await arrived(kafka, topic) in (["m-r1"], ["m-r1", "m-r1"]), "once, or once more under the same id"
