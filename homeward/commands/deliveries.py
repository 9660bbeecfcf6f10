"""`homeward deliveries`: lists what has not arrived, and releases it once the cause is fixed."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from homeward.commands.database import on_database

if TYPE_CHECKING:
    from store import HeldUp, Transaction
    from store.delivery_status import WaitingCount

_database = click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")


@click.group()
def command() -> None:
    """List deliveries that have not arrived (retrying, parked, failed, bounced or in doubt), and release them.

    \b
    Examples:
      homeward deliveries list
      homeward deliveries release 123 124
      homeward deliveries release --all --new-address
    """


@command.command("list")
@_database
def list_(database: str | None) -> None:
    """List deliveries that have not arrived.

    Each line gives the number, state, time, type, destination, how many wait behind it, and the reason. Then come the
    numbers of those that wait for each way out.

    \b
    Examples:
      homeward deliveries list
    """
    held, waiting = on_database(database, _not_arrived)
    for row in held:
        click.echo(_line(row))
    for count in waiting:
        click.echo(f"{count.rows} {count.state} by {count.channel} ({count.urgency}), oldest since {_at(count.oldest)}")
    if not held and not waiting:
        click.echo("Nothing is held up.")


async def _not_arrived(transaction: "Transaction") -> "tuple[list[HeldUp], list[WaitingCount]]":
    waiting = [count for count in await transaction.waiting_counts() if count.state != "retrying"]
    return await transaction.held_up(retrying=True), waiting


def _line(row: "HeldUp") -> str:
    tries = f"{row.attempts} {'attempt' if row.attempts == 1 else 'attempts'}"
    since = f"since {_at(row.since or row.at)} after {tries}"
    behind = f", {row.waiting} waiting behind it" if row.waiting else ""
    again = f"; next attempt {_at(row.next_attempt_at)}" if row.next_attempt_at else ""
    state, reason = row.state.replace("_", " "), row.detail or "no reason given"
    return f"{row.position}  {state}  {since}  {row.type} to {row.destination}{behind}: {reason}{again}"


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M}Z"


@command.command("release")
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="Release everything that has not arrived: all is due at once.")
@click.option(
    "--new-address", is_flag=True,
    help="Look up the addresses again, after a change to the directory, for all that waits for the same recipient.",
)  # fmt: skip
@_database
def release(numbers: tuple[int, ...], every: bool, new_address: bool, database: str | None) -> None:
    """Release deliveries, so that the running hub tries them again at once.

    A delivery that was in doubt may arrive twice, with the same Message-ID. The e-mail then says so.

    \b
    Examples:
      homeward deliveries release 123
      homeward deliveries release --all
    """
    if bool(numbers) == every:
        raise click.UsageError("Give the numbers of the deliveries, or --all.")
    if every:
        held = on_database(database, lambda transaction: transaction.held_up(retrying=True))
        numbers = tuple(row.position for row in held)
    freed = on_database(database, lambda transaction: transaction.release(numbers, new_address))
    click.echo(f"{freed} released. The running hub tries them again.")
    if freed < len(set(numbers)):
        raise click.ClickException(f"{len(set(numbers)) - freed} of these deliveries were not held up.")
