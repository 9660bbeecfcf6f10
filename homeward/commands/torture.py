"""`homeward torture`: breaks what a hub stands on, again and again, and shows whether it keeps its promises."""

import asyncio
import logging
import signal
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from homeward.torture.conduct import RunPlan
    from homeward.torture.rig import Rig, Servers


@click.command()
@click.option("--minutes", type=float, default=15.0, show_default=True, help="How long faults come.")
@click.option("--times", type=click.IntRange(1), help="Make each fault so often, however long it takes.")
@click.option("--seed", default="1", show_default=True, help="The same seed gives the same stream and schedule.")
@click.option("--rate", type=float, default=10.0, show_default=True, help="Records in a second.")
@click.option(
    "--only",
    metavar="WORDS",
    multiple=True,
    help="Only the fault of this name, or those whose name holds this. Can be given more than once.",
)
@click.option(
    "--database", metavar="URL", help="An empty database to torture the hub on. Defaults to a new SQLite file."
)
@click.option("--postgres", is_flag=True, help="Torture it on a Postgres of its own, which can be killed too.")
@click.option("--kafka", metavar="ADDRESSES", help="Your own Kafka. Defaults to three nodes that are started for it.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Keep logs and data here.")
@click.option("--yes", is_flag=True, help="Do not ask before faults are made in a database or Kafka of yours.")
def command(
    minutes: float, times: int | None, seed: str, rate: float, only: tuple[str, ...], database: str | None,
    postgres: bool, kafka: str | None, folder: Path | None, yes: bool,
) -> None:  # fmt: skip
    """Run a real hub, break what it stands on by a seeded schedule, and print what it lost, said twice or held up.

    Hubs, nodes of Kafka and the database are killed, frozen and filled, clocks are set, topics are deleted, and the
    mail server hangs or refuses at each stage. Records of made-up children flow meanwhile. Exit code 1 means that a
    promise was broken.

    \b
    Examples:
      homeward torture --minutes 5
      homeward torture --only Kafka --seed 7
      homeward torture --postgres
      homeward torture --database postgresql+asyncpg://homeward@localhost/torture
    """
    from sqlalchemy import make_url

    from homeward.embedded import EmbeddedError
    from homeward.settings import SettingsError, load_settings
    from homeward.torture.conduct import RunPlan
    from homeward.torture.postgres_server import PostgresError
    from homeward.torture.rig import Servers

    if database and postgres:
        raise click.UsageError("Give --database or --postgres, not both")
    yours = [*([make_url(database).render_as_string()] if database else []), *([kafka] if kafka else [])]
    if yours and not yes:
        click.confirm(f"This makes faults in {' and '.join(yours)}. Go on?", abort=True)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    servers, plan = Servers(database, kafka, postgres), RunPlan(seed, minutes, times, rate)
    try:
        cache = load_settings().cache
        with nullcontext(folder) if folder else tempfile.TemporaryDirectory(prefix="homeward-torture-") as name:
            held = asyncio.run(_tortured(Path(name), servers, plan, only, cache))
    except (EmbeddedError, PostgresError, SettingsError) as error:
        raise click.ClickException(str(error)) from None
    except asyncio.CancelledError:
        raise click.Abort from None
    if not held:
        raise SystemExit(1)


async def _tortured(
    folder: Path, servers: "Servers", plan: "RunPlan", only: tuple[str, ...], cache: Path | None
) -> bool:
    from homeward.torture.conduct import Conductor
    from homeward.torture.faults import FAULTS
    from homeward.torture.rig import rig
    from homeward.torture.sheet import holds, sheet

    names = {fault.name for fault in FAULTS}

    def is_meant(name: str) -> bool:
        return not only or any(name == words or (words not in names and words in name) for words in only)

    faults = [fault for fault in FAULTS if is_meant(fault.name)]
    if not faults:
        raise click.UsageError(f"No fault has such a name. There are: {'; '.join(fault.name for fault in FAULTS)}.")
    this, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert this is not None
    # What was started, mounted or frozen is put away however the run ends.
    loop.add_signal_handler(signal.SIGTERM, this.cancel)
    async with rig(folder, servers, cache) as under:
        await _make_topics(under)
        await under.another().start()
        conductor = Conductor(under, plan, _told)

        def interrupted() -> None:
            loop.remove_signal_handler(signal.SIGINT)  # the second time it ends at once
            conductor.make_an_end()

        loop.add_signal_handler(signal.SIGINT, interrupted)
        outcome = await conductor.run(faults)
    for line in sheet(outcome):
        click.echo(line)
    return holds(outcome)


def _told(line: str) -> None:
    click.echo(line, err=True)


async def _make_topics(rig: "Rig") -> None:
    """All topics of all authorities, so that none is made by being used."""
    from datetime import timedelta

    from homeward.commands.topics import topics_of
    from homeward.torture.stream import MADE_UP_FORCE
    from schemas.catalogue import TopicShape

    made = topics_of((), (MADE_UP_FORCE,), (), TopicShape(3, 3, timedelta(days=1)))
    await rig.administrator.make({topic.name: topic.shape.partitions for topic in made})
