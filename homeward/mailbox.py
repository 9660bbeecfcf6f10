"""The mailbox that bounces go to: read by IMAP, each message once. What a notice is, is known to `producers.bounces`;
what follows, to `intake.notices`."""

import asyncio
import contextlib
import imaplib
import logging
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from homeward.channels.mail import tokens
from homeward.settings import Settings
from intake.notices import Notices
from producers.bounces import read_notice
from producers.smtp import TokenError
from store.errors import StoreUnavailableError

log = logging.getLogger(__name__)

_AT_ONCE = 100
_FAULTS = (imaplib.IMAP4.error, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where it is and how it is entered: by a password or a token. TLS from the first byte."""

    host: str
    port: int
    user: str
    folder: str = "INBOX"
    password: str | None = field(default=None, repr=False)
    token: Callable[[], Awaitable[str]] | None = field(default=None, repr=False)
    context: ssl.SSLContext | None = field(default=None, repr=False)
    timeout: float = 30.0

    async def unread(self) -> list[tuple[str, bytes]]:
        """The messages that nobody has read, oldest first, each with its number; some at a time."""
        token = await self.token() if self.token else None
        return await asyncio.to_thread(self._unread, token)

    async def mark_read(self, numbers: Sequence[str]) -> None:
        token = await self.token() if self.token else None
        await asyncio.to_thread(self._mark_read, numbers, token)

    def _unread(self, token: str | None) -> list[tuple[str, bytes]]:
        with self._entered(token) as imap:
            _, found = imap.uid("SEARCH", "UNSEEN")
            numbers = (found[0] or b"").decode().split()[:_AT_ONCE]
            return [(number, body) for number in numbers if (body := _body(imap, number)) is not None]

    def _mark_read(self, numbers: Sequence[str], token: str | None) -> None:
        with self._entered(token) as imap:
            imap.uid("STORE", ",".join(numbers), "+FLAGS", r"(\Seen)")

    @contextlib.contextmanager
    def _entered(self, token: str | None) -> Iterator[imaplib.IMAP4_SSL]:
        context = self.context or ssl.create_default_context()
        imap = imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=self.timeout)
        try:
            if token is not None:
                # A server that refuses first says why, and waits for an empty answer.
                answers = iter((f"user={self.user}\x01auth=Bearer {token}\x01\x01".encode(), b""))
                imap.authenticate("XOAUTH2", lambda _: next(answers, None))
            else:
                imap.login(self.user, self.password or "")
            status, _ = imap.select(_quoted(self.folder))
            if status != "OK":
                raise imaplib.IMAP4.error("no such folder")
            yield imap
        finally:
            with contextlib.suppress(*_FAULTS):
                imap.logout()


class BounceReader:
    """Reads the mailbox again and again. What could not be kept, as the database was away, is read again."""

    def __init__(self, mailbox: Mailbox, notices: Notices, domain: str, every: float) -> None:
        self._mailbox, self._notices, self._domain, self._every = mailbox, notices, domain, every
        self._failing = False

    async def look(self) -> int:
        """Takes in what is unread; returns how many messages that were."""
        unread = await self._mailbox.unread()
        done: list[str] = []
        try:
            for number, raw in unread:
                await take(raw, self._notices, self._domain)
                done.append(number)
        finally:
            if done:
                await self._mailbox.mark_read(done)
        return len(done)

    async def run(self) -> None:
        """Until it is cancelled. A line in the log when the mailbox cannot be read, and one when it can again."""
        while True:
            try:
                read = await self.look()
                if self._failing:
                    log.warning("The mailbox for bounces can be read again")
                self._failing = False
            except (StoreUnavailableError, TokenError, *_FAULTS) as fault:
                read = 0
                if not self._failing:
                    log.warning("Cannot read the mailbox for bounces, retrying", extra={"cause": type(fault).__name__})
                self._failing = True
            except Exception:
                read = 0
                log.exception("Reading the mailbox for bounces failed unexpectedly, retrying")
            if read < _AT_ONCE:
                await asyncio.sleep(self._every)


async def take(raw: bytes, notices: Notices, domain: str) -> str:
    """One message that came to the mailbox; returns what it came to, `letter` for one that a person wrote."""
    notice = read_notice(raw, domain)
    if notice is None:
        return "letter"
    heard = await notices.take(notice)
    log.info("Read a notice about an e-mail", extra={"kind": notice.kind, "came_to": heard})
    return heard


def bounce_reader(settings: Settings, notices: Notices) -> BounceReader | None:
    """The reader of the mailbox in the settings, if there is one."""
    if settings.bounces_host is None:
        return None
    password = settings.bounces_password
    trusted = ssl.create_default_context()
    if settings.smtp_ca_file is not None:
        trusted.load_verify_locations(settings.smtp_ca_file)
    mailbox = Mailbox(
        settings.bounces_host,
        settings.bounces_port,
        settings.bounces_user or "",
        settings.bounces_folder,
        password=password.get_secret_value() if password else None,
        token=None if password else tokens(settings),
        context=trusted,
    )
    return BounceReader(mailbox, notices, settings.message_id_domain, settings.bounces_every)


def _body(imap: imaplib.IMAP4_SSL, number: str) -> bytes | None:
    _, found = imap.uid("FETCH", number, "(BODY.PEEK[])")
    parts: list[Any] = [part for part in found if isinstance(part, tuple)]
    return bytes(parts[0][1]) if parts else None


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
