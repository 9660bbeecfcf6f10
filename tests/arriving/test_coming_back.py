"""A running hub hears what came back about its e-mails, from a mailbox that it reads by IMAP and from a mail server's
pipe: receipts, bounces and automatic replies come to their rows, and a person hears where it matters."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest
import pytest_asyncio
from arriving_hub import DUTY, DUTY_BOX, MANAGER, MINUTE, OFFICER, TOPIC, arriving, heard_of_the_mailbox
from click.testing import CliRunner
from imap_server import PASSWORD, USER, ImapServer, imap_server

from homeward.commands.bounces import command
from homeward.torture.mail_server import MailServer
from homeward.torture.notices import automatic_reply
from tests.producers.certificates import issue

PATH = "bounces+{id}@hub.example"
LADDER = '[acknowledge."notify.missing"]\nwithin = "2h"\nladder = ["service_director"]\n'


@dataclass
class Post:
    """The mail server, and the mailbox that it sends notices to."""

    server: MailServer
    imap: ImapServer
    settings: dict[str, object]


@pytest_asyncio.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    ca, tls = issue(tmp_path)
    server = await MailServer().listen()
    async with imap_server(tls, ssl.create_default_context(cafile=ca)) as imap:
        settings = {
            "smtp_return_path": PATH, "smtp_ca_file": ca, "bounces_host": "localhost", "bounces_port": imap.port,
            "bounces_user": USER, "bounces_password": PASSWORD, "bounces_every": 1,
        }  # fmt: skip
        yield Post(server, imap, settings)
    await server.close()


async def test_receipts_and_bounces_in_a_mailbox_come_to_their_rows_and_what_came_back_is_told(
    tmp_path: Path, post: Post
) -> None:
    async with arriving(tmp_path, post.server, **post.settings) as hub:
        post.server.bounces[DUTY_BOX] = "5.1.1"
        await hub.promise("came back", to=DUTY)
        await hub.promise("arrived", to=MANAGER)
        await hub.come_to("accepted", "came back", "arrived")
        await post.imap.put(b"From: a.person@children.example\r\nSubject: Hello\r\n\r\nA letter.\r\n")
        await post.imap.put(*post.server.notices)
        await hub.come_to("bounced", "came back")
        await hub.come_to("delivered", "arrived")
        words = await hub.said(2)
        assert [destination for destination, _ in words] == [TOPIC, OFFICER]
        detail = words[0][1]["detail"]
        assert detail.startswith(
            "Came back after it was accepted: “Child reported missing” (m-came back) to the Children"
        )
        assert "(5.1.1): no such mailbox. Correct the address in the directory" in detail
        assert "  bounced  since 2026-03-02 12:00Z after 1 attempt" in await hub.command("list")
        assert (await hub.hub.health.state())["deliveries"]["bounced"] == 1
        async with hub.store.reading() as tx:
            lines = [line.entry for line in await tx.ledger_after(0, 1000) if line.kind == "delivery"]
        assert {"bounced", "delivered"} <= {line["outcome"] for line in lines}
    assert await post.imap.unread() == 1  # the letter waits for a person


async def test_what_came_back_can_be_sent_to_a_corrected_address(tmp_path: Path, post: Post) -> None:
    async with arriving(tmp_path, post.server, **post.settings) as hub:
        post.server.bounces[DUTY_BOX] = "5.1.1"
        await hub.promise("a")
        await hub.come_to("accepted", "a")
        await post.imap.put(*post.server.notices)
        await hub.come_to("bounced", "a")
        hub.readdress("cscs", "duty.desk@nottinghamshire.example")
        assert "1 released." in await hub.command("release", "--all", "--new-address")
        hub.passes(MINUTE)

        async def arrived() -> bool:
            return "duty.desk@nottinghamshire.example" in [each.mailbox for each in post.server.posts]

        await hub.until(arrived)


async def test_what_comes_back_late_about_a_first_sending_says_nothing_of_the_second(
    tmp_path: Path, post: Post
) -> None:
    async with arriving(tmp_path, post.server, **post.settings) as hub:
        post.server.bounces[DUTY_BOX] = "5.2.2"
        await hub.promise("a")
        await hub.come_to("accepted", "a")
        (first,) = post.server.notices
        await post.imap.put(first)
        await hub.come_to("bounced", "a")
        post.server.bounces.clear()
        assert "1 released." in await hub.command("release", "--all")
        hub.passes(MINUTE)
        await hub.come_to("accepted", "a")
        to_duty = [each for each in post.server.posts if each.mailbox == DUTY_BOX]  # the officer is told besides
        names = [message_from_bytes(each.content)["Message-ID"] for each in to_duty]
        assert len({*names}) == 2
        late = first.replace(b"5.2.2", b"5.4.7")
        assert late != first
        await post.imap.put(late)  # the same bounce by another way
        (second,) = [n for n in post.server.notices if n != first and DUTY_BOX.encode() in n]
        await post.imap.put(second)
        await hub.come_to("delivered", "a")
        assert "bounced" not in {each.state for each in await hub.deliveries()}


async def test_an_automatic_reply_raises_the_next_of_the_ladder_where_somebody_must_have_seen_it(
    tmp_path: Path, post: Post
) -> None:
    async with arriving(tmp_path, post.server, local=LADDER, **post.settings) as hub:
        await hub.promise("must be seen")
        await hub.come_to("accepted", "must be seen")
        (sent,) = post.server.posts
        await post.imap.put(automatic_reply(sent.content))
        destination, word = (await hub.said(1))[0]
        assert destination == TOPIC
        assert [recipient["role"] for recipient in word["to"]] == ["service_director"]
        assert word["detail"].startswith(
            "An automatic reply came for “Child reported missing” (m-must be seen) to the "
        )
        assert (await hub.states())["must be seen"] == "accepted"


async def test_a_mail_server_may_pipe_what_came_back_to_the_command(
    tmp_path: Path, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with arriving(tmp_path, post.server, smtp_return_path=PATH) as hub:
        post.server.bounces[DUTY_BOX] = "5.2.2"
        await hub.promise("a")
        await hub.promise("b", to=MANAGER)
        await hub.come_to("accepted", "a", "b")
        monkeypatch.setenv("HOMEWARD_DATABASE_URL", hub.url)

        async def piped(raw: bytes) -> str:
            result = await asyncio.to_thread(CliRunner().invoke, command, ["read"], input=raw)
            assert result.exit_code == 0, result.output
            return result.output.strip()

        of_a, of_b = (next(n for n in post.server.notices if box in n) for box in (b"cscs@", b"team.managers@"))
        assert [await piped(raw) for raw in (of_a, of_a, of_b)] == ["bounced", "again", "delivered"]
        assert await piped(automatic_reply(post.server.posts[0].content)) == "away"
        assert await piped(b"Subject: Hello\r\n\r\nA letter.\r\n") == "letter"
        assert await piped(of_a.replace(b"a", b"b")) in ("unknown", "letter")
        hub.passes(MINUTE)
        assert "the mailbox is full" in (await hub.said(2))[0][1]["detail"]


async def test_a_mailbox_that_cannot_be_read_is_one_line_in_the_log_and_one_when_it_can_again(
    tmp_path: Path, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.imap.down = True
    with heard_of_the_mailbox() as said:
        async with arriving(tmp_path, post.server, **post.settings), asyncio.timeout(60):
            await said.wait()
            said.clear()
            post.imap.down = False
            await said.wait()
    lines = [record.getMessage() for record in caplog.records if record.name == "homeward.mailbox"]
    assert lines == ["Cannot read the mailbox for bounces, retrying", "The mailbox for bounces can be read again"]
