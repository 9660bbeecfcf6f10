"""A mail server on loopback that does what it is told: takes an e-mail, refuses, puts off, falls silent or hangs up, at
any stage and after any byte, and lets an e-mail that it took come back later. It sends nothing on.

Stages: CONNECT, EHLO, AUTH, MAIL, RCPT, DATA (the answer to the command) and END (the answer to the whole message).
"""

import asyncio
import base64
import ssl
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from homeward.torture.notices import notice_about

DROP, HANG = "drop", "hang"
"""Instead of an answer: hang up, or say nothing for ever."""
GREYLISTED = "451 4.7.1 greylisted, try again later"


@dataclass(frozen=True, slots=True)
class Taken:
    """One e-mail as it arrived: the mailbox and the sender of the envelope, and the bytes of the message."""

    mailbox: str
    content: bytes
    sender: str = ""
    envelope_id: str = ""


@dataclass
class MailServer:
    """Keeps what arrives in `posts`. `answers`: a reply, DROP or HANG for a stage and a mailbox ("*": any). `greylist`:
    how often each mailbox is put off first. `drop_after`: the connection breaks after so many bytes from the client,
    `drop_reply_after`: after so many to it. `bounces`: mailboxes whose e-mail is taken and comes back with this status;
    a notice of that, as of delivery where one was asked for, goes into `notices`, and to `on_notice`. `down`: each
    connection is closed at once. `tokens`: those that are let in by XOAUTH2."""

    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    greylist: int = 0
    drop_after: int | None = None
    drop_reply_after: int | None = None
    bounces: dict[str, str] = field(default_factory=dict)
    down: bool = False
    tokens: set[str] = field(default_factory=set)
    posts: list[Taken] = field(default_factory=list)
    notices: list[bytes] = field(default_factory=list)
    on_notice: Callable[[bytes], None] = lambda _: None
    connections: int = 0
    bytes_read: int = 0
    port: int = 0
    _tried: Counter[str] = field(default_factory=Counter)
    _open: list["_Protocol"] = field(default_factory=list)
    _listening: asyncio.Server | None = None

    async def listen(self, port: int = 0, tls: ssl.SSLContext | None = None, **options: Any) -> "MailServer":
        """Listens on loopback; `options` are aiosmtpd's (`tls_context`, `require_starttls`, `authenticator`)."""

        def serve() -> SMTP:
            self.connections += 1
            self._open.append(_Protocol(self, options))
            return self._open[-1]

        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(serve, "127.0.0.1", port, ssl=tls)
        self.port = self._listening.sockets[0].getsockname()[1]
        return self

    def hang_up(self) -> None:
        """Closes every connection that stands."""
        for protocol in self._open:
            if protocol.transport is not None:
                protocol.transport.close()

    async def close(self) -> None:
        """Listens no more: whoever comes is refused."""
        self.hang_up()
        if self._listening is not None:
            self._listening.close()
            await self._listening.wait_closed()

    def answer(self, stage: str, mailbox: str = "*") -> str | None:
        return self.answers.get((stage, mailbox), self.answers.get((stage, "*")))

    def first_tries(self, mailbox: str) -> bool:
        """Whether this mailbox is still to be put off."""
        self._tried[mailbox] += 1
        return self._tried[mailbox] <= self.greylist

    def take(self, taken: Taken, receipt_asked: bool) -> None:
        """The message is in; what comes of it later is noted now."""
        self.posts.append(taken)
        status = self.bounces.get(taken.mailbox)
        if status is None and not receipt_asked:
            return
        notice = notice_about(taken.content, taken.mailbox, taken.sender, status or "2.0.0", taken.envelope_id)
        self.notices.append(notice)
        self.on_notice(notice)


class _Protocol(SMTP):
    """One connection."""

    def __init__(self, server: MailServer, options: dict[str, Any]) -> None:
        super().__init__(_Hooks(), hostname="sink.example", **options)
        self.server = server
        self._read = self._written = 0
        self.envelope_id, self.receipt_asked = "", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self.server.down:
            self._break()

    def data_received(self, data: bytes) -> None:
        self.server.bytes_read += len(data)
        left = None if self.server.drop_after is None else self.server.drop_after - self._read
        self._read += len(data)
        if left is None or len(data) < left:
            super().data_received(data)
            return
        super().data_received(data[:left])
        # What was read up to here is acted upon before the line breaks.
        asyncio.get_running_loop().call_soon(self._break)

    async def push(self, status: str | bytes) -> None:
        text = status.decode() if isinstance(status, bytes) else status
        limit = self.server.drop_reply_after
        if limit is not None and self._written + len(text) + 2 >= limit:
            self._writer.write(f"{text}\r\n".encode()[: max(limit - self._written, 0)])
            await asyncio.sleep(0)
            self._break()
            return
        self._written += len(text) + 2
        await super().push(text)

    def _break(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    async def reply(self, stage: str, mailbox: str = "*") -> str | None:
        answer = self.server.answer(stage, mailbox)
        if answer == DROP:
            self._break()
            return "421 never seen"
        if answer == HANG:
            await asyncio.Event().wait()
        return answer

    async def _handle_client(self) -> None:
        if answer := await self.reply("CONNECT"):
            await self.push(answer)
            self._break()
            return
        await super()._handle_client()

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd's name
        if answer := await self.reply("EHLO"):
            await self.push(answer)
        else:
            await super().smtp_EHLO(hostname)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        if answer := await self.reply("AUTH"):
            await self.push(answer)
        else:
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        words = [word for word in (arg or "").split(" ") if not word.upper().startswith("RET=")]
        self.envelope_id = next((word[6:] for word in words if word.upper().startswith("ENVID=")), "")
        await super().smtp_MAIL(" ".join(word for word in words if not word.upper().startswith("ENVID=")))

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        words = (arg or "").split(" ")
        self.receipt_asked = any(w.upper().startswith("NOTIFY=") and "SUCCESS" in w.upper() for w in words)
        kept = [word for word in words if not word.upper().startswith(("NOTIFY=", "ORCPT="))]
        await super().smtp_RCPT(" ".join(kept))

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        mailbox = self.envelope.rcpt_tos[0] if self.envelope and self.envelope.rcpt_tos else "*"
        if answer := await self.reply("DATA", mailbox):
            await self.push(answer)
        else:
            await super().smtp_DATA(arg)


class _Hooks:
    """What the protocol asks at each stage."""

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [responses[0], "250-DSN", *responses[1:]]

    async def handle_MAIL(  # noqa: N802
        self, protocol: "_Protocol", _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := await protocol.reply("MAIL", address):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, protocol: "_Protocol", _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if answer := await protocol.reply("RCPT", address):
            return answer
        if protocol.server.first_tries(address):
            return GREYLISTED
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, protocol: "_Protocol", _session: Session, envelope: Envelope) -> str:  # noqa: N802
        mailbox = envelope.rcpt_tos[0]
        answer = protocol.server.answer("END", mailbox)
        if answer in (None, DROP, HANG):
            content = envelope.original_content or b""
            taken = Taken(mailbox, content, envelope.mail_from or "", protocol.envelope_id)
            protocol.server.take(taken, protocol.receipt_asked)
        return await protocol.reply("END", mailbox) or "250 taken"

    async def auth_XOAUTH2(self, protocol: "_Protocol", args: list[str]) -> AuthResult:  # noqa: N802
        _, _, token = base64.b64decode(args[1]).decode().partition("auth=Bearer ")
        return AuthResult(success=token.rstrip("\x01") in protocol.server.tokens, handled=False)


def only(user: str, password: str) -> Callable[..., AuthResult]:
    """An authenticator that lets one user in by password."""

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
        known = isinstance(given, LoginPassword) and (given.login, given.password) == (user.encode(), password.encode())
        return AuthResult(success=known, handled=False)

    return check
