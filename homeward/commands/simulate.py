"""`homeward simulate`: a file of reports through the same intake, on a virtual clock, with timers."""

import asyncio
import sys
from pathlib import Path

import click

from homeward.commands.days import instant


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--until", metavar="INSTANT", help="Fire timers due up to and including this instant (RFC 3339).")
@click.option(
    "--packs", "folders", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with extra packs. Can be given more than once.",
)  # fmt: skip
def command(file: Path, until: str | None, folders: tuple[Path, ...]) -> None:
    """Run a file of reports on a virtual clock and print every outbound message.

    FILE holds inbound messages of any type as structured CloudEvents, one JSON object per line, in order of receipt.
    Their `time` is used as the time of receipt. Each outbound message is printed as one line of CloudEvents JSON, in
    order of time. The same file always gives the same output.

    \b
    Examples:
      homeward simulate reports.jsonl
      homeward simulate reports.jsonl --until 2026-03-20T00:00:00Z | jq .data.kind
    """
    from homeward.simulation import Simulation, SimulationError

    try:
        end = instant("--until", until) if until else None
        lines = file.read_bytes().splitlines()
        for line in asyncio.run(Simulation(folders).run(lines, end)):
            sys.stdout.buffer.write(line + b"\n")
    except SimulationError as error:
        raise click.ClickException(str(error)) from None
