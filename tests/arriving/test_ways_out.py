"""The ways out of a running hub: a mail server that takes tokens in place of passwords, GOV.UK Notify as the way of
e-mails or as a second one, a further channel in one file, and secure e-mail that is checked or does not start."""

import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
from arriving_hub import DUTY, DUTY_BOX, MANAGER, MINUTE, OFFICER_BOX, SECOND, TOPIC, ArrivingHub, arriving
from click.testing import CliRunner
from token_server import CLIENT, SECRET, TokenServer, token_server

import homeward.channels
from homeward.channels import channels
from homeward.commands.run import command
from homeward.settings import Settings, SettingsError
from homeward.torture.mail_server import MailServer
from homeward.torture.notify_server import API_KEY, NotifyServer
from homeward.wiring import check_ways_out, senders
from tests.producers.certificates import issue
from tests.shipped import own_addresses, shipped_directories, shipped_packs


@pytest.fixture
def notify() -> Iterator[NotifyServer]:
    with NotifyServer() as made:
        yield made


@dataclass
class Office:
    """A mail server that takes tokens only, the provider of these, and the settings to reach both."""

    server: MailServer
    tokens: TokenServer
    settings: dict[str, object]


@pytest_asyncio.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    ca, tls = issue(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca))
    with token_server(tls) as tokens:
        server = await MailServer().listen(tls_context=tls, require_starttls=True, auth_required=True)
        settings = {
            "smtp_tls": "starttls", "smtp_ca_file": ca, "smtp_user": "hub@nottinghamshire.example",
            "smtp_oauth_authority": tokens.authority, "smtp_oauth_client_id": CLIENT,
            "smtp_oauth_client_secret": SECRET,
        }  # fmt: skip
        yield Office(server, tokens, settings)
        await server.close()


async def mail_is_away(hub: ArrivingHub) -> bool:
    return "mail" in (await hub.hub.health.state()).get("channels_away", {})


def by_notify(notify: NotifyServer) -> dict[str, object]:
    return {"notify_api_key": API_KEY, "notify_url": notify.url, "notify_templates": {"*": "letter"}}


async def test_a_mail_server_that_takes_tokens_only_and_has_a_certificate_of_its_own(
    tmp_path: Path, office: Office
) -> None:
    async with arriving(tmp_path, office.server, **office.settings) as hub:
        await hub.promise("too early")
        await hub.until(lambda: mail_is_away(hub))  # the server knows no such token
        office.server.tokens.add("token-1")
        hub.passes(MINUTE)
        await hub.come_to("accepted", "too early")
        before = office.server.connections
        for turn in range(3):
            await hub.promise(*(f"{turn} {place}" for place in range(4)))
            await hub.come_to("accepted", *(f"{turn} {place}" for place in range(4)))
    assert office.tokens.given == ["token-1"]  # kept until it expires
    assert office.server.connections - before <= 3  # kept open, and used again
    assert len(office.server.posts) == 13


async def test_a_provider_that_gives_no_token_is_named_and_holds_up_the_way_out_and_no_row(
    tmp_path: Path, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.tokens.refuses = "invalid_client"
    office.server.tokens.add("token-1")
    async with arriving(tmp_path, office.server, **office.settings) as hub:
        await hub.promise("a")
        await hub.until(lambda: mail_is_away(hub))
        (line,) = (vars(r) for r in caplog.records if r.getMessage() == "Deliveries began to fail: on hold, retrying")
        assert line["cause"] == (
            "Access token refused (invalid_client): check HOMEWARD_SMTP_OAUTH_CLIENT_ID and its secret"
        )
        office.tokens.refuses = ""
        hub.passes(MINUTE)
        await hub.come_to("accepted", "a")


async def test_e_mails_go_by_notify_and_what_became_of_them_is_asked(
    tmp_path: Path, server: MailServer, notify: NotifyServer
) -> None:
    async with arriving(tmp_path, server, mail_by="notify", **by_notify(notify)) as hub:
        await hub.promise("arrives", to=MANAGER)
        await hub.promise("comes back")
        await hub.come_to("accepted", "arrives", "comes back")
        notify.becomes("team.managers@nottinghamshire.example", "delivered")
        notify.becomes(DUTY_BOX, "permanent-failure")
        hub.passes(10 * SECOND)
        await hub.come_to("delivered", "arrives")
        await hub.come_to("bounced", "comes back")
        assert "Notify could not deliver it: no such mailbox" in (await hub.said(2))[0][1]["detail"]
    assert server.posts == []


async def test_notify_says_what_a_dead_mail_server_could_not(
    tmp_path: Path, server: MailServer, notify: NotifyServer
) -> None:
    second = {"children_missing_officer": ("notify", "second.officer@nottinghamshire.example")}
    async with arriving(tmp_path, server, second, **by_notify(notify)) as hub:
        server.down = True
        await hub.promise("a", urgency="immediate")

        await hub.until(lambda: mail_is_away(hub))
        hub.passes(5 * MINUTE)
        words = await hub.said(2)
        assert [destination for destination, _ in words] == [
            TOPIC, "notify/nottinghamshire/children_missing_officer?second",
        ]  # fmt: skip

        async def heard() -> bool:
            return [each["email_address"] for each in notify.taken.values()] == [
                "second.officer@nottinghamshire.example"
            ]

        await hub.until(heard)


FURTHER = """
from homeward.channels import Channel
from producers.fakes import MemoryKafkaSender

SENT = MemoryKafkaSender()
SMS = Channel("sms", lambda settings, words_of, create: SENT)
"""


async def test_a_further_channel_is_one_file(
    tmp_path: Path, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "sms.py").write_text(FURTHER)
    monkeypatch.setattr(homeward.channels, "__path__", [*homeward.channels.__path__, str(tmp_path / "more")])
    channels.cache_clear()
    try:
        second = {"children_missing_officer": ("sms", "07700900000")}
        async with arriving(tmp_path, server, second) as hub:
            server.answers["RCPT", DUTY_BOX] = "550 5.1.1 unknown"
            await hub.promise("a")
            await hub.said(3)
            sent = sys.modules["homeward.channels.sms"].SENT.records

            async def heard() -> bool:
                return [record.topic for record in sent] == ["07700900000"]

            await hub.until(heard)
    finally:
        channels.cache_clear()
        sys.modules.pop("homeward.channels.sms", None)


def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **settings: str) -> str:
    """What `homeward run` says where it does not start. There is no Kafka: what gets that far was let through."""
    directory = str(own_addresses(tmp_path / "own", "nottinghamshire"))
    own = {"authorities": "nottinghamshire", "directory": directory, "smtp_from": "hub@council.test"}
    own |= {"data": str(tmp_path), "kafka_bootstrap": "localhost:1", "message_id_domain": "hub.council.test"}
    given = {**own, **settings}
    for name, value in given.items():
        monkeypatch.setenv(f"HOMEWARD_{name.upper()}", value)
    result = CliRunner().invoke(command, ["--only", "consumers"])
    assert result.exit_code == 1
    return result.output


DOMAINS = "police.example"
LISTED = "police.test"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"smtp_tls": "plain", "secure_email_domains": LISTED}, "Send e-mails by SMTP with starttls or tls"),
        ({}, "HOMEWARD_SECURE_EMAIL_DOMAINS: the procedure of"),
        ({"secure_email_domains": "elsewhere.example"}, "the domain of its mailbox is not listed"),
        ({"secure_email_domains": LISTED}, "Cannot reach Kafka"),
        ({"smtp_tls": "plain", "trial": "true"}, "Cannot reach Kafka"),
    ],
)
def test_a_hub_whose_secure_e_mail_would_not_be_secure_does_not_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: dict[str, str], says: str
) -> None:
    assert says in started(monkeypatch, tmp_path, **settings)


async def test_secure_e_mail_never_goes_to_another_domain_while_the_hub_runs(
    tmp_path: Path, server: MailServer
) -> None:
    async with arriving(tmp_path, server, secure_email_domains=DOMAINS) as hub:
        hub.readdress("police", "missing@elsewhere.example")
        await hub.promise("a", to="mail/nottinghamshire/police")
        await hub.promise("b", to=DUTY)
        await hub.come_to("failed", "a")
        await hub.come_to("accepted", "b")
        assert "HOMEWARD_SECURE_EMAIL_DOMAINS" in (await hub.said(2))[0][1]["detail"]
    assert {post.mailbox for post in server.posts} <= {DUTY_BOX, OFFICER_BOX}


def test_a_second_way_that_is_not_set_up_does_not_start() -> None:
    directories = dict(shipped_directories())
    second = {"children_missing_officer": ("notify", "officer@nottinghamshire.example")}
    directories["nottinghamshire"] = replace(directories["nottinghamshire"], second=second)
    settings = Settings(trial=True)
    with pytest.raises(SettingsError, match="which the settings do not set up"):
        check_ways_out(settings, shipped_packs(), directories, senders(settings))
