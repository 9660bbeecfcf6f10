"""E-mail, by SMTP or, where the settings say so, by GOV.UK Notify or into a folder."""

from pathlib import Path

from homeward.channels import APART, Channel
from homeward.channels.notify import notify_sender
from homeward.settings import Settings
from outbox.dispatch import Manner
from producers.kafka_link import TopicShape
from producers.mail import MailSender
from producers.mail_folder import MailFolder
from producers.smtp import MailSettings
from producers.tokens import ClientCredentials
from producers.wording import Wordings
from schemas.delivery import Sender

HANDS = 4
"""So many e-mails are under way at once, and no more can arrive twice when a process dies."""


def _make(settings: Settings, words_of: Wordings, _create: TopicShape | None) -> Sender | None:
    if settings.mail_by == "notify":
        return notify_sender(settings, words_of)
    if settings.mail_by == "folder":
        return MailFolder(mail_folder(settings), settings.smtp_from, settings.message_id_domain, words_of)
    return MailSender(mail_settings(settings), words_of)


def mail_folder(settings: Settings) -> Path:
    """Where e-mails are written to that reach nobody."""
    return settings.data / "mail"


def mail_settings(settings: Settings) -> MailSettings:
    """How the mail server is reached."""
    password = settings.smtp_password
    return MailSettings(
        settings.smtp_host,
        settings.smtp_port,
        sender=settings.smtp_from,
        domain=settings.message_id_domain,
        return_path=settings.smtp_return_path,
        tls=settings.smtp_tls,
        ca_file=settings.smtp_ca_file,
        user=settings.smtp_user,
        password=password.get_secret_value() if password else None,
        token=tokens(settings),
        connections=HANDS,
    )


def tokens(settings: Settings) -> ClientCredentials | None:
    """Where tokens for XOAUTH2 come from, if they are used."""
    secret = settings.smtp_oauth_client_secret
    if not (settings.smtp_oauth_authority and settings.smtp_oauth_client_id and secret):
        return None
    return ClientCredentials(
        settings.smtp_oauth_authority,
        settings.smtp_oauth_client_id,
        secret.get_secret_value(),
        settings.smtp_oauth_scope,
    )


MAIL = Channel("mail", _make, Manner(most=100, hands=HANDS, apart=APART))
