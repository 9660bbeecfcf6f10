"""`homeward deliveries`: what could not be delivered, and letting it be tried again once its cause is mended."""

import click

from homeward.commands.database import on_database

_database = click.option(
    "--database", metavar="URL", help="Database to work on; without it, the one that the settings name."
)


@click.group()
def command() -> None:
    """List what is held up (parked, dead, in doubt) and let it be tried again.

    \b
    Examples:
      homeward deliveries list
      homeward deliveries release 123 124
      homeward deliveries release --all --new-address
    """


@command.command("list")
@_database
def list_(database: str | None) -> None:
    """One line for each delivery that is held up: number, state, since when, what, where to, why, what waits behind.

    \b
    Examples:
      homeward deliveries list
    """
    held = on_database(database, lambda transaction: transaction.held_up())
    for row in held:
        behind = f", {row.waiting} waiting behind it" if row.waiting else ""
        click.echo(
            f"{row.position}  {row.state}  since {row.since:%Y-%m-%d %H:%M}Z after {row.attempts} attempts  "
            f"{row.type} to {row.destination}: {row.detail or 'no reason given'}{behind}"
        )
    if not held:
        click.echo("nothing is held up")


@command.command("release")
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="Everything that is held up.")
@click.option("--new-address", is_flag=True, help="Look the address up anew: the directory was mended.")
@_database
def release(numbers: tuple[int, ...], every: bool, new_address: bool, database: str | None) -> None:
    """Let deliveries be tried again from the beginning. One that was in doubt may arrive twice, as the same message.

    \b
    Examples:
      homeward deliveries release 123
      homeward deliveries release --all
    """
    if bool(numbers) == every:
        raise click.UsageError("name the deliveries by number, or give --all")
    if every:
        numbers = tuple(row.position for row in on_database(database, lambda transaction: transaction.held_up()))
    freed = on_database(database, lambda transaction: transaction.release(numbers, new_address))
    click.echo(f"{freed} to be tried again by the running hub")
    if freed < len(set(numbers)):
        raise click.ClickException(f"{len(set(numbers)) - freed} of them were not held up")
