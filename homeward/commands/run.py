"""`homeward run`: the hub, until it is stopped."""

import asyncio
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from homeward.settings import Settings


@click.command()
@click.option(
    "--only", "only", multiple=True, type=click.Choice(["consumers", "relay", "timers"]),
    help="Run only this part, so that each can be scaled separately. Can be given more than once.",
)  # fmt: skip
@click.option("--embedded", is_flag=True, help="Start an embedded Apache Kafka and use it.")
@click.option(
    "--env-file", type=click.Path(dir_okay=False, path_type=Path), help="File of HOMEWARD_VARIABLE=value lines."
)
def command(only: tuple[str, ...], embedded: bool, env_file: Path | None) -> None:
    """Run the hub: read notifications, apply the procedures, send messages, keep time limits.

    Everything else is a setting (see docs/operating.md). A SQLite database is migrated automatically. With Postgres,
    run `homeward migrate` first.

    \b
    Examples:
      homeward run --embedded
      HOMEWARD_KAFKA_BOOTSTRAP=kafka:9092 homeward run
      homeward run --only consumers --only timers
    """
    from homeward.embedded import EmbeddedError, EmbeddedKafka
    from homeward.logs import configure
    from homeward.settings import SettingsError, load_settings
    from routing.tables import PackError
    from store.errors import StoreUnavailableError

    try:
        settings = load_settings(env_file)
        configure(settings.log_level, settings.log_format)
        with ExitStack() as stack:
            if embedded:
                broker = EmbeddedKafka(
                    settings.data / "kafka", java_home=settings.java_home, cache=settings.cache, notice=click.echo
                )
                stack.enter_context(broker)
                settings = settings.model_copy(update={"kafka_bootstrap": broker.bootstrap})
            asyncio.run(_run(settings, only, embedded))
    except (SettingsError, PackError, EmbeddedError) as error:
        raise click.ClickException(str(error)) from None
    except StoreUnavailableError as error:
        raise click.ClickException(
            f"Cannot reach the database ({error}). Check that it is running and that this user can log in."
        ) from None


async def _run(settings: "Settings", only: tuple[str, ...], embedded: bool) -> None:
    import gc

    from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

    from homeward.hub import Hub, backlog_of
    from homeward.wiring import Parts, library, senders
    from producers.kafka_link import TopicShape
    from store import Store
    from store.migrating import migrate, missing_steps

    packs, directories = library(settings)
    store = Store.open(settings.database)
    if not store.postgres:
        await migrate(settings.database)
    elif steps := await missing_steps(settings.database):
        raise click.ClickException(
            f"The database is out of date (missing: {', '.join(steps)}). Run `homeward migrate`."
        )
    parts = Parts(
        settings, packs, directories, store, senders(settings, TopicShape() if embedded else None, packs),
        ready=backlog_of(settings),
    )  # fmt: skip
    hub = Hub(parts, only)
    stopped = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)

    def started() -> None:
        # Start-up makes most of what will ever be long-lived; collecting it again and again costs a tenth of the speed.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        click.echo(f"Homeward is running ({', '.join(hub.running)}). Kafka: {settings.kafka_bootstrap}")
        click.echo(f"Authorities: {', '.join(packs.authorities)}. Publish to police.<force>.notifications.v1")

    try:
        await hub.run(stopped, started)
    except* KafkaError as errors:
        fault = errors.exceptions[0]
        raise click.ClickException(
            f"Cannot reach Kafka at {settings.kafka_bootstrap} ({type(fault).__name__}). Check that it is running and "
            "that HOMEWARD_KAFKA_BOOTSTRAP is right, or start one with `homeward run --embedded`."
        ) from None
