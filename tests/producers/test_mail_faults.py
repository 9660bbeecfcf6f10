"""A mail server that misbehaves at every stage and after every byte: what is told of an e-mail is true, whatever it is;
none is taken for sent that was not, and none for unsent that was."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from outgoing_examples import mail

from homeward.torture.mail_server import DROP, HANG, MailServer
from homeward.wordings import words_of
from producers.mail import MailSender
from producers.smtp import MailSettings
from schemas.delivery import Receipt, Verdict

BEFORE = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA")
NOT_SENT = (Verdict.AWAY, Verdict.BROKE_OFF, Verdict.RETRY)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[MailServer]:
    made = await MailServer().listen()
    yield made
    await made.close()


def sender_to(server: MailServer, timeout: float = 5, **settings: Any) -> MailSender:
    return MailSender(MailSettings("localhost", server.port, tls="plain", timeout=timeout, **settings), words_of)


async def one(server: MailServer, **settings: Any) -> Receipt:
    sender = sender_to(server, **settings)
    (receipt,) = await sender.send([mail()])
    await sender.stop()
    return receipt


async def is_told_truly(server: MailServer, count: int) -> None:
    """What is told of an e-mail on which the server hangs up at that byte is true."""
    receipt = await one(server, timeout=5)
    arrived, server.posts[:] = len(server.posts), []
    assert receipt.verdict is not Verdict.REFUSED
    assert (receipt.verdict in NOT_SENT) <= (arrived == 0), f"byte {count}: told unsent, and it was"
    assert (receipt.verdict is Verdict.SENT) <= (arrived == 1), f"byte {count}: told sent, and it was not"


@pytest.mark.parametrize("stage", BEFORE)
@pytest.mark.parametrize("fault", [DROP, HANG])
async def test_before_the_handing_over_nothing_can_have_arrived(server: MailServer, stage: str, fault: str) -> None:
    server.answers[stage, "*"] = fault
    receipt = await one(server, timeout=5 if fault == DROP else 1)
    assert receipt.verdict in (Verdict.AWAY, Verdict.BROKE_OFF)
    assert (receipt.verdict is Verdict.AWAY) == (stage in ("CONNECT", "EHLO"))
    assert server.posts == []


@pytest.mark.parametrize("fault", [DROP, HANG])
async def test_after_it_nobody_can_say(server: MailServer, fault: str) -> None:
    server.answers["END", "*"] = fault
    assert (await one(server, timeout=5 if fault == DROP else 1)).verdict is Verdict.IN_DOUBT


async def test_whatever_byte_from_us_is_the_last(server: MailServer) -> None:
    assert (await one(server)).verdict is Verdict.SENT
    whole, server.posts[:] = server.bytes_read, []
    early = [*range(1, 200, 2), *range(200, whole - 30, 300), *range(whole - 30, whole + 1)]
    for count in early:
        server.drop_after = count
        await is_told_truly(server, count)


async def test_whatever_byte_to_us_is_the_last(server: MailServer) -> None:
    for count in range(1, 400, 7):
        server.drop_reply_after = count
        await is_told_truly(server, count)


async def test_a_greylisted_mailbox_is_put_off_and_taken_later(server: MailServer) -> None:
    server.greylist = 2
    assert [(await one(server)).verdict for _ in range(3)] == [Verdict.RETRY, Verdict.RETRY, Verdict.SENT]


async def test_a_server_that_is_down_and_one_that_refuses_connections_are_away(server: MailServer) -> None:
    server.down = True
    assert (await one(server)).verdict is Verdict.AWAY
    server.down = False
    await server.close()
    assert (await one(server)).verdict is Verdict.AWAY


async def test_one_mailbox_that_hangs_does_not_hold_up_others_that_are_sent_beside_it(server: MailServer) -> None:
    server.answers["RCPT", "slow@children.example"] = HANG
    sender = sender_to(server, timeout=90)
    slow = asyncio.create_task(sender.send([mail(row="slow", address="slow@children.example")]))
    async with asyncio.timeout(60):
        receipts = [await sender.send([mail(row=f"row-{n}")]) for n in range(5)]
    assert [receipt.verdict for part in receipts for receipt in part] == [Verdict.SENT] * 5
    slow.cancel()
    await asyncio.wait([slow])
    await sender.stop()


async def test_receipts_are_asked_for_where_notices_are_read_and_only_there(server: MailServer) -> None:
    await one(server)
    assert server.notices == []
    await one(server, return_path="bounces+{id}@hub.example")
    post = server.posts[-1]
    assert post.sender == f"bounces+{post.envelope_id}@hub.example"
    assert f"<{post.envelope_id}@homeward.example>".encode() in post.content
    assert b"Action: delivered" in server.notices[0]


async def test_an_e_mail_that_comes_back_later_was_accepted_first(server: MailServer) -> None:
    server.bounces["duty@children.example"] = "5.1.1"
    receipt = await one(server, return_path="bounces@hub.example")
    assert receipt.verdict is Verdict.SENT
    assert receipt.reference is not None
    assert b"Status: 5.1.1" in server.notices[0]
    assert receipt.reference.encode() in server.notices[0]
