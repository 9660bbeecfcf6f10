"""`homeward restore`: a backup into an empty database, or a drill that shows what it would give back."""

import asyncio
from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--database", metavar="URL", help="The database to fill, which must be empty. Defaults to the settings.")
@click.option("--drill", is_flag=True, help="Change nothing: show what FILE would give back.")
def command(file: Path, database: str | None, drill: bool) -> None:
    """Fill an empty database with what `homeward backup` has put into FILE.

    Then reset the consumer group to the time of the backup, so that what came since is read again: see "Backups" in
    docs/operating.md. A drill exits with 1 where the backup does not hold.

    \b
    Examples:
      homeward restore homeward-2026-03-02.db --drill
      homeward restore homeward-2026-03-02.db
    """
    from homeward.commands.database import chosen_database, custody_faults_told, say_copied
    from homeward.custody import restore

    if drill:
        _drill(file)
        return
    target = chosen_database(database)
    with custody_faults_told(target):
        counts = asyncio.run(restore(file, target, say_copied))
    click.echo(f"Restored {sum(counts.values())} rows, and the ledger holds. Now reset the consumer group.")


def _drill(file: Path) -> None:
    from homeward.commands.database import custody_faults_told, say_copied
    from homeward.custody import drill, ledger_faults_told
    from homeward.settings import SettingsError, load_settings
    from homeward.wiring import library
    from routing.tables import PackError

    try:
        packs, _ = library(load_settings())
    except (SettingsError, PackError) as error:
        raise click.ClickException(str(error)) from None
    with custody_faults_told(str(file)):
        found = asyncio.run(drill(file, packs))
    for table, rows in sorted(found.rows.items()):
        say_copied(table, rows)
    if found.faulty:
        raise click.ClickException(ledger_faults_told(found.faulty))
    if found.lacking:
        raise click.ClickException(f"Episodes need packs that are not here: {', '.join(found.lacking)}. Put them back.")
    click.echo("The backup holds: every table can be restored, the ledger is what was written, and no pack is missing.")
