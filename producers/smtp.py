"""One conversation with a mail server, which knows at each moment how far it has come: before the message was handed
over, nothing can have been delivered; from then until the server's answer, nobody can say.

What an e-mail looks like and when to try again is decided elsewhere.
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from producers.statuses import with_meaning
from schemas.delivery import Verdict

_DOT = re.compile(rb"^\.", re.MULTILINE)
_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_CLOSING = 421
_BROKEN = (SMTPException, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How to reach the mail server. `timeout` in seconds, for each answer that is waited for; four times as long for
    the answer to the whole message, which a server may look through first.

    `sender` is the From of every e-mail; `domain` the right-hand side of every Message-ID, to be kept for good.
    `return_path`: where notices go, `{id}` in it stands for the e-mail; with one, receipts are asked for. `tls`:
    "starttls", "tls" from the first byte, or "plain" for a test server on the same machine. `token` gives an access
    token for XOAUTH2 in place of a password. `connections`: how many stand at once at most. Raises ValueError for a
    password or token that would be sent unencrypted, and for a line break.
    """

    host: str
    port: int
    sender: str = "homeward@homeward.example"
    domain: str = "homeward.example"
    return_path: str | None = None
    tls: Literal["starttls", "tls", "plain"] = "starttls"
    verify: bool = True
    ca_file: Path | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: Callable[[], Awaitable[str]] | None = field(default=None, repr=False)
    timeout: float = 30.0
    connections: int = 4

    def __post_init__(self) -> None:
        if self.user is not None and self.tls == "plain":
            raise ValueError(
                "a password is never sent over a plain connection: set HOMEWARD_SMTP_TLS to starttls or tls"
            )
        if not all(text.isprintable() for text in (self.host, self.sender, self.domain, self.return_path or "")):
            raise ValueError("host, sender and domain of the mail server must not contain a line break")


class UnreachableError(Exception):
    """The server cannot be reached, or takes nothing at all at the moment. The text says what to do."""


class TokenError(OSError):
    """No access token is to be had. The text says what to do."""


class BrokenOffError(Exception):
    """The server was there, but hung up or fell silent before it took the message."""


class Conversation:
    """A connection that stays open over many e-mails and is reopened when it has broken. Not for two tasks."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._client: SMTP | None = None

    async def deliver(self, recipient: str, content: bytes, mark: str) -> tuple[Verdict, str]:
        """Hand over one e-mail; returns what became of it. `mark` names it in the envelope. Raises `UnreachableError`
        where the server, and not this e-mail, is the trouble, and `BrokenOffError` where it may be either."""
        kept = self._client is not None and self._client.is_connected
        try:
            return await self._deliver(await self._open(), recipient, content, mark)
        except BrokenOffError:
            if not kept:
                raise
            # A server may close a connection that has been idle; the message had not been handed over yet.
            return await self._deliver(await self._open(), recipient, content, mark)
        except asyncio.CancelledError:
            self._drop()  # in the middle of something: nobody could use it further
            raise

    async def greet(self) -> None:
        """Opens the connection as far as an e-mail could be handed over, and hands none over. Raises
        `UnreachableError`."""
        client = await self._open()
        try:
            await client.noop()
        except _BROKEN:
            raise self._broke_off(client) from None

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(*_BROKEN):
                await client.quit()
            client.close()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def _open(self) -> SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        asked = self._settings
        client = SMTP(
            hostname=asked.host,
            port=asked.port,
            username=asked.user,
            password=asked.password if asked.token is None else None,
            oauth_token_generator=asked.token,
            local_hostname=asked.domain,
            timeout=asked.timeout,
            use_tls=asked.tls == "tls",
            start_tls=asked.tls == "starttls",
            validate_certs=asked.verify,
            cert_bundle=str(asked.ca_file) if asked.ca_file else None,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.rset()  # greets first: what the server can do is known, and it is there
        except SMTPAuthenticationError as fault:
            mend = "HOMEWARD_SMTP_OAUTH_*" if asked.token else "HOMEWARD_SMTP_USER and HOMEWARD_SMTP_PASSWORD"
            raise UnreachableError(f"SMTP login failed ({fault.code}): check {mend}") from None
        except (*_BROKEN, ValueError) as fault:
            client.close()
            raise UnreachableError(_unreachable(asked, fault)) from None
        self._client = client
        return client

    async def _deliver(self, client: SMTP, recipient: str, content: bytes, mark: str) -> tuple[Verdict, str]:
        sender, of_mail, of_recipient = self._envelope(client, mark)
        try:
            # A server that takes nearly too long for each answer is no better than one that is silent.
            async with asyncio.timeout(2 * self._settings.timeout):
                await client.mail(sender, options=of_mail)
                await client.rcpt(recipient, options=of_recipient)
                go_ahead = await client.execute_command(b"DATA")
        except SMTPRecipientRefused as refusal:
            return await self._refused(client, refusal.code, refusal.message)
        except SMTPSenderRefused as refusal:
            # Not this e-mail's fault: once the setting is corrected, all of them can go.
            await self._again(client)
            fix = f"check HOMEWARD_SMTP_FROM ({sender}) or ask whoever runs the mail server"
            raise UnreachableError(f"Sender refused by the mail server ({refusal.code}): {fix}") from None
        except _BROKEN:
            raise self._broke_off(client) from None
        if go_ahead.code != 354:
            return await self._refused(client, go_ahead.code, go_ahead.message)
        return await self._hand_over(client, content)

    def _envelope(self, client: SMTP, mark: str) -> tuple[str, list[str], list[str]]:
        """The sender of the envelope, and what to ask for with it (RFC 3461) where notices are read at all."""
        path = self._settings.return_path
        if path is None:
            return self._settings.sender, [], []
        receipts = client.supports_extension("dsn")
        of_mail = ["RET=HDRS", f"ENVID={mark}"] if receipts else []
        return path.replace("{id}", mark), of_mail, ["NOTIFY=SUCCESS,FAILURE,DELAY"] if receipts else []

    async def _hand_over(self, client: SMTP, content: bytes) -> tuple[Verdict, str]:
        """After the server's go-ahead. From the first byte on, silence leaves the row in doubt."""
        protocol = client.protocol
        if protocol is None:
            raise self._broke_off(client)
        try:
            protocol.write(_DOT.sub(b"..", content) + b".\r\n")
            answer = await protocol.read_response(timeout=4 * self._settings.timeout)
        except (*_BROKEN, ValueError) as fault:
            client.close()
            broke = f"Connection lost after the message was sent ({type(fault).__name__})"
            return Verdict.IN_DOUBT, f"{broke}: ask the recipient, or look for its Message-ID on the mail server"
        if 200 <= answer.code < 300:
            return Verdict.SENT, ""
        return await self._refused(client, answer.code, answer.message)

    async def _refused(self, client: SMTP, code: int, message: str) -> tuple[Verdict, str]:
        """5xx is for good, 4xx for now. The server's own words stay out: they tend to repeat the mailbox."""
        await self._again(client)
        enhanced = _ENHANCED.search(message)
        numbers = f"{code} {enhanced[0]}" if enhanced else str(code)
        if code == _CLOSING or (code < 500 and enhanced and enhanced[0].startswith("4.3.")):
            # It speaks of itself: it is closing, or its disk is full.
            raise UnreachableError(f"Mail server takes nothing at the moment ({numbers})")
        verdict = Verdict.REFUSED if code >= 500 else Verdict.RETRY
        lasting = "Refused by the mail server" if verdict is Verdict.REFUSED else "Deferred by the mail server"
        return verdict, with_meaning(f"{lasting} ({numbers})", enhanced[0] if enhanced else None)

    async def _again(self, client: SMTP) -> None:
        """Make ready for the next e-mail after a refusal."""
        try:
            await client.rset()
        except _BROKEN:
            client.close()

    def _broke_off(self, client: SMTP) -> BrokenOffError:
        client.close()
        where = f"{self._settings.host}:{self._settings.port}"
        return BrokenOffError(f"Mail server {where} closed the connection before taking the message")


def _unreachable(settings: MailSettings, fault: BaseException) -> str:
    if isinstance(fault, TokenError):
        return str(fault)
    reason = type(fault.__cause__ or fault).__name__
    if isinstance(fault, SMTPResponseException):
        reason = f"answer {fault.code}"
    server = f"mail server {settings.host}:{settings.port}"
    if "Cert" in reason or "SSL" in reason:
        return f"Cannot connect securely to {server} ({reason}): check its certificate, its CA and HOMEWARD_SMTP_TLS"
    if "not supported" in str(fault) and settings.tls == "starttls":
        return f"Cannot connect securely to {server} (no STARTTLS): check HOMEWARD_SMTP_PORT and HOMEWARD_SMTP_TLS"
    return f"Cannot reach {server} ({reason}): check HOMEWARD_SMTP_HOST, HOMEWARD_SMTP_PORT and the network"
