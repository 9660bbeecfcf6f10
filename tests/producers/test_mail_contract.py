"""What every mail sender promises besides what all do: held by the fake, and by the real one against a server."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import pytest
import pytest_asyncio
from outgoing_examples import mail

from homeward.torture.mail_server import DROP, MailServer, Taken
from homeward.wordings import words_of
from producers.fakes import MemoryMailSender, Post
from producers.mail import MailSender
from producers.mime import message_id
from producers.smtp import MailSettings
from schemas.delivery import Sender, Verdict


@dataclass
class Way:
    """A sender, what arrived through it, and the means to let a mailbox meet with a verdict."""

    sender: Sender
    posts: Sequence[Post | Taken]
    befall: Callable[[str, Verdict | None], None]


async def _real() -> AsyncIterator[Way]:
    sink = await MailServer().listen()
    replies = {
        Verdict.RETRY: ("RCPT", "451 4.2.0 later"),
        Verdict.REFUSED: ("RCPT", "550 5.1.1 unknown"),
        Verdict.IN_DOUBT: ("END", DROP),
    }

    def befall(mailbox: str, verdict: Verdict | None) -> None:
        sink.answers.clear()
        if verdict is not None:
            step, reply = replies[verdict]
            sink.answers[step, mailbox] = reply

    sender = MailSender(MailSettings(host="localhost", port=sink.port, tls="plain", timeout=5), words_of)
    yield Way(sender, sink.posts, befall)
    await sink.close()


async def _fake() -> AsyncIterator[Way]:
    fates: dict[str, Verdict | None] = {}
    sender = MemoryMailSender(lambda item: fates.get(item.address))
    yield Way(sender, sender.posts, fates.__setitem__)


@pytest_asyncio.fixture(params=[_fake, _real], ids=["fake", "real"])
async def way(request: pytest.FixtureRequest) -> AsyncIterator[Way]:
    async for made in request.param():
        await made.sender.start()
        yield made
        await made.sender.stop()


async def verdicts(way: Way, *items: str) -> list[Verdict]:
    batch = [mail(row=f"row-{box}", address=f"{box}@children.example") for box in items]
    receipts = await way.sender.send(batch)
    assert [receipt.row for receipt in receipts] == [item.row for item in batch]
    return [receipt.verdict for receipt in receipts]


async def test_each_item_has_a_receipt_in_its_place_and_arrives_once(way: Way) -> None:
    assert await verdicts(way, "a", "b", "c") == [Verdict.SENT] * 3
    assert [post.mailbox for post in way.posts] == [f"{box}@children.example" for box in "abc"]


@pytest.mark.parametrize("verdict", [Verdict.RETRY, Verdict.REFUSED, Verdict.IN_DOUBT])
async def test_what_befalls_one_recipient_does_not_touch_the_next(way: Way, verdict: Verdict) -> None:
    way.befall("b@children.example", verdict)
    assert await verdicts(way, "a", "b", "c") == [Verdict.SENT, verdict, Verdict.SENT]


async def test_what_was_put_off_can_be_sent_later_and_is_the_same_message(way: Way) -> None:
    way.befall("a@children.example", Verdict.IN_DOUBT)
    await verdicts(way, "a")
    way.befall("a@children.example", None)
    await verdicts(way, "a")
    first, second = (post.content for post in way.posts)
    assert first.rstrip() == second.rstrip()
    assert f"Message-ID: {message_id('row-a', 'homeward.example')}".encode() in first


@pytest.mark.parametrize(
    "address",
    ["no mailbox", "a@b.example\r\nRCPT TO:<c@d.example>", "a@b.example, c@d.example", "", "Robin <a@b.example>"],
)
async def test_an_address_that_is_no_plain_mailbox_is_refused(way: Way, address: str) -> None:
    receipts = await way.sender.send([mail(address=address), mail(row="row-2")])
    assert [receipt.verdict for receipt in receipts] == [Verdict.REFUSED, Verdict.SENT]
    assert "directory" in receipts[0].detail
    assert [post.mailbox for post in way.posts] == ["duty@children.example"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'"text"'])
async def test_a_body_that_is_no_json_object_is_refused(way: Way, body: bytes) -> None:
    assert [receipt.verdict for receipt in await way.sender.send([mail(body=body)])] == [Verdict.REFUSED]


async def test_no_receipt_repeats_the_mailbox(way: Way) -> None:
    for verdict in (Verdict.RETRY, Verdict.REFUSED, Verdict.IN_DOUBT):
        way.befall("duty@children.example", verdict)
        assert "duty@" not in (await way.sender.send([mail()]))[0].detail
