"""`python -m bench`: every comparison A B A B on a real Kafka and real databases, as medians and ratios."""

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console

from bench import backlog, mail, parts, snapshot, timers
from bench.comparing import table_of
from bench.databases import databases
from bench.machine import machine
from bench.processes import forking
from bench.record import write
from bench.turns import Ground
from homeward.embedded import EmbeddedKafka
from homeward.garbage import collect_seldom
from homeward.logs import configure

DOCS = Path(__file__).parent.parent / "docs" / "speed"
PARTS = {
    "end-to-end": parts.end_to_end,
    "relay": parts.relay,
    "latency": parts.latency,
    "idle": parts.at_rest,
    "mail": mail.mail,
    "timers": timers.scan,
    "drain": backlog.drain,
    "share": backlog.share,
    "snapshot": snapshot.hold,
}
AT_LENGTH = {"drain", "share", "snapshot"}
"""What shows itself in a long run only: left out of a quick one, unless it is asked for."""


@click.command()
@click.option("--quick", is_flag=True, help="In two minutes: fewer records, and nothing that needs a long run.")
@click.option("--rounds", type=int, help="How many times to run each of the two.")
@click.option("--only", multiple=True, type=click.Choice([*PARTS]))
@click.option("--on", multiple=True, type=click.Choice(["Postgres", "SQLite"]))
@click.option(
    "--write", "keep", is_flag=True, help="Keep figures and chart in docs/speed, beside those of other parts."
)
def main(quick: bool, rounds: int | None, only: tuple[str, ...], on: tuple[str, ...], keep: bool) -> None:
    """Compares the hub with the same work without a database, and its relay with bare record batches and with
    faststream-outbox where that is installed (make bench does so); and a large hub with a small one."""
    configure("ERROR", "text")
    collect_seldom()  # as a hub does: what is measured in this process is so for the hub and for its yardsticks
    about, found = machine() | {"measured": "quickly" if quick else "in full"}, []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if quick:
            stack.enter_context(forking("bench.hubs", "bench.mail", "bench.relays"))
        kafka = stack.enter_context(EmbeddedKafka(folder / "kafka")).bootstrap
        fresh = stack.enter_context(databases(folder))
        for name in on or fresh:
            ground = Ground(kafka, name, fresh[name], quick, rounds or (2 if quick else 3))
            for part in only or [name for name in PARTS if not (quick and name in AT_LENGTH)]:
                found += asyncio.run(PARTS[part](ground))
    console = Console(width=160)
    console.print(", ".join(f"{name} {value}" for name, value in about.items()))
    console.print(table_of(found))
    if keep:
        write(DOCS, about, found)


if __name__ == "__main__":
    main()
