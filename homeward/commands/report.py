"""`homeward report`: figures and tables of an authority for a period. What is in them is in `reporting`."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeward.commands.installed import EXTRA_PACKS
from homeward.commands.looking import looks

if TYPE_CHECKING:
    from datetime import datetime

    from homeward.looking import Looker
    from homeward.reporting import Format, PeriodReport
    from reporting.span import Span
    from routing.library import Packs

REFUSED = 3
"""The exit code where the report was made and its recipient would refuse some of its rows."""


@click.command()
@click.argument("authority")
@click.option(
    "--period", required=True, metavar="PERIOD",
    help="2026-09 (month), 2026-Q3 (calendar quarter), 2026/27 (council year, from April), 2026/27-Q2 (council "
    "quarter) or 2026-04-01..2027-03-31 (first and last day).",
)  # fmt: skip
@click.option(
    "--table", default="summary", show_default=True,
    type=click.Choice(["summary", "episodes", "interviews", "meetings", "ssda903", "safeguarding", "annex-a"]),
    help="The figures, a list behind them, or a table in a prescribed form.",
)  # fmt: skip
@click.option("--format", "form", default="csv", show_default=True, type=click.Choice(["csv", "json", "xlsx"]))
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Folder to write to. The file names give the authority, the table and the days.",
)  # fmt: skip
@click.option(
    "--number", "system", metavar="SYSTEM",
    help="System whose number identifies a child. Defaults to the first number in the register.",
)  # fmt: skip
@click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
@EXTRA_PACKS
@looks
def command(
    authority: str, period: str, table: str, form: "Format", out: Path | None, system: str | None,
    database: str | None, folders: tuple[Path, ...], looker: "Looker",
) -> None:  # fmt: skip
    """Count or list what happened at an authority in a period.

    A period is whole days, London time. Everything is counted from what is known now, so the report includes later
    corrections. It goes to standard output, or with --out to files.

    Rows that a return would refuse stay in the report. They are listed with their reasons: in the file
    ...-refusals.csv, in the workbook or JSON itself, and on standard error. The exit code is then 3.

    Every table except the summary identifies children by number. ssda903 and annex-a give their dates of birth.
    For these the ledger keeps who looked.

    \b
    Examples:
      homeward report nottinghamshire --period 2026-09
      homeward report nottinghamshire --period 2026/27-Q2 --format json | jq .figures.interviews
      homeward report nottinghamshire --period 2026-09 --table episodes --number mosaic > episodes.csv
      homeward report nottinghamshire --period 2026/27 --table ssda903 --number mosaic --out returns
      homeward report nottinghamshire --period 2026/27 --table annex-a --format xlsx --out returns
    """
    from homeward.commands.database import chosen_database, faults_told
    from homeward.commands.installed import installed
    from homeward.reporting import report
    from reporting.tables import Asked

    if form == "xlsx" and out is None:
        raise click.UsageError("--format xlsx needs --out: a workbook cannot be shown on a terminal.")
    at, span = _span(period, table)
    packs, _ = installed(folders)
    url = chosen_database(database)
    key = _key(packs, authority)
    own = {key, *(code.lower() for pack in packs.all()[key] for code in pack.codes)}
    with faults_told(url):
        made = asyncio.run(report(url, key, table, Asked(span, system, frozenset(own), at, packs), looker))
    click.echo(f"{key}, {table}: {span.told}", err=True)
    if out is None:
        sys.stdout.buffer.write(made.written(form))
    else:
        _write(out, made.files(form))
    if made.refused:
        _tell_refusals(made)
        sys.exit(REFUSED)


def _span(period: str, table: str) -> "tuple[datetime, Span]":
    """Now, and the days that are asked for."""
    from homeward import clock
    from reporting.span import Span

    try:
        span = Span.parse(period)
    except ValueError as error:
        raise click.UsageError(f"--period: {error}.") from None
    now = clock.now()
    if span.since > now:
        raise click.UsageError(f"--period: {period} has not started.")
    if span.until > now:
        click.echo(f"{period} is not over yet. This is what is known so far.", err=True)
    if table == "ssda903" and not span.is_council_year:
        click.echo("SSDA903 is collected for a council year, such as --period 2026/27.", err=True)
    if table == "annex-a" and not span.is_year:
        click.echo("Annex A asks for 12 months, such as --period 2025-10-01..2026-09-30.", err=True)
    return now, span


def _key(packs: "Packs", authority: str) -> str:
    key = packs.key_of(authority)
    if key is None or key not in packs.authorities:
        raise click.UsageError(f"Unknown authority '{authority}'. Choose one of: {', '.join(packs.authorities)}")
    return key


def _write(folder: Path, files: dict[str, bytes]) -> None:
    """Files that nobody but their owner may read: most of them are personal data."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            path = folder / name
            path.unlink(missing_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
            click.echo(str(path))
    except OSError as error:
        raise click.ClickException(f"Cannot write to {folder}: {error.strerror}.") from None


def _tell_refusals(made: "PeriodReport") -> None:
    """Row by row, in words that name no child."""
    for refusal in made.refused:
        rule = f" (check {refusal.rule})" if refusal.rule else ""
        where = f"row {refusal.row}, episode {refusal.entry.episode.id}"
        click.echo(f"Would be refused: {where}: {refusal.column}: {refusal.reason}{rule}.", err=True)
    click.echo(f"{made.refused_rows} of {len(made.rows)} rows would be refused.", err=True)
