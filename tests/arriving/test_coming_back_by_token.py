"""Microsoft 365 takes no passwords: a running hub enters the mailbox for bounces, and its mail server, by token."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from arriving_hub import DUTY_BOX, arriving, heard_of_the_mailbox
from imap_server import USER, ImapServer, imap_server
from token_server import CLIENT, SECRET, TokenServer, token_server

from homeward.torture.mail_server import MailServer
from tests.producers.certificates import issue


@dataclass
class Tenant:
    """A mail server and a mailbox that take tokens only, and the provider of these."""

    server: MailServer
    imap: ImapServer
    provider: TokenServer
    settings: dict[str, object]


@pytest_asyncio.fixture
async def tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Tenant]:
    ca, tls = issue(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ca))
    trust = ssl.create_default_context(cafile=ca)
    with token_server(tls) as provider:
        async with imap_server(tls, trust) as imap:
            server = await MailServer().listen(tls_context=tls, require_starttls=True, auth_required=True)
            settings = {
                "smtp_tls": "starttls", "smtp_ca_file": ca, "smtp_user": "hub@nottinghamshire.example",
                "smtp_oauth_authority": provider.authority, "smtp_oauth_client_id": CLIENT,
                "smtp_oauth_client_secret": SECRET, "smtp_return_path": "bounces+{id}@hub.example",
                "bounces_host": "localhost", "bounces_port": imap.port, "bounces_user": USER, "bounces_every": 1,
            }  # fmt: skip
            yield Tenant(server, imap, provider, settings)
            await server.close()


async def test_a_bounce_is_read_from_a_mailbox_that_takes_tokens_only(tmp_path: Path, tenant: Tenant) -> None:
    granted = {f"token-{n}" for n in (1, 2)}  # the mail server's and the mailbox's
    tenant.server.tokens |= granted
    tenant.imap.tokens |= granted
    async with arriving(tmp_path, tenant.server, **tenant.settings) as hub:
        tenant.server.bounces[DUTY_BOX] = "5.1.1"
        await hub.promise("a")
        await hub.come_to("accepted", "a")
        await tenant.imap.put(*tenant.server.notices)
        await hub.come_to("bounced", "a")
    assert set(tenant.imap.shown) <= granted  # each entry by token; no password was ever sent
    assert tenant.imap.shown
    assert len(tenant.provider.given) == 2  # kept until they expire


async def test_a_token_that_the_mailbox_refuses_is_a_line_in_the_log_and_tried_again(
    tmp_path: Path, tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    with heard_of_the_mailbox() as said:
        async with arriving(tmp_path, tenant.server, **tenant.settings), asyncio.timeout(60):
            await said.wait()
            said.clear()
            tenant.imap.tokens |= {"token-1", "token-2"}
            await said.wait()
    lines = [record.getMessage() for record in caplog.records if record.name == "homeward.mailbox"]
    assert lines == ["Cannot read the mailbox for bounces, retrying", "The mailbox for bounces can be read again"]
    assert not any("token-" in str(vars(record)) for record in caplog.records)
