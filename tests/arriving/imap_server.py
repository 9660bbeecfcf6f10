"""An IMAP server on loopback (pymap, in memory) with one mailbox, spoken to over TLS, entered by password or by token
(XOAUTH2)."""

import argparse
import asyncio
import imaplib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from proxyprotocol.noop import ProxyProtocolNoop
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend, Identity, Login
from pymap.exceptions import InvalidAuth
from pymap.imap import IMAPServer, IMAPService
from pysasl import SASLAuth
from pysasl.creds.external import ExternalCredentials, ExternalVerificationRequired
from pysasl.creds.server import ServerCredentials

USER, PASSWORD = "bounces", "a-password-of-a-test"


@dataclass
class ImapServer:
    """`trust`: the context by which a client trusts it. `down`: it hangs up on whoever comes. `tokens`: those by which
    its user may enter; `shown`: those that it was shown, in order."""

    trust: ssl.SSLContext
    port: int = 0
    down: bool = False
    tokens: set[str] = field(default_factory=set)
    shown: list[str] = field(default_factory=list)

    async def put(self, *messages: bytes) -> None:
        """Messages arrive in the mailbox, in this order."""
        await asyncio.to_thread(self._put, messages)

    async def make_anew(self, folder: str, *messages: bytes) -> None:
        """A folder with these messages, in place of one of this name."""
        await asyncio.to_thread(self._make_anew, folder, messages)

    async def unread(self) -> int:
        return await asyncio.to_thread(self._unread)

    def _put(self, messages: tuple[bytes, ...], folder: str = "INBOX") -> None:
        with self._entered() as imap:
            for message in messages:
                status, _ = imap.append(folder, "", "", message)
                assert status == "OK"

    def _make_anew(self, folder: str, messages: tuple[bytes, ...]) -> None:
        with self._entered() as imap:
            imap.delete(folder)
            assert imap.create(folder)[0] == "OK"
        self._put(messages, folder)

    def _unread(self) -> int:
        with self._entered() as imap:
            imap.select("INBOX", readonly=True)
            return len(imap.uid("SEARCH", "UNSEEN")[1][0].split())

    def _entered(self) -> imaplib.IMAP4_SSL:
        imap = imaplib.IMAP4_SSL("localhost", self.port, ssl_context=self.trust, timeout=20)
        imap.login(USER, PASSWORD)
        return imap


class _WithTokens(Config):
    """The server's settings, with one more way to enter."""

    @property
    def tls_auth(self) -> SASLAuth:
        return SASLAuth.named([b"PLAIN", b"LOGIN", b"XOAUTH2"])


@dataclass
class _Door:
    """Who may enter. The server leaves it to whoever runs it to know a token."""

    login: Login
    server: ImapServer

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        if not isinstance(credentials, ExternalCredentials):
            return await self.login.authenticate(credentials)
        try:
            credentials.verify(None)
        except ExternalVerificationRequired as asked:
            self.server.shown.append(asked.token or "")
            if credentials.authzid == USER and asked.token in self.server.tokens:
                return self.login.demo_user_identity
        raise InvalidAuth

    async def authorize(self, authenticated: Identity, name: str) -> Identity:
        return await self.login.authorize(authenticated, name)


@asynccontextmanager
async def imap_server(tls: ssl.SSLContext, trust: ssl.SSLContext) -> AsyncIterator[ImapServer]:
    """The mailbox of one user, who enters with a password or a token."""
    parser = argparse.ArgumentParser()
    parser.set_defaults(debug=False, passlib_cfg=None)
    DictBackend.add_subparser("dict", parser.add_subparsers())
    IMAPService.add_arguments(parser)
    arguments = ["--no-tls", "dict", "--demo-user", USER, "--demo-password", PASSWORD]
    config = _WithTokens.from_args(parser.parse_args(arguments))
    login, made = Login(config), ImapServer(trust)
    await DictBackend._add_demo_user(config, login)
    config.apply_context()
    reader = ProxyProtocolReader(ProxyProtocolNoop())
    serve = reader.get_callback(IMAPServer(_Door(login, made), config))  # type: ignore[arg-type]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if made.down:
            writer.close()
        else:
            await serve(reader, writer)

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made
