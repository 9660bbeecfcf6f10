"""`homeward register`: how old what each register has told is, and reading one again from its beginning."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeward.commands.database import on_database

if TYPE_CHECKING:
    from homeward.settings import Settings


@click.group()
def command() -> None:
    """Show how old each register's newest record is, or read a register again.

    \b
    Examples:
      homeward register status
      homeward register reread nottinghamshire
    """


@command.command()
@click.option("--database", metavar="URL", help="Database to work on; without it, the one that the settings name.")
def status(database: str | None) -> None:
    """One line for each register that has told anything: when its newest record was sent and taken in, and its age.

    \b
    Examples:
      homeward register status
    """
    from homeward import clock

    feeds = on_database(database, lambda transaction: transaction.feeds())
    now = clock.now()
    for feed in feeds:
        click.echo(
            f"{feed.authority}  sent {_minute(feed.newest_at)}  taken in {_minute(feed.read_at)}  "
            f"{_age(now - feed.newest_at)} old"
        )
    if not feeds:
        click.echo("no register has told anything yet", err=True)


@command.command()
@click.argument("authority")
@click.option(
    "--env-file", type=click.Path(dir_okay=False, path_type=Path), help="A file of HOMEWARD_VARIABLE=value lines."
)
def reread(authority: str, env_file: Path | None) -> None:
    """Read an authority's register again from the beginning of its topic, while the hub runs or while it does not.

    Nothing changes where a record says what is held already, and an older record never takes the place of a newer one.
    Use it after a mend of how records are read, or after a database was restored.

    \b
    Examples:
      homeward register reread nottinghamshire
    """
    from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

    from homeward.commands.database import faults_told
    from homeward.settings import SettingsError, load_settings
    from routing.tables import PackError

    try:
        settings = load_settings(env_file)
        with faults_told(settings.database):
            read = asyncio.run(_reread(settings, authority))
    except (SettingsError, PackError) as error:
        raise click.ClickException(str(error)) from None
    except KafkaError as error:
        raise click.ClickException(
            f"Kafka cannot be reached at {settings.kafka_bootstrap} ({type(error).__name__}); is it there?"
        ) from None
    click.echo(f"{read} records of {authority} read again")


async def _reread(settings: "Settings", authority: str) -> int:
    from consumers.parsing import parse_record
    from consumers.rereading import reread
    from homeward import clock
    from homeward.hub import cluster_id
    from homeward.wiring import consumer_connection, library, weights
    from intake.intake import Intake
    from store import Store

    packs, directories = library(settings)
    key = packs.key_of(authority)
    if key not in packs.authorities:
        raise click.UsageError(f"there is no authority '{authority}'; known are: {', '.join(packs.authorities)}")
    store = Store.open(settings.database)
    try:
        intake = Intake(store, packs, directories, parse_record, clock.now, model=weights(settings))
        return await reread(
            consumer_connection(settings),
            key,
            await cluster_id(settings),
            lambda batch: intake.process_batch(batch, again=True),
            settings.batch_records,
        )
    finally:
        await store.close()


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z"


def _age(age: timedelta) -> str:
    hours, minutes = divmod(max(int(age.total_seconds()), 0) // 60, 60)
    return f"{hours // 24} d {hours % 24} h" if hours >= 24 else f"{hours} h {minutes} min"
