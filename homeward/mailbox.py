"""The mailbox that bounces go to: read by IMAP, each message once. What a notice is, is known to `producers.bounces`;
what follows, to `intake.notices`."""

import asyncio
import contextlib
import imaplib
import logging
import re
import ssl
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

from homeward.channels.mail import tokens
from homeward.settings import Settings
from intake.notices import NoticeOutcome, Notices
from producers.bounces import read_notice
from producers.smtp import TokenError
from schemas.delivery import Notice
from store.errors import StoreUnavailableError
from store.trouble import Trouble

log = logging.getLogger(__name__)

_AT_ONCE = 100
_LATE, _HOUR = 900.0, 3600.0  # seconds
_FAULTS = (imaplib.IMAP4.error, OSError, TimeoutError)
_CANNOT = "Cannot read the mailbox for bounces, retrying"


class TakesNotices(Protocol):
    """What notices are given to; see `intake.notices`."""

    async def take(self, notice: Notice) -> NoticeOutcome:
        """Writes down what a notice says; returns what it came to."""


@dataclass(frozen=True, slots=True)
class Unread:
    """The numbers of all messages that nobody has read, and some of these messages; None for one that the server does
    not give out. With another `validity` the same number is another message's: the mailbox was made anew."""

    numbers: Sequence[str]
    messages: Sequence[tuple[str, bytes | None]]
    validity: object


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

    async def unread(self, last: Collection[str] = (), without: Collection[str] = ()) -> Unread:
        """What nobody has read, oldest first, but these `last`, and no message of those `without`."""
        token = await self.token() if self.token else None
        return await asyncio.to_thread(self._unread, token, last, without)

    async def enter(self) -> None:
        """Goes in and out again. Raises what reading it would: TokenError, OSError or imaplib's error."""
        await asyncio.to_thread(self._enter, await self.token() if self.token else None)

    async def mark_read(self, numbers: Sequence[str]) -> None:
        token = await self.token() if self.token else None
        await asyncio.to_thread(self._mark_read, numbers, token)

    def _enter(self, token: str | None) -> None:
        with self._entered(token):
            pass

    def _unread(self, token: str | None, last: Collection[str], without: Collection[str]) -> Unread:
        with self._entered(token) as imap:
            (found, *_) = _granted(imap.uid("SEARCH", "UNSEEN"))
            numbers = sorted((found or b"").decode().split(), key=lambda number: (number in last, int(number)))
            wanted = [number for number in numbers if number not in without][:_AT_ONCE]
            _, validity = imap.response("UIDVALIDITY")
            return Unread(numbers, [(number, _body(imap, number)) for number in wanted], validity)

    def _mark_read(self, numbers: Sequence[str], token: str | None) -> None:
        with self._entered(token) as imap:
            _granted(imap.uid("STORE", ",".join(numbers), "+FLAGS", r"(\Seen)"))

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
            _granted(imap.select(_quoted(self.folder)))
            yield imap
        finally:
            with contextlib.suppress(*_FAULTS):
                imap.logout()


class BounceReader:
    """Reads the mailbox again and again. What could not be kept, as the database was away, is read again. What needs a
    person stays unread, behind all that is new, until somebody has read it: a letter, a bounce or an automatic reply
    that is about no e-mail of ours, and what cannot be taken at all. It is fetched again ever less often, at last once
    an hour: it may be taken later, such as a bounce that came before its e-mail was written down as sent."""

    def __init__(
        self,
        mailbox: Mailbox,
        notices: TakesNotices,
        domain: str,
        every: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._mailbox, self._notices, self._domain, self._every = mailbox, notices, domain, every
        self._monotonic, self._read_at = monotonic, monotonic()
        self._left: dict[str, tuple[float, float]] = {}  # by number, since when, and when it is fetched again
        self._validity: object = None
        self._more = False
        self._trouble = Trouble(log, "The mailbox for bounces can be read again")

    @property
    def left(self) -> int:
        """How many messages stay unread for a person."""
        return len(self._left)

    @property
    def age(self) -> int:
        """For how many seconds the mailbox has not been read."""
        return round(self._monotonic() - self._read_at)

    def fault(self) -> str | None:
        """What is wrong: nobody would hear of what has come back."""
        if self.age < max(_LATE, 3 * self._every):
            return None
        return f"the mailbox for bounces has not been read for {self.age} s (see the log)"

    async def look(self) -> int:
        """Takes in what is unread; returns how many messages that were."""
        now = self._monotonic()
        not_yet = {number for number, (_, again) in self._left.items() if again > now}
        unread = await self._mailbox.unread(self._left, not_yet)
        known = self._left if unread.validity == self._validity else {}
        self._left = {number: known[number] for number in unread.numbers if number in known}
        self._validity = unread.validity
        fresh = sum(number not in self._left for number, _ in unread.messages)
        done: list[str] = []
        try:
            for number, raw in unread.messages:
                if await self._take(number, raw):
                    done.append(number)
        finally:
            if done:
                await self._mailbox.mark_read(done)
        for number in done:
            self._left.pop(number, None)
        self._read_at, self._more = self._monotonic(), fresh == _AT_ONCE
        return len(done)

    async def _take(self, number: str, raw: bytes | None) -> bool:
        """Takes one message in; returns whether nobody needs to read it."""
        if raw is None:
            return self._leave(number, "cannot be had from its server")
        try:
            notice = read_notice(raw, self._domain)
            came_to = await take(notice, self._notices)
        except StoreUnavailableError:
            raise
        except Exception as error:  # whatever it is, others wait behind it
            return self._leave(number, "could not be taken in", error)
        # A receipt may be about what no row tells of, such as a canary: it needs nobody.
        if notice is None or (came_to == "unknown" and notice.kind in ("bounced", "automatic_reply")):
            return self._leave(number, "is a letter" if notice is None else "is about no e-mail of this hub")
        return True

    def _leave(self, number: str, why: str, error: Exception | None = None) -> bool:
        """Leaves a message to a person, with a line in the log the first time."""
        if number not in self._left:
            level = logging.ERROR if error else logging.WARNING
            log.log(level, "A message in the mailbox for bounces stays unread", exc_info=error, extra={"why": why})
        now = self._monotonic()
        since, _ = self._left.get(number, (now, now))
        self._left[number] = since, now + max(self._every, min(now - since, _HOUR))
        return False

    async def run(self) -> None:
        """Until it is cancelled. A line in the log when the mailbox cannot be read, one a minute while it lasts, and
        one when it can again."""
        while True:
            self._more = False
            try:
                await self.look()
                self._trouble.ends()
            except (StoreUnavailableError, TokenError, *_FAULTS) as fault:
                self._trouble.begins(_CANNOT, cause=type(fault).__name__)
            except Exception as error:
                self._trouble.begins("Reading the mailbox for bounces failed unexpectedly, retrying", error)
            if not self._more:
                await asyncio.sleep(self._every)


async def take(notice: Notice | None, notices: TakesNotices) -> str:
    """What came to the mailbox, as it was read; returns what it came to, `letter` for one that a person wrote."""
    if notice is None:
        return "letter"
    heard = await notices.take(notice)
    log.info("Read a notice about an e-mail", extra={"kind": notice.kind, "came_to": heard})
    return heard


def bounce_reader(settings: Settings, notices: Notices) -> BounceReader | None:
    """The reader of the mailbox in the settings, if there is one."""
    mailbox = mailbox_of(settings)
    return BounceReader(mailbox, notices, settings.message_id_domain, settings.bounces_every) if mailbox else None


def mailbox_of(settings: Settings) -> Mailbox | None:
    """The mailbox in the settings, if there is one."""
    if settings.bounces_host is None:
        return None
    password = settings.bounces_password
    trusted = ssl.create_default_context()
    if settings.smtp_ca_file is not None:
        trusted.load_verify_locations(settings.smtp_ca_file)
    return Mailbox(
        settings.bounces_host,
        settings.bounces_port,
        settings.bounces_user or "",
        settings.bounces_folder,
        password=password.get_secret_value() if password else None,
        token=None if password else tokens(settings),
        context=trusted,
    )


def _granted(answer: tuple[str, list[Any]]) -> list[Any]:
    """What a server answered. Where it says NO, its answer is no answer."""
    status, found = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    return found


def _body(imap: imaplib.IMAP4_SSL, number: str) -> bytes | None:
    try:
        _, found = imap.uid("FETCH", number, "(BODY.PEEK[])")
    except imaplib.IMAP4.abort:  # no other can be had either
        raise
    except imaplib.IMAP4.error:
        return None
    # What came of a message before the server refused it comes with the next. The number may stand after the message.
    named = re.compile(rb"\bUID %b\b" % number.encode())
    for part, after in pairwise([*found, b""]):
        if isinstance(part, tuple) and any(named.search(each) for each in (part[0], after) if isinstance(each, bytes)):
            return bytes(part[1])
    return None


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
