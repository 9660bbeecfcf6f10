"""Secure e-mail as a checked thing: encrypted on the way to the mail server, and to listed domains only."""

from collections.abc import Iterator, Mapping

from homeward.settings import PREFIX, Settings, SettingsError
from outbox.addressing import SecureMail
from outbox.directory import Directory
from routing.library import Packs

_CHANNEL = "secure_email"


def secure_mail(settings: Settings, packs: Packs) -> SecureMail:
    """What is checked at each e-mail. Without domains in the settings nothing is: then no hub starts for which it would
    matter (`check_secure_mail`), except to try things out."""
    if not settings.secure_email_domains:
        return SecureMail()
    return SecureMail(frozenset(_roles(packs)), frozenset(settings.secure_email_domains))


def check_secure_mail(settings: Settings, packs: Packs, directories: Mapping[str, Directory]) -> None:
    """Raises SettingsError where a pack uses secure e-mail and it would not be secure."""
    roles = sorted(set(_roles(packs)))
    if not roles:
        return
    using = ", ".join(sorted({authority for authority, _ in roles}))
    if settings.mail_by != "smtp" or settings.smtp_tls == "plain":
        raise SettingsError(
            f"{PREFIX}SMTP_TLS: the procedure of {using} uses secure e-mail. Send e-mails by SMTP with starttls or tls"
        )
    if not settings.secure_email_domains:
        raise SettingsError(
            f"{PREFIX}SECURE_EMAIL_DOMAINS: the procedure of {using} uses secure e-mail. "
            "List the domains that it may go to"
        )
    secure = secure_mail(settings, packs)
    for authority, role in roles:
        directory = directories[authority]
        way, second = directory.second.get(role, ("", None))
        if way not in ("", "mail", "topic"):
            raise SettingsError(
                f"{authority}: the second way to the role '{role}' is '{way}', but it is reached by secure e-mail. "
                "Use mail:name@domain or topic:name"
            )
        second = second if way == "mail" else None
        for mailbox in (directory.mailboxes.get(role), directory.out_of_hours.get(role), second):
            if mailbox and not secure.allows(authority, role, mailbox):
                raise SettingsError(
                    f"{PREFIX}SECURE_EMAIL_DOMAINS: {authority} reaches the role '{role}' by secure e-mail, but the "
                    "domain of its mailbox is not listed. List it, or correct the directory"
                )


def _roles(packs: Packs) -> Iterator[tuple[str, str]]:
    for authority, versions in packs.all().items():
        for pack in versions:
            yield from ((authority, name) for name, role in pack.roles.items() if role.channel == _CHANNEL)
