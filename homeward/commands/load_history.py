"""`homeward load-history`: a year of reports without a message, and the clocks of what is still open at its end."""

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeward.commands.looking import looks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homeward.history import HistoryLoad, HistoryToLoad, LoadedAbsence, Unusable
    from homeward.looking import Looker
    from homeward.settings import Settings
    from intake.records import RawRecord

_SHOWN = 20


@click.command()
@click.argument("sources", nargs=-1, metavar="[FILE|TOPIC]...")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="The last day to load, in London.")
@click.option("--dry-run", is_flag=True, help="Load into memory only, and show what would come of it.")
@click.option(
    "--start", "references", multiple=True, metavar="REFERENCE",
    help="Start the clocks of a loaded absence: its incident, or FORCE/INCIDENT. Can be given more than once.",
)  # fmt: skip
@click.option("--all", "every", is_flag=True, help="Start the clocks of every loaded absence that is still open.")
@click.option(
    "--env-file", type=click.Path(dir_okay=False, path_type=Path), help="File of HOMEWARD_VARIABLE=value lines."
)
@looks
def command(
    sources: tuple[str, ...],
    until: datetime | None,
    dry_run: bool,
    references: tuple[str, ...],
    every: bool,
    env_file: Path | None,
    looker: "Looker",
) -> None:
    """Load reports from before the first live day, without a message.

    FILE holds inbound messages as structured CloudEvents, one JSON object per line. TOPIC is one of the hub's inbound
    topics. All of them are taken in together, in the order in which they were sent. What happened is known from then on
    and counts ("three in 90 days"); nobody is told, and no time limit runs. Loading the same again, or reading it live,
    changes nothing.

    What is still open at the end is listed, and the ledger keeps who looked. Its time limits run when you start them.

    \b
    Examples:
      homeward load-history year.jsonl --until 2026-02-28 --dry-run
      homeward load-history year.jsonl --until 2026-02-28
      homeward load-history --start P-1
      homeward load-history --all
    """
    from homeward.commands.database import faults_told, kafka_faults_told
    from homeward.settings import SettingsError, load_settings
    from routing.tables import PackError

    if bool(sources) == bool(references or every):
        raise click.UsageError("Name what to load, or what to start with --start or --all.")
    if sources and until is None:
        raise click.UsageError("--until is missing: the last day to load, such as 2026-02-28.")
    try:
        settings = load_settings(env_file)
        with faults_told(settings.database), kafka_faults_told(settings):
            if until is not None and sources:
                asyncio.run(_load(settings, *_divided(sources), until.date(), dry_run, looker))
            else:
                asyncio.run(_start(settings, references))
    except (SettingsError, PackError) as error:
        raise click.ClickException(str(error)) from None


# ---- loading


async def _load(
    settings: "Settings", files: list[Path], topics: list[str], until: date, dry_run: bool, looker: "Looker"
) -> None:
    from homeward import clock
    from homeward.history import HistoryLoad, history_to_load, lines_of, loaded_absences
    from homeward.wiring import library, weights
    from store import Store

    packs, directories = library(settings)
    found = [each for file in files for each in lines_of(file, settings.limits)]
    found += [each for topic in topics for each in await _records_of(settings, topic)]
    history = history_to_load(found, until, settings.limits)
    _show_unusable(history)
    store = Store.open("sqlite+aiosqlite://" if dry_run else settings.database)
    try:
        if dry_run:
            await store.create()
        load = HistoryLoad(store, packs, directories, weights(settings), settings.limits)
        fresh = await _with_a_bar(load, history)
        still = [each for each in await loaded_absences(store, packs.authorities) if each.is_open]
        if still and not dry_run:  # what is in a file and in memory alone is no record of a child
            await looker.write_all(store, [(each.authority, each.episode) for each in still], clock.now())
    finally:
        await store.close()
    before = len(history.records) - fresh
    click.echo(
        f"{'Would load' if dry_run else 'Loaded'} {fresh} reports up to {until}. "
        f"Loaded before: {before}. Later: {history.later}. Unusable: {len(history.unusable)}."
    )
    _show_open(still)


def _divided(sources: tuple[str, ...]) -> tuple[list[Path], list[str]]:
    """The files and the topics among what is named."""
    from schemas.topics import PATTERNS, parse_topic

    files, topics = list[Path](), list[str]()
    for source in sources:
        topic = parse_topic(source)
        if Path(source).is_file():
            files.append(Path(source))
        elif topic is not None and topic.kind in PATTERNS:
            topics.append(source)
        else:
            raise click.UsageError(
                f"{source} is neither a file nor an inbound topic, such as police.xx.notifications.v1."
            )
    return files, topics


async def _records_of(settings: "Settings", topic: str) -> "list[RawRecord | Unusable]":
    """All that a topic holds at this moment."""
    from consumers.rereading import read_topic
    from homeward.hub import cluster_id
    from homeward.wiring import consumer_connection

    found: list[RawRecord | Unusable] = []

    async def keep(batch: "Sequence[RawRecord]") -> None:
        found.extend(batch)

    await read_topic(consumer_connection(settings), topic, await cluster_id(settings), keep, settings.batch_records)
    return found


async def _with_a_bar(load: "HistoryLoad", history: "HistoryToLoad") -> int:
    import sys

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Loading history"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    plain = getattr(sys.stderr, "within", sys.stderr)  # a bar moves the cursor, and says nothing of its own
    console = Console(file=plain)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("history", total=len(history.records))
        return await load.run(history.records, lambda records: bar.advance(task, records))


def _show_unusable(history: "HistoryToLoad") -> None:
    for each in history.unusable[:_SHOWN]:
        click.echo(f"{each.place}: {each.why}", err=True)
    if len(history.unusable) > _SHOWN:
        click.echo(f"… and {len(history.unusable) - _SHOWN} more that cannot be loaded.", err=True)


def _show_open(still: "list[LoadedAbsence]") -> None:
    if not still:
        click.echo("No loaded absence is still open.")
        return
    click.echo(f"Still open, with their time limits standing still: {len(still)}")
    for each in still:
        click.echo(f"  {each.authority}  {each.force}/{each.incident}  since {each.since:%Y-%m-%d %H:%M}Z")
    click.echo("To start their time limits: homeward load-history --start REFERENCE, or --all")


# ---- starting


async def _start(settings: "Settings", references: tuple[str, ...]) -> None:
    from consumers.parsing import parse_record
    from homeward import clock
    from homeward.history import loaded_absences, start
    from homeward.wiring import library, weights
    from intake.intake import Intake
    from store import Store

    packs, directories = library(settings)
    store = Store.open(settings.database)
    try:
        chosen = _chosen(await loaded_absences(store, packs.authorities), references)
        intake = Intake(store, packs, directories, parse_record, clock.now, model=weights(settings))
        count = await start(chosen, intake.start_clocks)
    finally:
        await store.close()
    click.echo(f"Time limits started: {count}.")


def _chosen(loaded: "list[LoadedAbsence]", references: tuple[str, ...]) -> "list[LoadedAbsence]":
    """Those that are named, or all that are still open."""
    if not references:
        return [each for each in loaded if each.is_open]
    for reference in references:
        if not any(each.is_called(reference) for each in loaded):
            raise click.UsageError(f"No loaded absence whose time limits stand still is called {reference}.")
    return [each for each in loaded if any(each.is_called(reference) for reference in references)]
