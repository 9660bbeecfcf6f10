"""What every sender promises, whatever its way out: held by the fakes, and by each real one against a real server."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

import pytest
import pytest_asyncio
from kafka_reading import consumed
from outgoing_examples import mail, record

from homeward.torture.mail_server import MailServer
from homeward.torture.notify_server import API_KEY, NotifyServer
from homeward.wordings import words_of
from producers.fakes import MemoryKafkaSender, MemoryMailSender
from producers.kafka import KafkaSender
from producers.kafka_link import KafkaSettings, TopicShape
from producers.mail import MailSender
from producers.notify import NotifySender, NotifySettings
from producers.smtp import MailSettings
from schemas.delivery import Outgoing, Receipt, Sender, Verdict

_numbers = itertools.count(1)


@dataclass
class Way:
    """A sender, an item for the n-th address of it, where what was sent has arrived (by address), and a sender whose
    server is not there."""

    sender: Sender
    item: Callable[[int], Outgoing]
    arrived: Callable[[], Awaitable[Sequence[str]]]
    nowhere: Sender
    bad_address: str

    async def sends(self, *items: Outgoing) -> list[Receipt]:
        receipts = list(await self.sender.send(items))
        assert [receipt.row for receipt in receipts] == [item.row for item in items]
        return receipts


def to_mailbox(n: int) -> Outgoing:
    return mail(row=f"row-{n}", address=f"box{n}@children.example")


def away(item: Outgoing) -> Verdict:
    return Verdict.AWAY


async def _fake_mail(_: pytest.FixtureRequest) -> AsyncIterator[Way]:
    fake = MemoryMailSender()

    async def arrived() -> list[str]:
        return [post.mailbox for post in fake.posts]

    yield Way(fake, to_mailbox, arrived, MemoryMailSender(away), "no mailbox")


async def _smtp(_: pytest.FixtureRequest) -> AsyncIterator[Way]:
    server = await MailServer().listen()

    async def arrived() -> list[str]:
        return [post.mailbox for post in server.posts]

    def sender(port: int) -> MailSender:
        return MailSender(MailSettings(host="localhost", port=port, tls="plain", timeout=5), words_of)

    yield Way(sender(server.port), to_mailbox, arrived, sender(1), "no mailbox")
    await server.close()


async def _notify(_: pytest.FixtureRequest) -> AsyncIterator[Way]:
    with NotifyServer() as server:

        async def arrived() -> list[str]:
            return [each["email_address"] for each in server.taken.values()]

        def sender(url: str) -> NotifySender:
            return NotifySender(NotifySettings(API_KEY, {"*": "letter"}, url, timeout=5), words_of)

        yield Way(sender(server.url), to_mailbox, arrived, sender("http://127.0.0.1:1"), "no mailbox")


async def _fake_kafka(_: pytest.FixtureRequest) -> AsyncIterator[Way]:
    fake = MemoryKafkaSender()

    async def arrived() -> list[str]:
        return [record.topic for record in fake.records]

    yield Way(fake, lambda n: record(f"row-{n}", f"topic-{n}.v1"), arrived, MemoryKafkaSender(away), "no topic")


async def _kafka(request: pytest.FixtureRequest) -> AsyncIterator[Way]:
    bootstrap: str = request.getfixturevalue("kafka")
    named = f"contract-{os.getpid()}-{next(_numbers)}"
    sent: set[str] = set()

    def to_topic(n: int) -> Outgoing:
        sent.add(f"{named}-{n}.v1")
        return record(f"row-{n}", f"{named}-{n}.v1")

    async def arrived() -> list[str]:
        return [record.topic for topic in sorted(sent) for record in await consumed(bootstrap, topic)]

    sender = KafkaSender(KafkaSettings(bootstrap, create=TopicShape(partitions=1)))
    yield Way(sender, to_topic, arrived, KafkaSender(KafkaSettings("127.0.0.1:1")), "no topic")


WAYS = [_fake_mail, _smtp, _notify, _fake_kafka, pytest.param(_kafka, marks=pytest.mark.kafka)]


@pytest_asyncio.fixture(params=WAYS)
async def way(request: pytest.FixtureRequest) -> AsyncIterator[Way]:
    async for made in request.param(request):
        await made.sender.start()
        yield made
        await made.sender.stop()
        await made.nowhere.stop()


async def test_each_item_has_a_receipt_in_its_place_and_arrives_once(way: Way) -> None:
    items = [way.item(n) for n in range(3)]
    assert [receipt.verdict for receipt in await way.sends(*items)] == [Verdict.SENT] * 3
    assert sorted(await way.arrived()) == sorted(item.address for item in items)


async def test_nothing_to_send_is_no_error(way: Way) -> None:
    assert await way.sends() == []


async def test_what_can_never_be_sent_is_refused_and_the_next_goes(way: Way) -> None:
    good = way.item(1)
    bad = record("bad", way.bad_address) if good.role is None else mail(row="bad", address=way.bad_address)
    receipts = await way.sends(bad, good)
    assert [receipt.verdict for receipt in receipts] == [Verdict.REFUSED, Verdict.SENT]
    assert "directory" in receipts[0].detail
    assert await way.arrived() == [good.address]


async def test_a_server_that_is_not_there_is_told_from_what_is_wrong_with_an_item(way: Way) -> None:
    items = [way.item(n) for n in range(3)]
    await way.nowhere.start()
    receipts = await way.nowhere.send(items)
    assert {(receipt.verdict, receipt.address_only) for receipt in receipts} == {(Verdict.AWAY, False)}
    assert [receipt.verdict for receipt in await way.sends(*items)] == [Verdict.SENT] * 3


async def test_no_receipt_repeats_an_address_of_a_person(way: Way) -> None:
    item = way.item(1)
    for receipt in (*await way.sends(item), *await way.nowhere.send([item])):
        assert "@children" not in receipt.detail


async def test_several_batches_may_be_under_way_at_once(way: Way) -> None:
    items = [way.item(n) for n in range(8)]
    sent = await asyncio.gather(*(way.sender.send([item]) for item in items))
    assert [receipt.verdict for part in sent for receipt in part] == [Verdict.SENT] * 8
    assert sorted(await way.arrived()) == sorted(item.address for item in items)
