"""The mail server, the mailbox for bounces, and the mailboxes that the directories name. No e-mail is sent or read."""

import imaplib
import re
from collections.abc import Iterable, Mapping

from homeward.channels.mail import mail_folder, mail_settings
from homeward.doctor.finding import Finding
from homeward.library import check_addresses
from homeward.mailbox import mailbox_of
from homeward.settings import PREFIX, Settings
from outbox.directory import Directory
from producers.smtp import Conversation, TokenError, UnreachableError
from routing.library import Packs
from routing.tables import PackError

_RESERVED = re.compile(r"(?:^|\.)(?:example|test|invalid|localhost)$|(?:^|\.)example\.(?:com|net|org)$")


async def mail_findings(settings: Settings) -> list[Finding]:
    """The way by which e-mails go, the one by which they come back, and the hub's own names there."""
    found = [await _way_out(settings), *await _way_back(settings)]
    for name, value in (("SMTP_FROM", settings.smtp_from), ("MESSAGE_ID_DOMAIN", settings.message_id_domain)):
        if _RESERVED.search(value.rpartition("@")[2]):
            fix = f"set {PREFIX}{name} to a domain that you own"
            found.append(Finding("mail", "warning", f"{value} is in a domain reserved for examples", fix))
    return found


async def _way_out(settings: Settings) -> Finding:
    """A mail server is reached and let in to. Notify is not asked: what it takes is seen when it is sent to."""
    if settings.mail_by == "notify":
        return Finding("mail", "ok", f"e-mails go by GOV.UK Notify at {settings.notify_url} (not asked)")
    if settings.mail_by == "folder":
        says = f"e-mails are written to {mail_folder(settings)} and sent to nobody"
        return Finding("mail", "warning", says, f"set {PREFIX}SMTP_HOST, and leave out {PREFIX}MAIL_BY")
    conversation = Conversation(mail_settings(settings))
    try:
        await conversation.greet()
        return Finding("mail", "ok", f"{settings.smtp_host}:{settings.smtp_port} accepts e-mails")
    except UnreachableError as error:
        says, _, fix = str(error).partition(": ")
        return Finding("mail", "fault", says, fix or f"check {PREFIX}SMTP_HOST")
    finally:
        await conversation.close()


async def _way_back(settings: Settings) -> list[Finding]:
    """The mailbox for bounces is entered, where there is one. Nothing in it is read."""
    if (mailbox := mailbox_of(settings)) is None:
        return []
    where = f"the mailbox for bounces at {mailbox.host}:{mailbox.port}"
    try:
        await mailbox.enter()
    except TokenError as error:
        says, _, fix = str(error).partition(": ")
        return [Finding("bounces", "fault", says, fix)]
    except imaplib.IMAP4.error:
        fix = f"check {PREFIX}BOUNCES_USER, {PREFIX}BOUNCES_PASSWORD (or the token) and {PREFIX}BOUNCES_FOLDER"
        return [Finding("bounces", "fault", f"{where} lets nobody in", fix)]
    except OSError as error:
        fix = f"check {PREFIX}BOUNCES_HOST, {PREFIX}BOUNCES_PORT, its certificate and the network"
        return [Finding("bounces", "fault", f"{where} cannot be reached ({type(error).__name__})", fix)]
    return [Finding("bounces", "ok", f"{where} can be read")]


async def directory_findings(packs: Packs, directories: dict[str, Directory]) -> list[Finding]:
    """Roles that could not be reached, and mailboxes that nobody reads."""
    try:
        check_addresses(packs, directories)
    except PackError as error:
        return [Finding("directory", "fault", line, "correct the directory") for line in str(error).splitlines()]
    found = []
    for authority, directory in sorted(directories.items()):
        unread = sorted({box for box in _mailboxes(directory) if _RESERVED.search(box.rpartition("@")[2])})
        if unread:
            says = f"{authority}: {len(unread)} mailboxes are in domains reserved for examples, such as {unread[0]}"
            fix = f"put {authority}/directory.toml with the real ones into the folder that {PREFIX}DIRECTORY names"
            found.append(Finding("directory", "warning", says, fix))
    return found or [Finding("directory", "ok", f"{len(directories)} directories, every role can be reached")]


def _mailboxes(directory: Directory) -> Iterable[str]:
    held: tuple[Mapping[str, str], ...] = (directory.mailboxes, directory.people, directory.out_of_hours)
    second = (address for way, address in directory.second.values() if way != "topic")
    return (*(box for boxes in held for box in boxes.values()), *second)
