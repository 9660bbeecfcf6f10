"""`homeward deliveries`: lists what could not be delivered, and releases it once the cause is fixed."""

import click

from homeward.commands.database import on_database

_database = click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")


@click.group()
def command() -> None:
    """List deliveries that are held up (parked, dead or in doubt), and release them.

    \b
    Examples:
      homeward deliveries list
      homeward deliveries release 123 124
      homeward deliveries release --all --new-address
    """


@command.command("list")
@_database
def list_(database: str | None) -> None:
    """List deliveries that are held up.

    Each line gives the number, state, time, type, destination, how many wait behind it, and the reason.

    \b
    Examples:
      homeward deliveries list
    """
    held = on_database(database, lambda transaction: transaction.held_up())
    for row in held:
        tries = "attempt" if row.attempts == 1 else "attempts"
        behind = f", {row.waiting} waiting behind it" if row.waiting else ""
        click.echo(
            f"{row.position}  {row.state}  since {row.since:%Y-%m-%d %H:%M}Z after {row.attempts} {tries}  "
            f"{row.type} to {row.destination}{behind}: {row.detail or 'no reason given'}"
        )
    if not held:
        click.echo("Nothing is held up.")


@command.command("release")
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="Release everything that is held up.")
@click.option("--new-address", is_flag=True, help="Look up the address again, after a change to the directory.")
@_database
def release(numbers: tuple[int, ...], every: bool, new_address: bool, database: str | None) -> None:
    """Release deliveries, so that the running hub tries them again.

    A delivery that was in doubt may arrive twice, with the same Message-ID.

    \b
    Examples:
      homeward deliveries release 123
      homeward deliveries release --all
    """
    if bool(numbers) == every:
        raise click.UsageError("Give the numbers of the deliveries, or --all.")
    if every:
        numbers = tuple(row.position for row in on_database(database, lambda transaction: transaction.held_up()))
    freed = on_database(database, lambda transaction: transaction.release(numbers, new_address))
    click.echo(f"{freed} released. The running hub tries them again.")
    if freed < len(set(numbers)):
        raise click.ClickException(f"{len(set(numbers)) - freed} of these deliveries were not held up.")
