"""`homeward broker`: a real Apache Kafka in the foreground. `homeward.embedded` downloads and runs it."""

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from homeward.embedded import EmbeddedKafka


@click.command()
@click.option("--nodes", type=click.Choice(["1", "3"]), default="1", help="One node, or three that replicate.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for its messages. Defaults to `kafka` (or `kafka-3`) in the data folder.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65_533),
    help="Port of the first node; the others use the next ports. Defaults to free ports, which are remembered.",
)
@click.option(
    "--partitions",
    type=click.IntRange(1, 1000),
    default=6,
    show_default=True,
    help="Partitions of a topic that is created without a number.",
)
@click.option("--auto-create/--no-auto-create", default=True, show_default=True, help="Create topics on first use.")
def command(nodes: str, folder: Path | None, port: int | None, partitions: int, auto_create: bool) -> None:
    """Start an Apache Kafka broker and run it until Ctrl-C or SIGTERM.

    It listens on loopback only and keeps its messages between runs. The first line on standard output is the bootstrap
    address; everything else goes to standard error. It needs no Docker, no root and no installed Java. The first start
    downloads what it needs.

    \b
    Examples:
      homeward broker
      homeward broker --port 9092
      homeward broker --nodes 3 --folder /tmp/cluster
    """
    from homeward.embedded import EmbeddedError, EmbeddedKafka
    from homeward.settings import SettingsError, load_settings

    try:
        settings = load_settings()
        broker = EmbeddedKafka(
            folder or settings.data / ("kafka" if nodes == "1" else f"kafka-{nodes}"),
            nodes=int(nodes),
            port=port,
            partitions=partitions,
            auto_create_topics=auto_create,
            java_home=settings.java_home,
            cache=settings.cache,
            notice=lambda line: click.echo(line, err=True),
        )
        _serve(broker)
    except (SettingsError, EmbeddedError) as error:
        raise click.ClickException(str(error)) from None


def _serve(broker: "EmbeddedKafka") -> None:
    # Both signals become the same exception, so that a stop is clean at whatever moment it is asked for.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with broker:
            click.echo(broker.bootstrap)
            click.echo(f"Apache Kafka is ready. Messages are kept in {broker.folder}. Press Ctrl-C to stop.", err=True)
            broker.watch()
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
