"""`homeward deliveries`: lists what has not arrived, releases it once the cause is fixed, and pauses and resumes
what is to be left alone meanwhile."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from homeward.commands.database import on_database

if TYPE_CHECKING:
    from store import HeldUp, Transaction
    from store.delivery_status import WaitingCount
    from store.pausing import PausedDeliveries

_database = click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")


@click.group()
def command() -> None:
    """List deliveries that have not arrived (retrying, parked, failed, bounced or in doubt), and release them. Pause a
    destination while it is mended, and resume it.

    \b
    Examples:
      homeward deliveries list
      homeward deliveries release 123 124
      homeward deliveries release --all --new-address
      homeward deliveries pause mail/nottinghamshire/team_manager --by h.ops --why "mailbox is being moved"
      homeward deliveries resume mail/nottinghamshire/team_manager --by h.ops
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
    held, waiting, paused = on_database(database, _not_arrived)
    for each in paused:
        click.echo(_paused_line(each))
    for row in held:
        click.echo(_line(row))
    for count in waiting:
        click.echo(f"{count.rows} {count.state} by {count.channel} ({count.urgency}), oldest since {_at(count.oldest)}")
    if not held and not waiting and not paused:
        click.echo("Nothing is held up.")


async def _not_arrived(transaction: "Transaction") -> "tuple[list[HeldUp], list[WaitingCount], list[PausedDeliveries]]":
    waiting = [count for count in await transaction.waiting_counts() if count.state != "retrying"]
    return await transaction.held_up(retrying=True), waiting, await transaction.paused()


def _paused_line(each: "PausedDeliveries") -> str:
    pause = each.pause
    oldest = f", oldest since {_at(each.oldest)}" if each.oldest else ""
    return f"{pause.name}  paused  since {_at(pause.at)} by {pause.by}, {each.waiting} waiting{oldest}: {pause.why}"


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


_by = click.option("--by", required=True, metavar="ID", help="Who does it, as the ledger is to say.")


@command.command("pause")
@click.argument("name")
@_by
@click.option("--why", required=True, help="Why, for whoever is told of a message that waits. Name no child.")
@_database
def pause(name: str, by: str, why: str, database: str | None) -> None:
    """Pause a destination, a lane or a whole way out: the hub leaves it alone until you resume it.

    NAME is a destination as `list` shows it, the number of a delivery (its lane: the same subject and destination), or
    `mail` or `topic` for everything that goes that way. An immediate message that waits behind it is told as held up.

    \b
    Examples:
      homeward deliveries pause mail/nottinghamshire/team_manager --by h.ops --why "mailbox is being moved"
      homeward deliveries pause 123 --by h.ops --why "sent to the wrong team"
      homeward deliveries pause mail --by h.ops --why "the mail server is being replaced"
    """
    from homeward import clock
    from store.pausing import Pause

    now = clock.now()

    async def work(transaction: "Transaction") -> "tuple[str, bool, int]":
        whole = await _whole_name(transaction, name)
        is_new = await transaction.pause(Pause(whole, by, now, why))
        return whole, is_new, next(p.waiting for p in await transaction.paused() if p.pause.name == whole)

    whole, is_new, waiting = on_database(database, work)
    if not is_new:
        raise click.ClickException(f"{whole} is paused already. See: homeward deliveries list")
    click.echo(f"{whole} is paused. {waiting} wait behind it now.")


@command.command("resume")
@click.argument("name")
@_by
@_database
def resume(name: str, by: str, database: str | None) -> None:
    """Resume what was paused: the running hub sends what waited, in its order.

    NAME is what `list` shows as paused, or the number of a delivery whose lane was paused.

    \b
    Examples:
      homeward deliveries resume mail/nottinghamshire/team_manager --by h.ops
    """
    from homeward import clock

    now = clock.now()

    async def work(transaction: "Transaction") -> "tuple[str, bool]":
        whole = await _whole_name(transaction, name)
        return whole, await transaction.resume(whole, by, now)

    whole, done = on_database(database, work)
    if not done:
        raise click.ClickException(f"{whole} is not paused. See: homeward deliveries list")
    click.echo(f"{whole} is resumed. The running hub sends what waited.")


async def _whole_name(transaction: "Transaction", name: str) -> str:
    """The name to pause by. A mistyped one would hold up nothing, in silence."""
    if name.isdecimal():
        lane = await transaction.lane_of(int(name))
        if lane is None:
            raise click.ClickException(f"There is no delivery {name}. See: homeward deliveries list")
        return lane
    from homeward.channels import channels

    way, _, where = name.rpartition("|")[2].partition("/")
    parts = [part for part in where.split("/") if part]
    if way not in channels() or ("/" in name and len(parts) < (1 if way == "topic" else 2)):
        raise click.ClickException(
            f"{name} is no destination. Use mail/<authority>/<role>, topic/<name>, {', '.join(channels())}, or the "
            "number of a delivery"
        )
    return name
