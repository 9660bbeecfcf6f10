"""What only a real mail server can show: where a connection breaks, how it is opened again, and that it is safe."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from certificates import issue
from outgoing_examples import mail

from homeward.torture.mail_server import DROP, MailServer, only
from homeward.wordings import words_of
from producers.mail import MailSender
from producers.smtp import MailSettings
from schemas.delivery import Receipt, Verdict


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[MailServer]:
    made = await MailServer().listen()
    yield made
    await made.close()


async def send(sink: MailServer, *, rows: int = 1, sender: MailSender | None = None, **settings: Any) -> list[Receipt]:
    """Send with a sender of its own, unless one is given."""
    asked = {"host": "localhost", "port": sink.port, "tls": "plain", "timeout": 5} | settings
    used = sender or MailSender(MailSettings(**asked), words_of)
    batch = [mail(row=f"row-{place}", address=f"box{place}@children.example") for place in range(rows)]
    receipts = await used.send(batch)
    if sender is None:
        await used.stop()
    return list(receipts)


def plain(sink: MailServer) -> MailSender:
    return MailSender(MailSettings(host="localhost", port=sink.port, tls="plain", timeout=5), words_of)


async def test_many_emails_share_one_connection(sink: MailServer) -> None:
    sender = plain(sink)
    await send(sink, rows=3, sender=sender)
    await send(sink, rows=3, sender=sender)
    await sender.stop()
    assert (len(sink.posts), sink.connections) == (6, 1)


async def test_a_connection_that_was_closed_while_idle_is_opened_again(sink: MailServer) -> None:
    sender = plain(sink)
    await send(sink, sender=sender)
    sink.hang_up()
    assert [receipt.verdict for receipt in await send(sink, sender=sender)] == [Verdict.SENT]
    await sender.stop()
    assert sink.connections == 2


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
async def test_a_connection_lost_before_the_handing_over_means_try_again(sink: MailServer, step: str) -> None:
    sink.answers[step, "*"] = DROP
    receipts = await send(sink, rows=3)
    assert {receipt.verdict for receipt in receipts} == {Verdict.BROKE_OFF}
    assert sink.posts == []


async def test_a_connection_lost_after_the_message_was_handed_over_means_doubt(sink: MailServer) -> None:
    sink.answers["END", "box1@children.example"] = DROP
    receipts = await send(sink, rows=3)
    assert [receipt.verdict for receipt in receipts] == [Verdict.SENT, Verdict.IN_DOUBT, Verdict.SENT]
    assert "Message-ID" in receipts[1].detail


async def test_an_email_at_which_the_server_hangs_up_does_not_hold_up_the_next(sink: MailServer) -> None:
    sink.answers["RCPT", "box1@children.example"] = DROP
    receipts = await send(sink, rows=4)
    assert [receipt.verdict for receipt in receipts] == [Verdict.SENT, Verdict.BROKE_OFF, Verdict.SENT, Verdict.SENT]


@pytest.mark.parametrize(
    ("step", "reply", "verdict"),
    [
        ("RCPT", "550 5.1.1 box0@children.example unknown", Verdict.REFUSED),
        ("RCPT", "450 4.2.1 busy", Verdict.RETRY),
        ("RCPT", "552 5.2.2 full", Verdict.REFUSED),
        ("END", "554 5.7.1 policy", Verdict.REFUSED),
        ("END", "451 4.7.0 try later", Verdict.RETRY),
        ("MAIL", "550 5.7.1 who are you", Verdict.AWAY),
        ("MAIL", "421 4.3.2 closing", Verdict.AWAY),
        ("RCPT", "421 4.3.2 closing", Verdict.AWAY),
        ("DATA", "451 4.7.1 not now", Verdict.RETRY),
        ("END", "452 4.3.1 disk full", Verdict.AWAY),
    ],
)
async def test_each_answer_of_a_server_has_its_verdict(
    sink: MailServer, step: str, reply: str, verdict: Verdict
) -> None:
    sink.answers[step, "*"] = reply
    (receipt,) = await send(sink)
    assert receipt.verdict is verdict
    assert "unknown" not in receipt.detail
    sink.answers.clear()
    assert (await send(sink))[0].verdict is Verdict.SENT


async def test_a_server_that_is_away_puts_everything_off_and_is_found_when_it_is_back() -> None:
    sink = await MailServer().listen()
    await sink.close()
    sender = plain(sink)
    receipts = await send(sink, rows=3, sender=sender)
    assert {receipt.verdict for receipt in receipts} == {Verdict.AWAY}
    assert "Cannot reach mail server" in receipts[0].detail
    back = await MailServer().listen(sink.port)
    assert (await send(back, sender=sender))[0].verdict is Verdict.SENT
    await sender.stop()
    await back.close()


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_encrypted_with_a_certificate_that_is_checked(tmp_path: Path, tls: str) -> None:
    ca, context = issue(tmp_path)
    options = {"tls_context": context, "require_starttls": True} if tls == "starttls" else {}
    sink = await MailServer().listen(tls=context if tls == "tls" else None, **options)
    (distrusted,) = await send(sink, tls=tls)
    assert distrusted.verdict is Verdict.AWAY
    assert "its CA" in distrusted.detail
    assert sink.posts == []
    (trusted,) = await send(sink, tls=tls, ca_file=ca)
    assert trusted.verdict is Verdict.SENT
    (waved_through,) = await send(sink, tls=tls, verify=False)
    assert waved_through.verdict is Verdict.SENT
    (elsewhere,) = await send(sink, tls=tls, ca_file=ca, host="127.0.0.1")
    assert elsewhere.verdict is Verdict.AWAY
    await sink.close()


async def test_nothing_goes_in_the_clear_where_encryption_was_asked_for(sink: MailServer) -> None:
    (receipt,) = await send(sink, tls="starttls")
    assert receipt.verdict is Verdict.AWAY
    assert "STARTTLS" in receipt.detail
    assert sink.posts == []


async def test_login_over_tls(tmp_path: Path) -> None:
    ca, context = issue(tmp_path)
    sink = await MailServer().listen(tls_context=context, authenticator=only("hub", "s3cret"), auth_required=True)
    right = {"tls": "starttls", "ca_file": ca, "user": "hub"}
    (wrong,) = await send(sink, **right, password="guess")
    assert wrong.verdict is Verdict.AWAY
    assert "login" in wrong.detail
    (receipt,) = await send(sink, **right, password="s3cret")
    assert receipt.verdict is Verdict.SENT
    await sink.close()


def test_a_password_never_goes_over_a_plain_connection() -> None:
    with pytest.raises(ValueError, match="starttls"):
        MailSettings(host="localhost", port=25, tls="plain", user="hub", password="s3cret")
    assert "s3cret" not in repr(MailSettings(host="localhost", port=25, user="hub", password="s3cret"))
