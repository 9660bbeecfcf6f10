"""`homeward move`: everything from one database into another, such as from SQLite to Postgres."""

import asyncio

import click


@click.command()
@click.option("--to", "target", metavar="URL", required=True, help="The database to fill. It must be empty.")
@click.option("--database", metavar="URL", help="The database to move. Defaults to the one in the settings.")
def command(target: str, database: str | None) -> None:
    """Copy everything into another, empty database, and check it there. The old database stays as it is.

    Stop every hub first. Afterwards set HOMEWARD_DATABASE_URL to the new one, and start them.

    \b
    Examples:
      homeward move --to postgresql+asyncpg://homeward@db/homeward
      homeward move --database sqlite+aiosqlite:///var/homeward.db --to postgresql+asyncpg://homeward@db/homeward
    """
    from homeward.commands.database import chosen_database, custody_faults_told, say_copied
    from homeward.custody import move
    from store.engine import keys_named, shown

    source = chosen_database(database)
    with custody_faults_told(target):
        counts = asyncio.run(move(source, target, say_copied))
    click.echo(
        f"Moved {sum(counts.values())} rows, and the ledger holds. Now set HOMEWARD_DATABASE_URL to the new database."
    )
    if keys := keys_named(source):
        click.echo(f"The keys of its contents stay where they are: set HOMEWARD_KEYS_URL to {shown(keys)}.")
