"""The mail server, and the mailboxes that the directories name. No e-mail is sent."""

import re
from collections.abc import Iterable, Mapping

from homeward.doctor.finding import Finding
from homeward.library import check_addresses
from homeward.settings import PREFIX, Settings
from homeward.wiring import mail_settings
from outbox.directory import Directory
from producers.smtp import Conversation, UnreachableError
from routing.library import Packs
from routing.tables import PackError

_RESERVED = re.compile(r"(?:^|\.)(?:example|test|invalid|localhost)$|(?:^|\.)example\.(?:com|net|org)$")


async def mail_findings(settings: Settings) -> list[Finding]:
    """Reached and let in, and the hub's own names there."""
    conversation = Conversation(mail_settings(settings))
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        await conversation.greet()
        found = [Finding("mail", "ok", f"{where} accepts e-mails")]
    except UnreachableError as error:
        says, _, fix = str(error).partition(": ")
        found = [Finding("mail", "fault", says, fix or f"check {PREFIX}SMTP_HOST")]
    finally:
        await conversation.close()
    for name, value in (("SMTP_FROM", settings.smtp_from), ("MESSAGE_ID_DOMAIN", settings.message_id_domain)):
        if _RESERVED.search(value.rpartition("@")[2]):
            fix = f"set {PREFIX}{name} to a domain that you own"
            found.append(Finding("mail", "warning", f"{value} is in a domain reserved for examples", fix))
    return found


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
    return (box for boxes in held for box in boxes.values())
