"""`homeward migrate`: brings the database schema up to date. The migrations live in `store.migrations`."""

import asyncio

import click


@click.command()
@click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
@click.option("--check", is_flag=True, help="Change nothing. Exit with 1 if a migration is missing.")
def command(database: str | None, check: bool) -> None:
    """Bring the database schema up to date. Applies all missing migrations, or none.

    Run it before you start a new version.

    \b
    Examples:
      homeward migrate
      homeward migrate --check
      homeward migrate --database sqlite+aiosqlite:///var/homeward.db
    """
    from homeward.commands.database import chosen_database, faults_told
    from store.migrating import migrate, missing_steps

    url = chosen_database(database)
    with faults_told(url):
        steps = asyncio.run(missing_steps(url) if check else migrate(url))
    if check and steps:
        raise click.ClickException(f"Migrations are missing: {', '.join(steps)}. Run `homeward migrate`.")
    done = f"Applied {', '.join(steps)}. The database is" if steps else "The database is already"
    click.echo(f"{done} up to date.")
