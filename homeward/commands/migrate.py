"""`homeward migrate`: bring the database to its newest form. The steps live in `store.migrations`."""

import asyncio

import click


@click.command()
@click.option("--database", metavar="URL", help="Database to work on; without it, the one that the settings name.")
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if a step is missing.")
def command(database: str | None, check: bool) -> None:
    """Bring the database to its newest form: all missing steps, or none. To be run before a new version starts.

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
        raise click.ClickException(f"steps are missing: {', '.join(steps)}. Run `homeward migrate`.")
    done = f"took step {', '.join(steps)}: the database is" if steps else "the database is already"
    click.echo(f"{done} at its newest form")
