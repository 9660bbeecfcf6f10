"""What comes back about our e-mails is read as what it is: receipts, bounces old and new, and automatic replies. What a
person wrote is none, whatever its subject."""

from base64 import encodebytes
from email.message import EmailMessage

import pytest
from outgoing_examples import mail

from homeward.torture.notices import automatic_reply, notice_about
from homeward.wordings import words_of
from producers.bounces import read_notice
from producers.mime import compose, message_id

DOMAIN = "homeward.example"
OURS = message_id("row-1", DOMAIN)
MARK = OURS.strip("<>").partition("@")[0]
SENT = compose([mail()], "homeward@homeward.example", DOMAIN, words_of)
QMAIL = f"""From: MAILER-DAEMON@mail.example
Subject: failure notice
To: homeward@homeward.example
Message-Id: <20260302.1@mail.example>

Hi. This is the qmail-send program at mail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<duty@children.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-ID: {OURS}
"""
EXIM = f"""From: Mail Delivery System <Mailer-Daemon@mail.example>
To: homeward@homeward.example
X-Failed-Recipients: duty@children.example
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1-1@mail.example>

A message that you sent could not be delivered to one or more of its recipients.

  duty@children.example
    Unrouteable address

------ This is a copy of the message, including all the headers. ------

Message-ID: {OURS}
"""


STATUS = f"""Reporting-MTA: dns; mail.example
Original-Envelope-Id: {MARK}

Final-Recipient: rfc822; duty@children.example
Action: failed
Status: 5.1.1
"""


def report(status_type: str, encoding: str, body: str, **headers: str) -> bytes:
    """A report with a notice in words, and one part besides."""
    named = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return f"""{named}Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

Your message did not arrive.
--b
Content-Type: {status_type}
Content-Transfer-Encoding: {encoding}

{body}
--b--
""".encode()


def letter(**headers: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"] = "duty@children.example", "homeward@homeward.example"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content("Thank you, we have seen it.")
    return made.as_bytes()


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        ("2.0.0", "delivered", "put it into the mailbox"),
        ("4.4.7", "delayed", "4.4.7"),
        ("5.1.1", "bounced", "no such mailbox"),
        ("5.2.2", "bounced", "the mailbox is full"),
        ("5.9.9", "bounced", "(5.9.9)"),
    ],
)
@pytest.mark.parametrize("by", ["headers", "envelope", "address"])
def test_a_status_notification_is_about_its_row(status: str, kind: str, says: str, by: str) -> None:
    mark = MARK if by == "envelope" else ""
    to = f"bounces+{MARK}@hub.example" if by == "address" else "bounces@hub.example"
    raw = notice_about(SENT, "duty@children.example", to, status, mark, headers=by == "headers")
    notice = read_notice(raw, DOMAIN)
    assert notice is not None
    assert (notice.kind, notice.references[0]) == (kind, OURS)
    assert says in notice.detail
    assert "@children" not in notice.detail


@pytest.mark.parametrize("raw", [EXIM, QMAIL])
def test_bounces_without_a_status_part_are_read_too(raw: str) -> None:
    notice = read_notice(raw.encode(), DOMAIN)
    assert notice is not None
    assert (notice.kind, notice.references) == ("bounced", (OURS,))
    assert "@children" not in notice.detail


@pytest.mark.parametrize("status_type", ["message/delivery-status", "message/global-delivery-status"])
@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("7bit", STATUS),
        ("base64", encodebytes(STATUS.encode()).decode()),
        ("quoted-printable", STATUS.replace("failed", "fail=\ned")),
    ],
)
def test_a_status_part_is_read_in_its_global_form_and_through_its_encoding(
    status_type: str, encoding: str, body: str
) -> None:
    notice = read_notice(report(status_type, encoding, body), DOMAIN)
    assert notice is not None
    assert (notice.kind, notice.references) == ("bounced", (OURS,))
    assert "no such mailbox" in notice.detail


@pytest.mark.parametrize("body", [f"Message-ID: {OURS}", ""])
def test_a_report_that_says_nothing_in_a_status_part_is_read_as_an_older_bounce(body: str) -> None:
    raw = report("text/rfc822-headers", "7bit", body, X_Failed_Recipients="duty@children.example")
    notice = read_notice(raw, DOMAIN)
    assert notice is not None
    assert notice.kind == "bounced"


@pytest.mark.parametrize("action", ["relayed", "expanded"])
def test_an_e_mail_that_was_passed_on_without_a_receipt_has_neither_arrived_nor_come_back(action: str) -> None:
    body = STATUS.replace("failed", action).replace("5.1.1", "2.0.0")
    notice = read_notice(report("message/delivery-status", "7bit", body), DOMAIN)
    assert notice is not None
    assert (notice.kind, notice.references) == ("relayed", (OURS,))


@pytest.mark.parametrize("encoding", ["base64", "x-unknown"])
def test_a_status_part_that_cannot_be_decoded_is_none(encoding: str) -> None:
    assert read_notice(report("message/delivery-status", encoding, "\xff=!\n\n\n=?"), DOMAIN) is None


@pytest.mark.parametrize(
    "raw",
    [
        automatic_reply(SENT),
        letter(In_Reply_To=OURS, X_Autoreply="yes"),
        letter(In_Reply_To=OURS, Precedence="auto_reply"),
        letter(In_Reply_To=OURS, Subject="Automatic reply: your message"),
        letter(In_Reply_To=OURS, Auto_Submitted="auto-replied; owner-email=x"),
    ],
)
def test_automatic_replies_are_known(raw: bytes) -> None:
    notice = read_notice(raw, DOMAIN)
    assert notice is not None
    assert (notice.kind, notice.references) == ("automatic_reply", (OURS,))


@pytest.mark.parametrize(
    "raw",
    [
        letter(In_Reply_To=OURS, Subject="Re: Arrange a return home interview"),
        letter(Subject="Out of office"),  # answers nothing
        letter(In_Reply_To=OURS, Subject="Is the autoreply on?"),
        letter(Auto_Submitted="no", In_Reply_To=OURS),
        b"",
        b"\xff\x00 nonsense",
        b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nno parts",
    ],
)
def test_letters_and_nonsense_are_none(raw: bytes) -> None:
    assert read_notice(raw, DOMAIN) is None


def test_a_notice_about_an_e_mail_of_somebody_else_names_none_of_ours() -> None:
    other = SENT.replace(DOMAIN.encode(), b"elsewhere.example")
    notice = read_notice(notice_about(other, "duty@children.example", "x@hub.example", "5.1.1"), DOMAIN)
    assert notice is not None
    assert notice.references == ()
