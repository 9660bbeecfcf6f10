"""`homeward torture`: breaks what a hub stands on, again and again, and shows whether it keeps its promises."""

import asyncio
import logging
import tempfile
from contextlib import nullcontext
from pathlib import Path

import click


@click.command()
@click.option("--minutes", type=float, default=15.0, show_default=True, help="How long faults come.")
@click.option("--seed", default="1", show_default=True, help="The same seed gives the same stream and schedule.")
@click.option("--rate", type=float, default=20.0, show_default=True, help="Records in a second.")
@click.option(
    "--only", metavar="WORDS", multiple=True, help="Only faults whose name holds this. Can be given more than once."
)
@click.option(
    "--database", metavar="URL", help="An empty database to torture the hub on. Defaults to a new SQLite file."
)
@click.option("--kafka", metavar="ADDRESSES", help="Your own Kafka. Defaults to three nodes that are started for it.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Keep logs and data here.")
@click.option("--yes", is_flag=True, help="Do not ask before faults are made in a database or Kafka of yours.")
def command(
    minutes: float, seed: str, rate: float, only: tuple[str, ...], database: str | None, kafka: str | None,
    folder: Path | None, yes: bool,
) -> None:  # fmt: skip
    """Run a real hub, break what it stands on by a seeded schedule, and print what it lost, said twice or held up.

    Hub processes are killed and frozen, nodes of Kafka are killed and frozen, the database is locked or ends its
    sessions, and the mail server hangs or refuses at each stage. Records of made-up children flow meanwhile. Exit code
    1 means that a promise was broken.

    \b
    Examples:
      homeward torture --minutes 5
      homeward torture --only Kafka --seed 7
      homeward torture --database postgresql+asyncpg://homeward@localhost/torture
    """
    if (database or kafka) and not yes:
        click.confirm(f"This makes faults in {' and '.join(filter(None, (database, kafka)))}. Go on?", abort=True)
    from homeward.embedded import EmbeddedError
    from homeward.settings import SettingsError, load_settings

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        cache = load_settings().cache
        with nullcontext(folder) if folder else tempfile.TemporaryDirectory(prefix="homeward-torture-") as name:
            held = asyncio.run(_tortured(Path(name), minutes, seed, rate, only, database, kafka, cache))
    except (EmbeddedError, SettingsError) as error:
        raise click.ClickException(str(error)) from None
    if not held:
        raise SystemExit(1)


async def _tortured(
    folder: Path, minutes: float, seed: str, rate: float, only: tuple[str, ...], database: str | None,
    kafka: str | None, cache: Path | None,
) -> bool:  # fmt: skip
    from homeward.torture.conduct import Conductor
    from homeward.torture.faults import FAULTS
    from homeward.torture.rig import rig
    from homeward.torture.sheet import holds, sheet

    faults = [fault for fault in FAULTS if not only or any(words in fault.name for words in only)]
    if not faults:
        raise click.UsageError(f"No fault has such a name. There are: {'; '.join(fault.name for fault in FAULTS)}.")
    async with rig(folder, database, kafka, cache) as under:
        await under.another().start()
        outcome = await Conductor(under, seed, rate, lambda line: click.echo(line, err=True)).run(minutes, faults)
    for line in sheet(outcome):
        click.echo(line)
    return holds(outcome)
