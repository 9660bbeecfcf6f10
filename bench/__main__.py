"""`python -m bench`: every comparison in turns on a real Kafka and real databases, as medians and ratios."""

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console

from bench import backlog, growth, mail, parts, snapshot, timers
from bench.comparing import table_of
from bench.databases import databases
from bench.machine import machine
from bench.processes import forking
from bench.record import DOCS, write
from bench.turns import Ground
from homeward.embedded import EmbeddedKafka
from homeward.garbage import collect_seldom
from homeward.logs import configure

DATABASES = ("Postgres", "SQLite")
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
    "growth": growth.grow,
}
AT_LENGTH = {"drain", "share", "snapshot", "growth"}
"""What shows itself in a long run only: left out of a quick one, unless it is asked for."""

POSTGRES_ONLY = {"share"}
_MINUTES = {"latency": 10, "idle": 5, "snapshot": 25}
"""About how long a part takes in full, on one database: half of what docs/speed.md says. All others: up to 10."""


@click.command()
@click.option("--quick", is_flag=True, help="In two minutes: fewer records, and nothing that needs a long run.")
@click.option("--rounds", type=click.IntRange(min=1), help="How many times to run each of the two.")
@click.option("--only", multiple=True, type=click.Choice([*PARTS]), help="This part; give it again for more.")
@click.option("--on", multiple=True, type=click.Choice(DATABASES), help="On this database instead of on both.")
@click.option(
    "--write", "keep", is_flag=True, help="Keep figures and charts in docs/speed, beside those of other parts."
)
def main(quick: bool, rounds: int | None, only: tuple[str, ...], on: tuple[str, ...], keep: bool) -> None:
    """Compares the hub with the same work without a database, and its relay with bare record batches and with
    faststream-outbox where that is installed (make bench does so); and a large hub with a small one."""
    if quick and keep:
        raise click.UsageError("A quick run would take the place of full figures. Leave out --quick or --write.")
    plan = _planned(quick, only, on)
    configure("ERROR", "text")
    collect_seldom()  # as a hub does: what is measured in this process is so for the hub and for its yardsticks
    about, found = machine() | {"measured": "quickly" if quick else "in full"}, []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if quick:
            stack.enter_context(forking("bench.hubs", "bench.mail", "bench.relays"))
        kafka = stack.enter_context(EmbeddedKafka(folder / "kafka")).bootstrap
        fresh = stack.enter_context(databases(folder))
        for n, (part, name) in enumerate(plan, 1):
            minutes = "" if quick or rounds else f", {_minutes(part)}"
            click.echo(f"{n} of {len(plan)}: {part} on {name}{minutes}", err=True)
            ground = Ground(kafka, name, fresh[name], quick, rounds or (2 if quick else 3))
            found += asyncio.run(PARTS[part](ground))
    console = Console(width=160)
    console.print(", ".join(f"{name} {value}" for name, value in about.items()))
    console.print(table_of(found))
    if keep:
        write(DOCS, about, found)


def _planned(quick: bool, only: Sequence[str], on: Sequence[str]) -> list[tuple[str, str]]:
    """What is run: parts, each with its database. Raises UsageError for a part that is not measured where it is to."""
    where = on or DATABASES
    for part in only:
        if part in POSTGRES_ONLY and "Postgres" not in where:
            raise click.UsageError(f"{part} is measured on Postgres only: leave out --on SQLite.")
    parts = only or [part for part in PARTS if not (quick and part in AT_LENGTH)]
    return [(part, name) for name in where for part in parts if name == "Postgres" or part not in POSTGRES_ONLY]


def _minutes(part: str) -> str:
    return f"about {_MINUTES[part]} minutes" if part in _MINUTES else "up to 10 minutes"


if __name__ == "__main__":
    main()
