"""`homeward desk`: the web pages for duty officers."""

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from homeward.settings import Settings


@click.command()
@click.option(
    "--env-file", type=click.Path(dir_okay=False, path_type=Path), help="File of HOMEWARD_VARIABLE=value lines."
)
def command(env_file: Path | None) -> None:
    """Serve the duty desk: who is missing, what waits for whom, and where to answer.

    It reads the hub's database and writes answers to the casework topics. Without an OpenID Connect provider it serves
    this machine alone. See docs/desk.md.

    \b
    Examples:
      homeward desk
      HOMEWARD_DESK_PORT=8100 homeward desk
    """
    from homeward.commands.database import no_database
    from homeward.embedded import EmbeddedError
    from homeward.logs import configure
    from homeward.settings import SettingsError, load_settings
    from routing.tables import PackError
    from store.errors import StoreUnavailableError

    try:
        settings = load_settings(env_file)
        configure(settings.log_level, settings.log_format)
        asyncio.run(_run(settings))
    except (SettingsError, PackError, EmbeddedError) as error:
        raise click.ClickException(str(error)) from None
    except StoreUnavailableError as error:
        raise no_database(error) from None


async def _run(settings: "Settings") -> None:
    from homeward.desk.outcomes import KafkaOutcomes, desk_kafka
    from homeward.desk.wiring import desk_of, listening, serve, warnings_of
    from homeward.served import check_place_of_keys
    from homeward.wiring import library
    from store import Store
    from store.migrating import missing_steps

    packs, directories = library(settings)
    check_place_of_keys(settings)
    if steps := await missing_steps(settings.database):
        raise click.ClickException(
            f"The database is out of date (missing: {', '.join(steps)}). Run `homeward migrate`, or the hub once."
        )
    outcomes = KafkaOutcomes(desk_kafka(settings))
    store = Store.open(settings.database)
    stopped = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    try:
        desk = desk_of(settings, packs, directories, store, outcomes, notice=click.echo)
        socket = listening(settings)
        for line in warnings_of(desk.options):
            click.secho(line, fg="red", bold=True, err=True)
        click.echo(f"The duty desk is at http://{settings.desk_host}:{socket.getsockname()[1]}/  (Ctrl-C to stop)")
        await serve(desk, socket, stopped)
    finally:
        await outcomes.stop()
        await store.close()
