"""`homeward register`: shows how old each register's newest record is, and reads a register again from the start."""

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
@click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
def status(database: str | None) -> None:
    """List how old each register is.

    Each line gives the time that the newest record was sent and received, and its age.

    \b
    Examples:
      homeward register status
    """
    from homeward import clock

    freshness = on_database(database, lambda transaction: transaction.register_freshness())
    now = clock.now()
    for register in freshness:
        click.echo(
            f"{register.authority}  sent {_minute(register.newest_at)}  received {_minute(register.read_at)}  "
            f"{_age(now - register.newest_at)} old"
        )
    if not freshness:
        click.echo("No register has sent anything yet.", err=True)


@command.command()
@click.argument("authority")
@click.option(
    "--env-file", type=click.Path(dir_okay=False, path_type=Path), help="File of HOMEWARD_VARIABLE=value lines."
)
def reread(authority: str, env_file: Path | None) -> None:
    """Read an authority's register again from the start of its topic. The hub can keep running.

    A record that says nothing new changes nothing, and an older record never replaces a newer one. Use it after a fix
    to how records are read, or after restoring a database.

    \b
    Examples:
      homeward register reread nottinghamshire
    """
    from homeward.commands.database import faults_told, kafka_faults_told
    from homeward.settings import SettingsError, load_settings
    from routing.tables import PackError

    try:
        settings = load_settings(env_file)
        with faults_told(settings.database), kafka_faults_told(settings):
            read = asyncio.run(_reread(settings, authority))
    except (SettingsError, PackError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Read {read} records of {authority} again.")


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
        raise click.UsageError(f"Unknown authority '{authority}'. Choose one of: {', '.join(packs.authorities)}")
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
