"""`homeward backup`: everything that Homeward knows, in one file."""

import asyncio
from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
def command(file: Path, database: str | None) -> None:
    """Copy everything that Homeward knows into FILE, as it stands now, and check it. The hub may go on.

    The file is a SQLite database, also where the hub uses Postgres. Only you can read it. It holds personal data: keep
    it as safe as the database.

    \b
    Examples:
      homeward backup homeward-2026-03-02.db
    """
    from homeward.commands.database import chosen_database, custody_faults_told, say_copied
    from homeward.custody import back_up

    source = chosen_database(database)
    with custody_faults_told(source):
        counts = asyncio.run(back_up(source, file, say_copied))
    click.echo(f"Backed up {sum(counts.values())} rows to {file}, and the ledger holds.")
