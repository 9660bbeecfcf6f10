"""Putting the parts together: settings → store, packs, senders, intake, relay, timers. Only this place knows all."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

from consumers.parsing import parse_record
from consumers.timer_loop import TimerLoop, Wait
from enrichment.matching import Model, ModelError, load_model, shipped_model
from homeward import clock
from homeward.canaries import CanaryWalks
from homeward.channels import channels
from homeward.kafka import kafka_settings
from homeward.keeping.schedule import read_schedules
from homeward.library import check_addresses, check_installation, read_directories, read_packs
from homeward.mailbox import bounce_reader
from homeward.sealing import Sealer
from homeward.secure_mail import check_secure_mail, secure_mail
from homeward.settings import PREFIX, Settings, SettingsError
from homeward.try_out import example_addresses
from homeward.witnessing import Witnesses
from homeward.wordings import PackWordings
from intake.intake import Intake
from intake.listening import Listening
from intake.notices import Notices
from intake.rechecking import Recheck
from intake.undelivered import Undelivered
from outbox.addressing import DirectoryBook
from outbox.directory import Directory
from outbox.receipts import Receipts
from outbox.relay import Relay
from producers.kafka import KafkaSender
from producers.kafka_link import TopicShape
from routing.calendar import Calendar
from routing.library import HUB, Packs
from schemas.delivery import Asks, Sender
from schemas.topics import CANARY_SERVICE, police_notifications, register_children
from store import Store

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
        self.now, self._wait = now, wait
        owner = f"{socket.gethostname()}-{os.getpid()}-{os.urandom(4).hex()}"
        gate = timedelta(seconds=settings.timers_gate) if ready else None
        self.intake = intake_of(settings, packs, directories, store, now, self.wake, gate)
        limits = {
            "immediate": timedelta(minutes=settings.told_after_immediate),
            "same_day": timedelta(minutes=settings.told_after_same_day),
            "routine": timedelta(minutes=settings.told_after_routine),
        }
        self.undelivered = Undelivered(store, packs, directories, now, limits, tuple(senders), self.wake)
        self.receipts = Receipts(store, {name: s for name, s in senders.items() if isinstance(s, Asks)}, now)
        self.notices = Notices(store, packs, directories, now, self.wake)
        self.bounces = bounce_reader(settings, self.notices)
        self.listening = Listening(
            store, packs, directories, now, expected_feeds(settings), timedelta(hours=settings.feed_begins), self.wake
        )
        book = DirectoryBook(with_probe(directories, settings), calendars(packs), now, secure_mail(settings, packs))
        self.relay = Relay(
            store,
            senders,
            book,
            now=now,
            manners={name: channel.manner for name, channel in channels().items()},
            tell=self.undelivered.tell,
            recheck=Recheck(store, packs).ended,
            limits=limits,
            owner=owner,
            batch=settings.relay_batch,
            lease=timedelta(seconds=settings.relay_lease),
        )
        self.timers = TimerLoop(
            store,
            self.intake.fire_timers,
            now=now,
            wait=wait,
            ready=ready or _at_once,
            owner=owner,
            tell=self.intake.tell_of_timer,
            lease=timedelta(seconds=settings.relay_lease),
        )

        mail = (senders["mail"], settings.roots_to) if settings.roots_to and "mail" in senders else None
        self.sealer, self.witnesses = Sealer(store, now), Witnesses(store, now, settings.stamp_url, mail)
        self.own_senders = [KafkaSender(kafka_settings(settings))] if settings.topics_by == "capture" else []
        self.canaries = self._canaries(settings)

    def _canaries(self, settings: Settings) -> CanaryWalks | None:
        """None where the settings want none, or there is no way to Kafka."""
        kafka = next(iter(self.own_senders), self.senders.get("topic"))
        if not settings.canary_every or kafka is None:
            return None
        every, by_mail = timedelta(minutes=settings.canary_every), bool(settings.canary_to and "mail" in self.senders)
        return CanaryWalks(self.store, self.packs.authorities, kafka, self.now, every, by_mail, as_owner(settings))

    def beside_the_relay(self) -> list[Coroutine[Any, Any, None]]:
        """What runs where the relay runs, for as long as it does: asking for receipts where a sender can be asked,
        reading the mailbox for bounces where there is one, sending out canaries where they are wanted."""
        asking = [self.receipts.keep_looking(self._rest)] if self.receipts.senders else []
        return [*asking, *(beside.run() for beside in (self.bounces, self.canaries) if beside)]

    async def _rest(self, until: datetime) -> None:
        await self._wait(until, asyncio.Event())

    def wake(self) -> None:
        """Something was promised: relay and timers look again."""
        if not self.relay.hears:
            self.relay.wake()
        self.timers.wake()


def intake_of(
    settings: Settings,
    packs: Packs,
    directories: dict[str, Directory],
    store: Store,
    now: Callable[[], datetime],
    promised: Callable[[], None] = lambda: None,
    gate: timedelta | None = None,
) -> Intake:
    """The intake that the settings ask for. SettingsError where its weights cannot be used."""
    return Intake(
        store,
        packs,
        directories,
        partial(parse_record, limits=settings.limits),
        now,
        promised,
        model=weights(settings),
        stale_after=timedelta(hours=settings.register_stale),
        early_after=timedelta(hours=settings.early_word),
        forces=settings.forces,
        gate=gate,
    )


def as_owner(settings: Settings) -> str | None:
    """The url by which the database is entered to remove rows, where it is another one."""
    return settings.purging_database if settings.purging_database_url else None


def calendars(packs: Packs) -> dict[str, Calendar]:
    """The working calendar of each authority."""
    return {authority: versions[-1].calendar for authority, versions in packs.all().items()}


def with_probe(directories: dict[str, Directory], settings: Settings) -> dict[str, Directory]:
    """The directories, with the mailbox that canaries go to, where there is one."""
    if settings.canary_to is None or HUB not in directories:
        return directories
    own = directories[HUB]
    mailboxes = {**own.mailboxes, CANARY_SERVICE: settings.canary_to}
    return directories | {HUB: replace(own, mailboxes=mailboxes)}


def expected_feeds(settings: Settings) -> list[str]:
    """The topics that should bring something, as the settings name whose they are."""
    police = [police_notifications(force) for force in settings.forces]
    return police + [register_children(authority) for authority in settings.authorities]


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
    read_schedules(settings.directory, packs.authorities)  # what is wrong with them is told at start
    return packs, directories


def weights(settings: Settings) -> Model:
    """What an agreement weighs where children are matched. SettingsError where the file cannot be used."""
    if settings.matching_weights is None:
        return shipped_model()
    try:
        return load_model(settings.matching_weights)
    except ModelError as error:
        raise SettingsError(f"{PREFIX}MATCHING_WEIGHTS: {error}") from None


def senders(settings: Settings, create: TopicShape | None = None, packs: Packs | None = None) -> dict[str, Sender]:
    """Every way out that the settings set up, by channel. Letters speak in the words of the packs."""
    words_of = wordings_of(settings, packs)
    made = {name: channel.make(settings, words_of, create) for name, channel in channels().items()}
    return {name: sender for name, sender in made.items() if sender is not None}


def wordings_of(settings: Settings, packs: Packs | None) -> PackWordings:
    """The words of the packs, with links to the desk where there is one."""
    if settings.desk_url is None or settings.desk_secret is None:
        return PackWordings(packs)
    from desk.links import sign  # of the extra "desk", which a hub without one need not have

    return PackWordings(packs, settings.desk_url, partial(sign, settings.desk_secret.get_secret_value()))


def check_ways_out(
    settings: Settings, packs: Packs, directories: Mapping[str, Directory], ways: Collection[str]
) -> None:
    """Raises SettingsError where a message could not go by the way that a pack or a directory asks for, or would reach
    nobody; `ways` are those that the settings set up. A trial sends to nobody, and so may use example addresses and
    need not be secure."""
    if not settings.trial:
        if examples := example_addresses(settings, directories, packs.authorities):
            raise SettingsError("\n".join(examples))
        check_secure_mail(settings, packs, directories)
    for authority in (*packs.authorities, HUB):
        for role, (channel, _) in directories[authority].second.items():
            if channel not in ways:
                raise SettingsError(
                    f"{authority}: the second way to the role '{role}' is '{channel}', which the settings do not set "
                    f"up. Use one of {', '.join(sorted(ways))}, or set it up"
                )


def consumer_connection(settings: Settings) -> dict[str, Any]:
    """How aiokafka's own consumer reaches Kafka."""
    connection = kafka_settings(settings).connection()
    return {k: v for k, v in connection.items() if k != "client_id"}


def chosen_parts(only: Collection[str]) -> tuple[HubPart, ...]:
    """The parts to run, all where none is named."""
    return tuple(part for part in HUB_PARTS if not only or part in only)
