"""`python -m bench`: every comparison A B A B on a real Kafka and real databases, as medians and ratios."""

import asyncio
import importlib.util
import itertools
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bench import idle, measures, relays
from bench.comparing import Comparison, table_of, write
from bench.databases import databases
from bench.machine import machine
from homeward.embedded import EmbeddedKafka
from homeward.logs import configure

DOCS = Path(__file__).parent.parent / "docs" / "speed"
_marks = (f"r{n}" for n in itertools.count(1))

Run = Callable[[], Coroutine[Any, Any, float | list[float]]]


@click.command()
@click.option("--quick", is_flag=True, help="In about two minutes: fewer records, rows and runs.")
@click.option("--rounds", type=int, help="How many times to run each of the two.")
@click.option("--only", multiple=True, type=click.Choice(["end-to-end", "relay", "latency", "idle"]))
@click.option("--on", multiple=True, type=click.Choice(["Postgres", "SQLite"]))
@click.option("--write", "keep", is_flag=True, help="Keep figures and chart in docs/speed.")
def main(quick: bool, rounds: int | None, only: tuple[str, ...], on: tuple[str, ...], keep: bool) -> None:
    """Compares the hub with the same work without a database, and its relay with bare record batches and with
    faststream-outbox where that is installed (make bench does so)."""
    configure("ERROR", "text")
    about, found = machine(), []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kafka = stack.enter_context(EmbeddedKafka(folder / "kafka")).bootstrap
        fresh = stack.enter_context(databases(folder))
        for name in on or fresh:
            bench = _Bench(kafka, name, fresh[name], quick, rounds or (2 if quick else 5))
            for part, work in bench.parts().items():
                if not only or part in only:
                    found += asyncio.run(work())
    console = Console(width=130)
    console.print(", ".join(f"{name} {value}" for name, value in about.items()))
    console.print(table_of(found))
    if keep:
        write(DOCS, about, found)


class _Bench:
    """The comparisons on one database."""

    def __init__(self, kafka: str, on: str, fresh: Callable[[], str], quick: bool, rounds: int) -> None:
        self._kafka, self._on, self._fresh, self._quick, self._rounds = kafka, on, fresh, quick, rounds

    def parts(self) -> dict[str, Callable[[], Coroutine[Any, Any, list[Comparison]]]]:
        return {
            "end-to-end": self._end_to_end, "relay": self._relay, "latency": self._latency, "idle": self._idle,
        }  # fmt: skip

    async def _end_to_end(self) -> list[Comparison]:
        count = 300 if self._quick else 3000
        made = Comparison("end to end", self._on, "notifications/s", "no database", "more")
        await self._turns(
            [made],
            lambda: measures.end_to_end("whole", self._kafka, next(_marks), self._fresh(), count),
            lambda: measures.end_to_end("bare", self._kafka, next(_marks), "", count),
        )
        return [made]

    async def _relay(self) -> list[Comparison]:
        count = 4000 if self._quick else 20_000
        few = count // 4

        def ours() -> Any:
            return self._on_topics(lambda mark: relays.relayed(self._kafka, self._fresh(), count, mark))

        bare = Comparison("relay", self._on, "rows/s", "send_batch", "more")
        await self._turns([bare], ours, lambda: self._on_topics(lambda mark: relays.bare(self._kafka, count, mark)))
        made = [bare]
        if self._on != "Postgres" or importlib.util.find_spec("faststream_outbox") is None:
            return made
        for name, workers in (("faststream-outbox, keys in order", 1), ("faststream-outbox, 16 workers", 16)):

            def theirs(workers: int = workers) -> Any:
                return self._on_topics(
                    lambda mark: relays.faststream_outbox(self._kafka, self._fresh(), few, mark, workers)
                )

            made.append(Comparison("relay", self._on, "rows/s", name, "more"))
            await self._turns(made[-1:], ours, theirs)
        return made

    async def _latency(self) -> list[Comparison]:
        made = []
        for rate, seconds in ((100, 3.0),) if self._quick else ((1, 20.0), (20, 10.0), (100, 10.0), (200, 10.0)):
            made += self._of_percentiles(f"in → out at {rate}/s", "no database")

            def run(kind: str, rate: int = rate, seconds: float = seconds) -> Any:
                database = self._fresh() if kind == "whole" else ""
                return measures.latency(kind, self._kafka, next(_marks), database, seconds, rate)

            await self._turns(made[-3:], lambda run=run: run("whole"), lambda run=run: run("bare"))
        return made

    async def _idle(self) -> list[Comparison]:
        rows = 30 if self._quick else 200
        made = self._of_percentiles("idle, commit → visible", "sent directly")
        await self._turns(
            made,
            lambda: idle.through_the_relay(self._kafka, self._fresh(), rows, next(_marks)),
            lambda: idle.directly(self._kafka, rows, next(_marks)),
        )
        return made

    def _of_percentiles(self, what: str, yardstick: str) -> list[Comparison]:
        return [Comparison(f"{what}, {p}", self._on, "ms", yardstick, "less") for p in ("p50", "p95", "p99")]

    async def _on_topics(self, run: Callable[[str], Coroutine[Any, Any, float]]) -> float:
        mark = next(_marks)
        await relays.make_topics(self._kafka, mark)
        return await run(mark)

    async def _turns(self, made: list[Comparison], ours: Run, theirs: Run) -> None:
        """A B A B; a run gives one figure, or one for each of `made`."""
        for _ in range(self._rounds):
            for run, into in ((ours, "ours"), (theirs, "theirs")):
                told = await run()
                figures = told if isinstance(told, list) else [told]
                for each, figure in zip(made, figures, strict=True):
                    getattr(each, into).append(figure)


if __name__ == "__main__":
    main()
