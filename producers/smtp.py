"""One conversation with a mail server, which knows at each moment how far it has come: before the message was handed
over, nothing can have been delivered; from then until the server's answer, nobody can say.

What an e-mail looks like and when to try again is decided elsewhere.
"""

import contextlib
import re
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

from schemas.delivery import Verdict

_DOT = re.compile(rb"^\.", re.MULTILINE)
_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_CLOSING = 421
_BROKEN = (SMTPException, OSError, TimeoutError)
_MEANINGS = {
    "5.1.1": "no such mailbox. Correct the address in the directory",
    "5.1.10": "no such mailbox. Correct the address in the directory",
    "5.1.2": "no such domain. Correct the address in the directory",
    "5.2.1": "the mailbox is closed. Correct the address in the directory",
    "5.2.2": "the mailbox is full. Ask its owner to make room",
    "5.3.4": "the message is too large for the server",
    "5.7.1": "the hub is not allowed to send there. Ask whoever runs the mail server",
}


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How to reach the mail server. `timeout` in seconds, for each answer that is waited for.

    `sender` is the From of every e-mail; `domain` the right-hand side of every Message-ID, to be kept for good.
    `tls`: "starttls", "tls" from the first byte, or "plain" for a test server on the same machine. Raises ValueError
    for a password that would be sent unencrypted, and for a line break.
    """

    host: str
    port: int
    sender: str = "homeward@homeward.example"
    domain: str = "homeward.example"
    tls: Literal["starttls", "tls", "plain"] = "starttls"
    verify: bool = True
    ca_file: Path | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 30.0

    def __post_init__(self) -> None:
        if self.user is not None and self.tls == "plain":
            raise ValueError(
                "a password is never sent over a plain connection: set HOMEWARD_SMTP_TLS to starttls or tls"
            )
        if not all(text.isprintable() for text in (self.host, self.sender, self.domain)):
            raise ValueError("host, sender and domain of the mail server must not contain a line break")


class UnreachableError(Exception):
    """The server cannot be reached, or hung up before it took the message. The text says what to do."""


class BrokenOffError(UnreachableError):
    """The server was there, but hung up or fell silent before it took the message."""


class Conversation:
    """A connection that stays open over many e-mails and is reopened when it has broken. Not for two tasks."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._client: SMTP | None = None

    async def deliver(self, recipient: str, content: bytes) -> tuple[Verdict, str]:
        """Hand over one e-mail; returns what became of it. Raises `UnreachableError` where the server, and not this
        e-mail, is the trouble."""
        kept = self._client is not None and self._client.is_connected
        try:
            return await self._deliver(await self._open(), recipient, content)
        except BrokenOffError:
            if not kept:
                raise
            # A server may close a connection that has been idle; the message had not been handed over yet.
            return await self._deliver(await self._open(), recipient, content)

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

    async def _open(self) -> SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        asked = self._settings
        client = SMTP(
            hostname=asked.host,
            port=asked.port,
            username=asked.user,
            password=asked.password,
            local_hostname=asked.domain,
            timeout=asked.timeout,
            use_tls=asked.tls == "tls",
            start_tls=asked.tls == "starttls",
            validate_certs=asked.verify,
            cert_bundle=str(asked.ca_file) if asked.ca_file else None,
        )
        try:
            await client.connect()
        except SMTPAuthenticationError as fault:
            raise UnreachableError(
                f"SMTP login failed ({fault.code}): check HOMEWARD_SMTP_USER and HOMEWARD_SMTP_PASSWORD"
            ) from None
        except (*_BROKEN, ValueError) as fault:
            raise UnreachableError(_unreachable(asked, fault)) from None
        self._client = client
        return client

    async def _deliver(self, client: SMTP, recipient: str, content: bytes) -> tuple[Verdict, str]:
        try:
            await client.mail(self._settings.sender)
            await client.rcpt(recipient)
            go_ahead = await client.execute_command(b"DATA")
        except SMTPRecipientRefused as refusal:
            return await self._refused(client, refusal.code, refusal.message)
        except SMTPSenderRefused as refusal:
            if refusal.code != _CLOSING:
                # Not this e-mail's fault: once the setting is corrected, all of them can go.
                await self._again(client)
                fix = f"check HOMEWARD_SMTP_FROM ({self._settings.sender}) or ask whoever runs the mail server"
                return Verdict.RETRY, f"Sender refused by the mail server ({refusal.code}): {fix}"
            raise self._broke_off(client) from None
        except _BROKEN:
            raise self._broke_off(client) from None
        if go_ahead.code != 354:
            return await self._refused(client, go_ahead.code, go_ahead.message)
        return await self._hand_over(client, content)

    async def _hand_over(self, client: SMTP, content: bytes) -> tuple[Verdict, str]:
        """After the server's go-ahead. From the first byte on, silence leaves the row in doubt."""
        protocol = client.protocol
        if protocol is None:
            raise self._broke_off(client)
        try:
            protocol.write(_DOT.sub(b"..", content) + b".\r\n")
            answer = await protocol.read_response(timeout=self._settings.timeout)
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
        meaning = _MEANINGS.get(enhanced[0], "") if enhanced else ""
        verdict = Verdict.REFUSED if code >= 500 else Verdict.RETRY
        lasting = "Refused by the mail server" if verdict is Verdict.REFUSED else "Deferred by the mail server"
        return verdict, f"{lasting} ({numbers})" + (f": {meaning}" if meaning else "")

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
    reason = type(fault.__cause__ or fault).__name__
    if isinstance(fault, SMTPResponseException):
        reason = f"answer {fault.code}"
    server = f"mail server {settings.host}:{settings.port}"
    if "Cert" in reason or "SSL" in reason:
        return f"Cannot connect securely to {server} ({reason}): check its certificate, its CA and HOMEWARD_SMTP_TLS"
    if "not supported" in str(fault) and settings.tls == "starttls":
        return f"Cannot connect securely to {server} (no STARTTLS): check HOMEWARD_SMTP_PORT and HOMEWARD_SMTP_TLS"
    return f"Cannot reach {server} ({reason}): check HOMEWARD_SMTP_HOST, HOMEWARD_SMTP_PORT and the network"
