"""`python -m bench`: every comparison A B A B on a real Kafka and real databases, as medians and ratios."""

import asyncio
import itertools
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import click
from rich.console import Console
from rich.table import Table

from bench import hubs, measures
from bench.databases import databases
from homeward.embedded import EmbeddedKafka
from homeward.logs import configure
from store import Store

_marks = (f"r{n}" for n in itertools.count(1))


@click.command()
@click.option("--records", default=3000, show_default=True, help="Notifications in an end-to-end run.")
@click.option("--rows", default=20_000, show_default=True, help="Rows in a relay run.")
@click.option("--seconds", default=8.0, show_default=True, help="Length of a latency run, at 100 a second.")
@click.option("--rounds", default=3, show_default=True, help="How many times to run each of the two.")
@click.option("--only", multiple=True, type=click.Choice(["end-to-end", "relay", "latency"]))
def main(records: int, rows: int, seconds: float, rounds: int, only: tuple[str, ...]) -> None:
    """Compares the hub with the same work without a database, and its relay with bare aiokafka."""
    configure("WARNING", "text")
    table = Table("measured", "on", "hub", "yardstick", "ratio", title="Homeward, medians of A B A B in one run")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kafka = stack.enter_context(EmbeddedKafka(folder / "kafka")).bootstrap
        for name, fresh in stack.enter_context(databases(folder)).items():
            if not only or "end-to-end" in only:
                asyncio.run(_end_to_end(table, kafka, name, fresh, records, rounds))
            if not only or "relay" in only:
                asyncio.run(_relay(table, kafka, name, fresh, rows, rounds))
            if not only or "latency" in only:
                asyncio.run(_latency(table, kafka, name, fresh, seconds, rounds))
    Console(width=110).print(table)


async def _end_to_end(table: Table, kafka: str, name: str, fresh: Callable[[], str], records: int, rounds: int) -> None:
    ours, theirs = [], []
    for _ in range(rounds):
        for kind in (ours, theirs):
            mark = next(_marks)
            url = fresh() if kind is ours else ""
            opened = (
                (lambda u, m: lambda: hubs.whole(kafka, m, u))(url, mark)
                if url
                else ((lambda m: lambda: hubs.bare(kafka, m))(mark))
            )
            kind.append(await measures.end_to_end(kafka, opened, records, mark))
    _row(table, "end to end, notifications/s", name, ours, theirs)


async def _relay(table: Table, kafka: str, name: str, fresh: Callable[[], str], rows: int, rounds: int) -> None:
    ours, theirs = [], []
    for _ in range(rounds):
        store = Store.open(fresh())
        await store.create()
        ours.append(await measures.relay_rows(kafka, store, rows, next(_marks)))
        await store.close()
        theirs.append(await measures.bare_rows(kafka, rows))
    _row(table, "relay, rows/s", name, ours, theirs)


async def _latency(table: Table, kafka: str, name: str, fresh: Callable[[], str], seconds: float, rounds: int) -> None:
    ours, theirs = [], []
    for _ in range(rounds):
        url, mark = fresh(), next(_marks)
        ours.append(await measures.latency(kafka, lambda u=url, m=mark: hubs.whole(kafka, m, u), seconds, mark))
        mark = next(_marks)
        theirs.append(await measures.latency(kafka, lambda m=mark: hubs.bare(kafka, m), seconds, mark))
    for place, title in ((0, "latency p50, ms"), (1, "latency p99, ms")):
        _row(table, title, name, [o[place] for o in ours], [t[place] for t in theirs])


def _row(table: Table, title: str, name: str, ours: list[float], theirs: list[float]) -> None:
    a, b = median(ours), median(theirs)
    table.add_row(title, name, f"{a:,.1f}", f"{b:,.1f}", f"{a / b:.2f}")


if __name__ == "__main__":
    main()
