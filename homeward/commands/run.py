"""`homeward run`: the hub, until it is stopped."""

import asyncio
import logging
import signal
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from homeward.health.board import Board
    from homeward.settings import Settings
    from routing.library import Packs
    from store import Store

log = logging.getLogger(__name__)
_USUAL_PORT = 9092  # where every Kafka client looks first
_LOOK_AGAIN = 0.1  # seconds between two looks for a new broker's coordinator


@click.command()
@click.option(
    "--only", "only", multiple=True, type=click.Choice(["consumers", "relay", "timers"]),
    help="Run only this part, so that each can be scaled separately. Can be given more than once.",
)  # fmt: skip
@click.option(
    "--paused", is_flag=True, help="Take in, and send nothing until you release it: homeward deliveries resume."
)
@click.option("--embedded", is_flag=True, help="Start an embedded Apache Kafka and use it.")
@click.option("--desk", is_flag=True, help="Serve the duty desk too, on this machine.")
@click.option("--sample", is_flag=True, help="With --embedded: fill an empty database with the demo's fortnight.")
@click.option(
    "--env-file", type=click.Path(dir_okay=False, path_type=Path), help="File of HOMEWARD_VARIABLE=value lines."
)
def command(
    only: tuple[str, ...], paused: bool, embedded: bool, desk: bool, sample: bool, env_file: Path | None
) -> None:
    """Run the hub: read notifications, apply the procedures, send messages, keep time limits.

    Everything else is a setting (see docs/operating.md). A SQLite database is migrated automatically. With Postgres,
    run `homeward migrate` first.

    \b
    Examples:
      homeward run --embedded
      homeward run --embedded --desk --sample
      HOMEWARD_KAFKA_BOOTSTRAP=kafka:9092 homeward run
      homeward run --only consumers --only timers
      homeward run --paused
    """
    from homeward.commands.database import no_database
    from homeward.embedded import EmbeddedError, EmbeddedKafka
    from homeward.folders import check_folders
    from homeward.health.board import Board
    from homeward.logs import configure
    from homeward.settings import SettingsError, load_settings
    from homeward.traces import tracing
    from homeward.try_out import kafka_folder, with_embedded
    from routing.tables import PackError
    from store.errors import StoreUnavailableError

    if sample and not embedded:
        raise click.UsageError("--sample needs --embedded: made-up children have no place in a real hub.")
    try:
        settings = load_settings(env_file)
        configure(settings.log_level, settings.log_format)
        check_folders(settings, embedded)
        if settings.holds_password_in_url:
            log.warning("HOMEWARD_DATABASE_URL holds a password. Move it to HOMEWARD_DATABASE_PASSWORD")
        with ExitStack() as stack:
            board = Board()
            _serve_health(stack, settings, board)
            stack.enter_context(tracing(settings))
            if embedded:
                broker = EmbeddedKafka(
                    kafka_folder(settings), java_home=settings.java_home, cache=settings.cache, notice=click.echo,
                    preferred_port=_USUAL_PORT,
                )  # fmt: skip
                stack.enter_context(broker)
                settings = with_embedded(settings, broker.bootstrap)
                if desk:
                    settings = _linked(settings)
            asyncio.run(_run(settings, only, paused, embedded, board, desk, sample))
    except (SettingsError, PackError, EmbeddedError) as error:
        raise click.ClickException(str(error)) from None
    except StoreUnavailableError as error:
        raise no_database(error) from None


def _serve_health(stack: ExitStack, settings: "Settings", board: "Board") -> None:
    """The endpoints, from now on until the process ends."""
    from homeward.health.server import serving

    try:
        stack.enter_context(serving(board, settings.health_host, settings.health_port))
    except OSError as error:
        raise click.ClickException(
            f"Cannot serve /ready at {settings.health_host}:{settings.health_port} ({error.strerror}). Free the port, "
            "or set HOMEWARD_HEALTH_PORT (0 serves nothing)."
        ) from None


def _linked(settings: "Settings") -> "Settings":
    """E-mails of a trial link to the desk that runs beside it."""
    from homeward.desk.beside import links_of_a_trial

    return settings.model_copy(update=links_of_a_trial(settings))


async def _run(
    settings: "Settings", only: tuple[str, ...], paused: bool, embedded: bool, board: "Board", desk: bool, sample: bool
) -> None:
    from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

    from homeward.garbage import collect_seldom
    from homeward.hub import Hub, backlog_of
    from homeward.wiring import Parts, check_ways_out, library, senders
    from producers.kafka_link import TopicShape

    packs, directories = library(settings)
    ways = senders(settings, TopicShape() if embedded else None, packs)
    check_ways_out(settings, packs, directories, ways)
    store = await _opened(settings, packs)
    parts = Parts(settings, packs, directories, store, ways, ready=backlog_of(settings))
    hub = Hub(parts, only, board=board, paused=paused)
    stopped, addresses = asyncio.Event(), list[str]()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)

    def started() -> None:
        collect_seldom()
        _announce(hub.running, settings, packs, addresses)
        if paused:
            _announce_pause(parts.senders)

    try:
        if embedded:
            await _await_coordinator(settings)
        async with AsyncExitStack() as stack:
            if sample:
                from homeward.desk.beside import play_sample

                await play_sample(settings, packs, directories, store)
            if desk:
                from homeward.desk.beside import desk_beside

                at = await stack.enter_async_context(desk_beside(settings, packs, directories, store, click.echo))
                addresses.append(at)
            await hub.run(stopped, started)
    except* KafkaError as errors:
        fault = errors.exceptions[0]
        raise click.ClickException(
            f"Cannot reach Kafka at {settings.kafka_bootstrap} ({type(fault).__name__}). Check that it is running and "
            "that HOMEWARD_KAFKA_BOOTSTRAP is right, or start one with `homeward run --embedded`."
        ) from None


async def _opened(settings: "Settings", packs: "Packs") -> "Store":
    """The database, up to date and of authorities that are served. Raises ClickException or SettingsError."""
    from homeward.commands.database import refuse_pooler
    from homeward.served import check_place_of_keys, check_served
    from store import Store
    from store.migrating import migrate, missing_steps

    check_place_of_keys(settings)
    store = Store.open(settings.database)
    if not store.postgres:
        await migrate(settings.database)
    elif steps := await missing_steps(settings.database):
        raise click.ClickException(
            f"The database is out of date (missing: {', '.join(steps)}). Run `homeward migrate`."
        )
    try:
        await refuse_pooler(store)
        await check_served(store, packs)
    except BaseException:
        await store.close()
        raise
    return store


def _announce(running: "Sequence[str]", settings: "Settings", packs: "Packs", desks: "Sequence[str]") -> None:
    from homeward.channels.mail import mail_folder

    click.echo(f"Homeward is running ({', '.join(running)}). Kafka: {settings.kafka_bootstrap}")
    click.echo(f"Authorities: {', '.join(packs.authorities)}. Publish to police.<force>.notifications.v1")
    if settings.mail_by == "folder":
        click.echo(f"E-mails are written to {mail_folder(settings)} and sent to nobody")
    for address in desks:
        click.echo(f"The duty desk is at {address}")


def _announce_pause(ways: "Collection[str]") -> None:
    click.echo(f"Nothing is sent: {', '.join(sorted(ways))} are paused. To see what waits: homeward deliveries list")
    for way in sorted(ways):
        click.echo(f"To let it go: homeward deliveries resume {way} --by YOU")


async def _await_coordinator(settings: "Settings") -> None:
    """Returns when a new broker knows who looks after the consumer group; until then, joining it is refused."""
    from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]
    from aiokafka.errors import GroupCoordinatorNotAvailableError

    from consumers.clients import open_client
    from homeward.wiring import consumer_connection

    admin = AIOKafkaAdminClient(**consumer_connection(settings))
    async with open_client(admin.start(), admin.close):
        while True:
            try:
                await admin.find_coordinator(settings.kafka_group)
                return
            except GroupCoordinatorNotAvailableError:
                await asyncio.sleep(_LOOK_AGAIN)
