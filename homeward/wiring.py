"""Putting the parts together: settings → store, packs, senders, intake, relay, timers. Only this place knows all."""

import os
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal

from consumers.parsing import parse_record
from consumers.timer_loop import TimerLoop, Wait
from enrichment.matching import Model, ModelError, load_model, shipped_model
from homeward import clock
from homeward.library import check_addresses, check_installation, read_directories, read_packs
from homeward.settings import PREFIX, Settings, SettingsError
from homeward.wordings import PackWordings
from intake.intake import Intake
from outbox.addressing import DirectoryBook
from outbox.directory import Directory
from outbox.relay import Relay
from outbox.retry import Retry
from producers.kafka import KafkaSender
from producers.kafka_link import KafkaSettings, TopicShape
from producers.mail import MailSender
from producers.mail_folder import MailFolder
from producers.smtp import MailSettings
from routing.calendar import Calendar
from routing.library import Packs
from schemas.delivery import Receipt, Sender
from store import Store
from store.rows import OutboxRow

HubPart = Literal["consumers", "relay", "timers"]
HUB_PARTS: tuple[HubPart, ...] = ("consumers", "relay", "timers")


class Parts:
    """Everything of one hub process that runs on one database: made here, run by `homeward.hub`."""

    def __init__(
        self,
        settings: Settings,
        packs: Packs,
        directories: dict[str, Directory],
        store: Store,
        senders: Mapping[str, Sender],
        *,
        now: Callable[[], datetime] = clock.now,
        wait: Wait = clock.wait_until,
        ready: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.settings, self.packs, self.directories, self.store, self.senders = (
            settings, packs, directories, store, senders,
        )  # fmt: skip
        self.now = now
        owner = f"{socket.gethostname()}-{os.getpid()}-{os.urandom(4).hex()}"
        stale = timedelta(hours=settings.register_stale)
        parse = partial(parse_record, limits=settings.limits)
        self.intake = Intake(
            store, packs, directories, parse, now, self.wake, model=weights(settings), stale_after=stale,
            forces=settings.forces,
        )  # fmt: skip
        self.relay = Relay(
            store,
            senders,
            DirectoryBook(directories, calendars(packs), now),
            now=now,
            # Kafka fails as a whole and recovers as a whole: its rows wait. One mailbox fails alone: it is parked.
            retry={"topic": Retry(attempts=None), "mail": Retry()},
            owner=owner,
            batch=settings.relay_batch,
            lease=timedelta(seconds=settings.relay_lease),
            on_dead=self._undelivered,
        )
        self.timers = TimerLoop(
            store, self.intake.fire_timers, now=now, wait=wait, ready=ready or _at_once, owner=owner
        )

    def wake(self) -> None:
        """Something was promised: relay and timers look again."""
        self.relay.wake()
        self.timers.wake()

    async def _undelivered(self, row: OutboxRow, receipt: Receipt) -> None:
        await self.intake.undelivered(row, receipt.detail)


def calendars(packs: Packs) -> dict[str, Calendar]:
    """The working calendar of each authority."""
    return {authority: versions[-1].calendar for authority, versions in packs.all().items()}


async def _at_once() -> None:
    """Nothing to wait for."""


def library(settings: Settings) -> tuple[Packs, dict[str, Directory]]:
    """Packs and directories of an installation, checked against one another. PackError names the fix."""
    packs = read_packs(settings.packs, settings.directory)
    directories = read_directories(settings.packs)
    if settings.directory:
        check_installation(settings.directory, packs.authorities)
        directories |= read_directories([settings.directory], shipped=False)
    if settings.authorities:
        packs = packs.serving(settings.authorities)
    check_addresses(packs, directories)
    return packs, directories


def weights(settings: Settings) -> Model:
    """What an agreement weighs where children are matched. SettingsError where the file cannot be used."""
    if settings.matching_weights is None:
        return shipped_model()
    try:
        return load_model(settings.matching_weights)
    except ModelError as error:
        raise SettingsError(f"{PREFIX}MATCHING_WEIGHTS: {error}") from None


def kafka_settings(settings: Settings, create: TopicShape | None = None) -> KafkaSettings:
    """How producers reach Kafka."""
    password = settings.kafka_password
    return KafkaSettings(
        settings.kafka_bootstrap,
        security=settings.kafka_security,
        mechanism=settings.kafka_sasl_mechanism,
        user=settings.kafka_user,
        password=password.get_secret_value() if password else None,
        tls=_tls(settings.kafka_security, settings.kafka_ca_file),
        create=create,
    )


def mail_settings(settings: Settings) -> MailSettings:
    """How e-mails reach the mail server."""
    password = settings.smtp_password
    return MailSettings(
        settings.smtp_host,
        settings.smtp_port,
        sender=settings.smtp_from,
        domain=settings.message_id_domain,
        tls=settings.smtp_tls,
        user=settings.smtp_user,
        password=password.get_secret_value() if password else None,
    )


def senders(
    settings: Settings, create: TopicShape | None = None, packs: Packs | None = None, mails: Path | None = None
) -> dict[str, Sender]:
    """The two ways out. E-mails speak in the words of the packs. With `mails`, they become files in that folder and
    reach nobody."""
    topics, words_of = KafkaSender(kafka_settings(settings, create)), PackWordings(packs, settings.desk_url or "")
    if mails is not None:
        return {"topic": topics, "mail": MailFolder(mails, settings.smtp_from, settings.message_id_domain, words_of)}
    return {"topic": topics, "mail": MailSender(mail_settings(settings), words_of)}


def consumer_connection(settings: Settings) -> dict[str, Any]:
    """How aiokafka's own consumer reaches Kafka."""
    connection = kafka_settings(settings).connection()
    return {k: v for k, v in connection.items() if k != "client_id"}


def _tls(security: str, ca_file: Path | None) -> ssl.SSLContext | None:
    return ssl.create_default_context(cafile=ca_file) if security.endswith("SSL") else None


def chosen_parts(only: Collection[str]) -> tuple[HubPart, ...]:
    """The parts to run, all where none is named."""
    return tuple(part for part in HUB_PARTS if not only or part in only)
