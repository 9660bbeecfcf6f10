"""An IMAP server on loopback (pymap, in memory) with one mailbox, spoken to over TLS."""

import argparse
import asyncio
import imaplib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from proxyprotocol.noop import ProxyProtocolNoop
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer, IMAPService

USER, PASSWORD = "bounces", "a-password-of-a-test"


@dataclass
class ImapServer:
    """`trust`: the context by which a client trusts it. `down`: it hangs up on whoever comes."""

    trust: ssl.SSLContext
    port: int = 0
    down: bool = False

    async def put(self, *messages: bytes) -> None:
        """Messages arrive in the mailbox, in this order."""
        await asyncio.to_thread(self._put, messages)

    async def unread(self) -> int:
        return await asyncio.to_thread(self._unread)

    def _put(self, messages: tuple[bytes, ...]) -> None:
        with self._entered() as imap:
            for message in messages:
                status, _ = imap.append("INBOX", "", "", message)
                assert status == "OK"

    def _unread(self) -> int:
        with self._entered() as imap:
            imap.select("INBOX", readonly=True)
            return len(imap.uid("SEARCH", "UNSEEN")[1][0].split())

    def _entered(self) -> imaplib.IMAP4_SSL:
        imap = imaplib.IMAP4_SSL("localhost", self.port, ssl_context=self.trust, timeout=20)
        imap.login(USER, PASSWORD)
        return imap


@asynccontextmanager
async def imap_server(tls: ssl.SSLContext, trust: ssl.SSLContext) -> AsyncIterator[ImapServer]:
    """The mailbox of one user, who logs in with a password."""
    parser = argparse.ArgumentParser()
    parser.set_defaults(debug=False, passlib_cfg=None)
    DictBackend.add_subparser("dict", parser.add_subparsers())
    IMAPService.add_arguments(parser)
    arguments = ["--no-tls", "dict", "--demo-user", USER, "--demo-password", PASSWORD]
    backend, config = await DictBackend.init(parser.parse_args(arguments))
    config.apply_context()
    reader = ProxyProtocolReader(ProxyProtocolNoop())
    serve, made = reader.get_callback(IMAPServer(backend.login, config)), ImapServer(trust)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if made.down:
            writer.close()
        else:
            await serve(reader, writer)

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made
