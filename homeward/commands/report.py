"""`homeward report`: figures and tables of an authority for a period. What is in them is in `reporting`."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from homeward.reporting import Format
    from reporting.span import Span
    from routing.library import Packs


@click.command()
@click.argument("authority")
@click.option(
    "--period",
    required=True,
    metavar="PERIOD",
    help="Month, quarter or days: 2026-09, 2026-Q3 or 2026-04-01..2027-03-31.",
)
@click.option(
    "--table", default="summary", show_default=True,
    type=click.Choice(["summary", "episodes", "interviews", "meetings", "ssda903", "safeguarding"]),
    help="The figures, a list behind them, or a table in a prescribed format.",
)  # fmt: skip
@click.option("--format", "form", default="csv", show_default=True, type=click.Choice(["csv", "json"]))
@click.option(
    "--number", "system", metavar="SYSTEM",
    help="System whose number identifies a child. Defaults to the first number in the register.",
)  # fmt: skip
@click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
@click.option(
    "--packs", "folders", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with extra packs, besides those in the settings. Can be given more than once.",
)  # fmt: skip
def command(
    authority: str, period: str, table: str, form: "Format", system: str | None, database: str | None,
    folders: tuple[Path, ...],
) -> None:  # fmt: skip
    """Count or list what happened at an authority in a period.

    A period is whole days, London time: a month, a quarter of the calendar year, or a first and last day. The report
    goes to standard output. Rows to check before you use it go to standard error. Everything is counted from what is
    known now, so the report includes later corrections.

    Every table except the summary identifies children by number, and ssda903 gives their dates of birth.

    \b
    Examples:
      homeward report nottinghamshire --period 2026-09
      homeward report nottinghamshire --period 2026-Q3 --format json | jq .figures.interviews
      homeward report nottinghamshire --period 2026-09 --table episodes --number mosaic > episodes.csv
      homeward report nottinghamshire --period 2026-04-01..2027-03-31 --table ssda903 > missing.csv
    """
    from homeward.commands.database import chosen_database, faults_told
    from homeward.commands.installed import installed
    from homeward.reporting import report
    from reporting.tables import Asked

    span = _span(period)
    packs, _ = installed(folders)
    url = chosen_database(database)
    key = _key(packs, authority)
    own = {key, *(code.lower() for pack in packs.all()[key] for code in pack.codes)}
    with faults_told(url):
        made = asyncio.run(report(url, key, table, Asked(span, system, frozenset(own)), form))
    sys.stdout.buffer.write(made.written)
    for doubt in made.doubts:
        click.echo(f"Check before use: {doubt}", err=True)


def _span(period: str) -> "Span":
    from homeward import clock
    from reporting.span import Span

    try:
        span = Span.parse(period)
    except ValueError as error:
        raise click.UsageError(f"--period: {error}") from None
    now = clock.now()
    if span.since > now:
        raise click.UsageError(f"--period: {span.name} has not started.")
    if span.until > now:
        click.echo(f"{span.name} is not over yet. This is what is known so far.", err=True)
    return span


def _key(packs: "Packs", authority: str) -> str:
    key = packs.key_of(authority)
    if key is None or key not in packs.authorities:
        raise click.UsageError(f"Unknown authority '{authority}'. Choose one of: {', '.join(packs.authorities)}")
    return key
