"""From a report to the e-mails that it leads to, by the shipped packs: one cause, one reader, one e-mail."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from hub_in_memory import POLICE, Hub, hub
from wire_messages import child, later, missing

from homeward.channels import channels
from homeward.wiring import calendars
from homeward.wordings import PackWordings
from outbox.addressing import DirectoryBook
from outbox.relay import Relay
from producers.fakes import MemoryKafkaSender, MemoryMailSender
from tests.shipped import shipped_directories, shipped_packs

BUCKS = "buckinghamshire"
NIGHT = 13  # hours after Monday noon: 02:00 on Tuesday, British Summer Time
LED = "emergency.social.work@buckinghamshire.example"


async def delivered(told: Hub) -> list[tuple[str, EmailMessage]]:
    """Every e-mail that goes out, with its mailbox."""
    packs, mails = shipped_packs(), MemoryMailSender(words_of=PackWordings(shipped_packs()))
    book = DirectoryBook(shipped_directories(), calendars(packs), told.clock.now)
    senders = {"topic": MemoryKafkaSender(), "mail": mails}
    manners = {name: channel.manner for name, channel in channels().items()}
    relay = Relay(told.store, senders, book, now=told.clock.now, manners=manners, owner="test")
    await relay.drain()
    await relay.stop()
    async with told.store.reading() as tx:
        assert {each.state for each in await tx.outbox_after(0, 1000)} == {"accepted"}
    read = ((post.mailbox, message_from_bytes(post.content, policy=policy.default)) for post in mails.posts)
    return [(mailbox, mail) for mailbox, mail in read if isinstance(mail, EmailMessage)]


def text(mail: EmailMessage) -> list[str]:
    body = mail.get_body(("plain",))
    assert body is not None
    return [*body.get_content().splitlines()]


def by_night(incident: str, number: str) -> bytes:
    return missing(
        NIGHT, incident, child=child(f"lcs:{number}"), responsible_authority=BUCKS, host_authority=BUCKS,
        risk="medium", missing_from="home", left_at=later(NIGHT - 4), last_seen_at=later(NIGHT - 4),
    )  # fmt: skip


async def test_a_child_reported_at_two_in_the_morning_makes_one_email_to_the_team_on_duty() -> None:
    async with hub() as told:
        told.clock.set(later(NIGHT))
        await told.take(by_night("T-1", "L-1"))
        rows = [row for row in await told.rows() if row.destination.startswith(f"mail/{BUCKS}/emergency")]
        [(mailbox, mail)] = await delivered(told)
    assert len(rows) > 2
    assert mailbox == LED
    assert mail["Subject"].endswith(" - T-1")
    assert {*mail["X-Homeward-Message"].split(", ")} == {row.message_id for row in rows}
    first, besides, *_ = text(mail)
    assert first.startswith("Out of Hours Emergency Social Work Team: ")
    assert "record a missing episode" in besides
    assert "set the MISP flag" in besides
    assert [line for line in text(mail) if line.startswith("A child, missing from home since 22:00 Mon 1 Jun.")]


async def test_two_children_of_one_batch_make_two_emails() -> None:
    async with hub() as told:
        told.clock.set(later(NIGHT))
        await told.take(by_night("T-1", "L-1"), by_night("T-2", "L-2"))
        mails = await delivered(told)
    assert sorted(mail["Subject"].rpartition(" - ")[2] for _, mail in mails) == ["T-1", "T-2"]


async def test_no_email_names_a_child_whatever_was_reported() -> None:
    named = {
        **child("lcs:L-1"),
        "given_name": "Zephyrine",
        "family_name": "Quillfeather",
        "date_of_birth": "2012-11-27",
    }
    async with hub() as told:
        told.clock.set(later(NIGHT))
        await told.take(missing(NIGHT, "T-1", child=named, responsible_authority=BUCKS, host_authority=BUCKS))
        mails = await delivered(told)
    assert mails
    for _, mail in mails:
        assert not [name for name in ("Zephyrine", "Quillfeather", "2012", "27 Nov") if name in mail.as_string()]


async def test_what_could_not_be_read_is_told_in_a_sentence_without_its_code() -> None:
    async with hub() as told:
        await told.intake.process_batch([told.raw(b"\xff\xfe", POLICE)])
        [(_, mail)] = await delivered(told)
    assert "The body is not UTF-8." in text(mail)
