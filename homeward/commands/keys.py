"""`homeward keys`: whether the keys of what was received are there, and what to do where they are lost."""

from typing import TYPE_CHECKING

import click

from homeward.commands.database import on_store
from homeward.commands.looking import looks

if TYPE_CHECKING:
    from homeward.looking import Looker
    from store import Store

_database = click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")


@click.group()
def command() -> None:
    """Say whether the keys of what was received are there, or give them up. A hub without them goes on: it tells people
    and keeps time, but nobody can read what it received before, and nothing is erased.

    \b
    Examples:
      homeward keys status
      homeward keys give-up --why "the disk and its backups were lost"
    """


@command.command()
@_database
def status(database: str | None) -> None:
    """Say whether the keys are there. Exits with 1 where they are not.

    \b
    Examples:
      homeward keys status
    """
    from homeward.keeping.journal import lacks_keys, lines_missing

    async def standing(store: "Store") -> tuple[bool, int]:
        return await lacks_keys(store), len(await lines_missing(store))

    lost, missing = on_store(database, standing)
    if lost:
        raise click.ClickException(
            "The keys of what was received are not there. Correct HOMEWARD_KEYS_URL, or put the keys back from their "
            "own backup. If they are lost for good: homeward keys give-up."
        )
    if missing:
        raise click.ClickException(
            f"The journal of what was erased lacks {missing} lines that this database has obeyed: an older backup of "
            "the keys was put back. A hub that starts writes anew what the ledger tells of them. If some are still "
            "missed then, put a newer backup back; if there is none: homeward keys give-up."
        )
    click.echo("No keys are missed: they are there, or were given up.")


@command.command("give-up")
@looks
@_database
def give_up(looker: "Looker", database: str | None) -> None:
    """Go on with new keys, or with an older journal. What was received under keys that are lost is never read again.

    It is erased by that, for every child. Who gave the keys up, and why, stands in the ledger. Restart the hub. Restore
    no older backup of the database from then on: the journal of what was erased went with the keys.

    \b
    Examples:
      homeward keys give-up --why "the disk and its backups were lost"
    """
    from homeward import clock
    from homeward.keeping.journal import lacks_keys, lines_missing
    from store.looks import NO_AUTHORITY

    if not looker.why:
        raise click.UsageError("Say why, with --why: it is kept in the ledger.")

    async def given_up(store: "Store") -> bool:
        lost = await lacks_keys(store)
        if not lost and not await lines_missing(store):
            return False
        now = clock.now()
        await looker.write(store, NO_AUTHORITY, [], now)
        async with store.transaction() as tx:
            await tx.give_up_keys(lost, now)
        return True

    if not on_store(database, given_up):
        raise click.ClickException("The keys are there: there is nothing to give up.")
    click.echo("The old keys are given up. Restart the hub.")
