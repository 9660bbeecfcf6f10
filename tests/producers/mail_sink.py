"""A mail server on loopback that does what it is told: for tests of the real mail sender."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from producers.fakes import Post

DROP = "drop"
"""Instead of an answer: hang up without one."""


@dataclass
class Sink:
    """Keeps what arrives. `answers` gives a reply for a step ("MAIL", "RCPT", "DATA") and a mailbox (or "*")."""

    posts: list[Post] = field(default_factory=list)
    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    connections: int = 0
    port: int = 0
    _servers: list[SMTP] = field(default_factory=list)
    _listening: asyncio.Server | None = None

    async def listen(self, port: int = 0, tls: ssl.SSLContext | None = None, **options: Any) -> "Sink":
        def serve() -> SMTP:
            self.connections += 1
            self._servers.append(SMTP(self, hostname="sink.example", **options))
            return self._servers[-1]

        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(serve, "127.0.0.1", port, ssl=tls)
        self.port = self._listening.sockets[0].getsockname()[1]
        return self

    def hang_up(self) -> None:
        """Close every connection that stands."""
        for server in self._servers:
            if server.transport is not None:
                server.transport.close()

    async def close(self) -> None:
        self.hang_up()
        if self._listening is not None:
            self._listening.close()
            await self._listening.wait_closed()

    def _answer(self, server: SMTP, step: str, mailbox: str) -> str | None:
        answer = self.answers.get((step, mailbox), self.answers.get((step, "*")))
        if answer == DROP:
            server.transport.abort()
            return "421 never seen"
        return answer

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self._answer(server, "MAIL", address):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if answer := self._answer(server, "RCPT", address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        mailbox = envelope.rcpt_tos[0]
        answer = self._answer(server, "DATA", mailbox)
        if answer is None or self.answers.get(("DATA", mailbox)) == DROP:
            self.posts.append(Post(mailbox, envelope.original_content or b""))
        return answer or "250 taken"


def only(user: str, password: str) -> Callable[..., AuthResult]:
    """An authenticator that lets one user in."""

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
        known = isinstance(given, LoginPassword) and (given.login, given.password) == (user.encode(), password.encode())
        return AuthResult(success=known, handled=False)

    return check
