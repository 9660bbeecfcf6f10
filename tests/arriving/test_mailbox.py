"""The mailbox for bounces: no message holds up another, what needs a person stays unread and is counted, and a mailbox
that cannot be read is told of until it can."""

import asyncio
import imaplib
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from arriving_hub import arriving
from imap_server import PASSWORD, USER, ImapServer, imap_server
from prometheus_client import CollectorRegistry, generate_latest

from homeward.doctor.mail_checks import mail_findings
from homeward.health.gauges import Gauges
from homeward.mailbox import BounceReader, Mailbox
from homeward.settings import Settings
from homeward.torture.mail_server import MailServer
from homeward.torture.notices import automatic_reply, notice_about
from intake.notices import NoticeOutcome
from schemas.delivery import Notice
from store.errors import StoreUnavailableError
from tests.producers.certificates import issue

LETTER = b"From: a.person@children.example\r\nSubject: Hello\r\n\r\nA letter.\r\n"
SENT = b"From: x@hub.example\r\nMessage-ID: <1@elsewhere.example>\r\n\r\nOf another hub.\r\n"
LATE = 900


def notice(status: str) -> bytes:
    return notice_about(SENT, "duty@children.example", "bounces@hub.example", status)


class Office:
    """Takes notices as a test says: each kind comes to an outcome, or raises."""

    def __init__(self, **became: NoticeOutcome | Exception) -> None:
        self.became, self.heard = became, list[str]()

    async def take(self, notice: Notice) -> NoticeOutcome:
        self.heard.append(notice.kind)
        came_to = self.became.get(notice.kind, "unknown")
        if isinstance(came_to, Exception):
            raise came_to
        return came_to


@asynccontextmanager
async def mailbox(folder: Path) -> AsyncIterator[tuple[ImapServer, Mailbox]]:
    ca, tls = issue(folder)
    trust = ssl.create_default_context(cafile=ca)
    async with imap_server(tls, trust) as imap:
        yield imap, Mailbox("localhost", imap.port, USER, password=PASSWORD, context=trust)


@asynccontextmanager
async def that_refuses(folder: Path, word: str, refusal: str = "NO") -> AsyncIterator[Mailbox]:
    """A mailbox with a bounce and a receipt, whose server refuses this command and says OK to every other. It refuses
    a message when it has written it."""
    ca, tls = issue(folder)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := (await reader.readline()).decode():
            tag, _, command = line.strip().partition(" ")
            if "CAPABILITY" in command:
                writer.write(b"* CAPABILITY IMAP4rev1\r\n")
            if "SEARCH" in command:
                writer.write(b"* SEARCH 7 8\r\n")
            if "UID FETCH 7" in command:
                writer.write(b"* 1 FETCH (UID 7 BODY[] {%d}\r\n%s)\r\n" % (len(bounce), bounce))
            if "UID FETCH 8" in command:  # the items may come in any order
                writer.write(b"* 2 FETCH (BODY[] {%d}\r\n%s UID 8)\r\n" % (len(second), second))
            writer.write(f"{tag} {f'{refusal} not now' if word in command else 'OK done'}\r\n".encode())
        writer.close()

    bounce, second = notice("5.1.1"), notice("2.0.0")
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield Mailbox("localhost", port, USER, password=PASSWORD, context=ssl.create_default_context(cafile=ca))


def warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.levelname for each in caplog.records if each.levelno >= logging.WARNING]


async def test_a_message_that_cannot_be_taken_holds_up_no_other_and_is_told_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with mailbox(tmp_path) as (imap, box):
        office, seconds = Office(automatic_reply=KeyError("ours"), bounced="bounced"), 0.0
        reader = BounceReader(box, office, "hub.example", 60, monotonic=lambda: seconds)
        await imap.put(automatic_reply(SENT), notice("5.1.1"))
        assert [await reader.look(), await reader.look()] == [1, 0]
        assert office.heard == ["automatic_reply", "bounced"]
        assert (await imap.unread(), reader.left) == (1, 1)
        assert warned(caplog) == ["ERROR"]
        office.became["automatic_reply"] = "away"
        seconds = 60
        assert await reader.look() == 1
        assert (await imap.unread(), reader.left) == (0, 0)


async def test_what_stays_unread_is_fetched_again_ever_less_often_at_last_once_an_hour(tmp_path: Path) -> None:
    async with mailbox(tmp_path) as (imap, box):
        office, seconds = Office(), 0.0
        reader = BounceReader(box, office, "hub.example", 60, monotonic=lambda: seconds)
        await imap.put(notice("5.1.1"))
        fetched = list[int]()
        for minute in (0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 123, 124, 183, 184):
            seconds = 60.0 * minute
            await reader.look()
            fetched += [minute] * (len(office.heard) - len(fetched))
        assert fetched == [0, 1, 2, 4, 8, 16, 32, 64, 124, 184]
        assert (await imap.unread(), reader.left) == (1, 1)


async def test_what_is_new_in_a_mailbox_made_anew_is_not_taken_for_what_stayed_unread(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with mailbox(tmp_path) as (imap, box):
        office = Office()
        reader = BounceReader(replace(box, folder="Bounces"), office, "hub.example", 60, monotonic=lambda: 0.0)
        for times in (1, 2):
            await imap.make_anew("Bounces", notice("5.1.1"))
            assert [await reader.look(), await reader.look(), reader.left] == [0, 0, 1]
            assert (office.heard, warned(caplog)) == (["bounced"] * times, ["WARNING"] * times)


async def test_what_needs_a_person_stays_unread_is_told_of_once_and_counted_until_somebody_has_read_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with mailbox(tmp_path) as (imap, box):
        reader = BounceReader(box, Office(), "hub.example", 1)
        await imap.put(LETTER, notice("5.1.1"), notice("2.0.0"), notice("4.4.7"), automatic_reply(SENT))
        assert [await reader.look(), await reader.look()] == [2, 0]  # a receipt for another hub needs nobody
        assert (await imap.unread(), reader.left) == (3, 3)
        assert warned(caplog) == ["WARNING"] * 3
        assert "children.example" not in caplog.text
        await box.mark_read((await box.unread()).numbers)
        await reader.look()
        assert reader.left == 0


async def test_what_stays_unread_is_behind_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homeward.mailbox._AT_ONCE", 2)
    async with mailbox(tmp_path) as (imap, box):
        reader = BounceReader(box, Office(bounced="bounced"), "hub.example", 1)
        await imap.put(LETTER, LETTER, notice("5.1.1"), notice("5.2.2"), notice("5.4.7"))
        assert [await reader.look() for _ in range(3)] == [0, 2, 1]
        assert (await imap.unread(), reader.left) == (2, 2)


async def test_what_was_read_before_the_database_went_away_is_marked_and_the_rest_is_read_again(tmp_path: Path) -> None:
    async with mailbox(tmp_path) as (imap, box):
        office = Office(bounced="bounced", delivered=StoreUnavailableError("away"))
        reader = BounceReader(box, office, "hub.example", 1)
        await imap.put(notice("5.1.1"), notice("2.0.0"), notice("5.2.2"))
        with pytest.raises(StoreUnavailableError):
            await reader.look()
        assert (await imap.unread(), reader.left) == (2, 0)


@pytest.mark.parametrize("answer", ["NO", "BAD"])
async def test_a_message_that_the_server_does_not_give_out_is_left_and_the_others_are_read(
    tmp_path: Path, answer: str
) -> None:
    async with that_refuses(tmp_path, "FETCH 7", answer) as box:
        office = Office(delivered="delivered")
        reader = BounceReader(box, office, "hub.example", 1)
        assert (await reader.look(), reader.left, office.heard) == (1, 1, ["delivered"])


@pytest.mark.parametrize("word", ["SELECT", "SEARCH", "STORE"])
async def test_a_server_that_says_no_is_believed(tmp_path: Path, word: str) -> None:
    async with that_refuses(tmp_path, word) as box:
        office = Office(bounced="bounced")
        with pytest.raises(imaplib.IMAP4.error):
            await BounceReader(box, office, "hub.example", 1).look()
        assert office.heard == (["bounced", "delivered"] if word == "STORE" else [])


async def test_a_mailbox_that_was_not_read_for_a_quarter_of_an_hour_is_a_fault(tmp_path: Path) -> None:
    seconds = 0.0
    async with mailbox(tmp_path) as (imap, box):
        reader = BounceReader(box, Office(), "hub.example", 1, monotonic=lambda: seconds)
        seconds = LATE - 1
        assert reader.fault() is None
        seconds = LATE
        assert reader.fault() == "the mailbox for bounces has not been read for 900 s (see the log)"
        await reader.look()
        assert (reader.fault(), reader.age) == (None, 0)
        imap.down = True
        seconds += LATE
        with pytest.raises((imaplib.IMAP4.error, OSError)):
            await reader.look()
        assert reader.fault() is not None


async def test_a_hub_shows_how_its_mailbox_stands_and_one_without_a_mailbox_says_nothing_of_it(
    tmp_path: Path, server: MailServer
) -> None:
    async with mailbox(tmp_path) as (imap, _):
        asked = {"bounces_host": "localhost", "bounces_port": imap.port, "bounces_user": USER,
                 "bounces_password": PASSWORD, "bounces_every": 1, "smtp_ca_file": tmp_path / "ca.pem"}  # fmt: skip
        await imap.put(LETTER)
        async with arriving(tmp_path, server, **asked) as hub:
            assert hub.parts.bounces is not None
            await hub.parts.bounces.look()
            state = await hub.hub.health.state()
            assert state["checks"]["bounces"]
            assert state["bounces"]["left"] == 1
            registry = CollectorRegistry()
            registry.register(Gauges(hub.hub.health.board))
            scraped = generate_latest(registry).decode()
            assert "\nhomeward_bounces_left 1.0\n" in scraped
            assert "\nhomeward_bounces_age_seconds 0.0\n" in scraped
        async with arriving(tmp_path, server) as hub:
            state = await hub.hub.health.state()
            assert "bounces" not in state["checks"] | state


async def test_the_doctor_enters_the_mailbox_and_reads_nothing(tmp_path: Path, server: MailServer) -> None:
    async def finds(**changes: object) -> tuple[str, str]:
        told = {"smtp_host": "localhost", "smtp_port": server.port, "smtp_tls": "plain", "bounces_host": "localhost",
                "bounces_port": imap.port, "bounces_user": USER, "bounces_password": PASSWORD,
                "smtp_ca_file": tmp_path / "ca.pem"} | changes  # fmt: skip
        (found,) = (f for f in await mail_findings(Settings(**told)) if f.check == "bounces")
        return found.severity, found.fix

    async with mailbox(tmp_path) as (imap, _):
        await imap.put(LETTER)
        assert await finds() == ("ok", "")
        assert await imap.unread() == 1
        for changes, fix in (
            ({"bounces_password": "expired"}, "HOMEWARD_BOUNCES_PASSWORD"),
            ({"bounces_folder": "Elsewhere"}, "HOMEWARD_BOUNCES_FOLDER"),
            ({"bounces_port": 1}, "HOMEWARD_BOUNCES_PORT"),
            ({"bounces_host": "127.0.0.1"}, "its certificate"),
        ):
            severity, named = await finds(**changes)
            assert severity == "fault"
            assert fix in named
