"""`homeward ledger`: proves that the ledger is what was written, and shows the roots that vouch for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from store import Transaction
    from store.proof import LedgerProof
    from store.roots import LedgerRoot

_T = TypeVar("_T")
_database = click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
_PAGE = 1000


@click.group()
def command() -> None:
    """Prove that nothing in the ledger was changed, put in or taken out, and show what vouches for it.

    \b
    Examples:
      homeward ledger verify
      homeward ledger roots
    """


@command.command()
@click.option(
    "--root", "roots", multiple=True, metavar="HASH", help="A root that must be there, from an e-mail or a stamp."
)
@_database
def verify(roots: tuple[str, ...], database: str | None) -> None:
    """Read the whole ledger and name every row that was changed, put in or taken out.

    Purged contents still prove. Exits with 1 where something is wrong. What nobody can see yet is told in
    docs/custody.md. A hub may go on meanwhile.

    \b
    Examples:
      homeward ledger verify
      homeward ledger verify --root 5f0c...
    """

    async def prove(tx: "Transaction") -> "tuple[LedgerProof, list[str]]":
        held = {root.root async for root in _every_root(tx)} if roots else set()
        return await tx.prove_ledger(), [root for root in roots if root not in held]

    proof, lacking = _read(database, prove)
    _say(proof)
    for root in lacking:
        click.echo(f"Root {root} is not among those that are held: what it vouched for was taken out or written anew.")
    if faults := len(proof.faults) + len(lacking):
        raise click.ClickException(
            f"The ledger is not what was written: {faults} {'fault' if faults == 1 else 'faults'}."
        )
    click.echo("The ledger is what was written.")


@command.command("roots")
@click.option("--all", "every", is_flag=True, help="Every root, not only those that close a day and the newest.")
@_database
def roots_(every: bool, database: str | None) -> None:
    """List the roots: number, when it was made, which day it closes, how many rows it seals, and its hash.

    Each root vouches for all rows before it. Keep the hash of one outside of the hub, and nobody can write anew what it
    vouches for without being found out.

    \b
    Examples:
      homeward ledger roots
      homeward ledger roots --all
    """

    async def listed(tx: "Transaction") -> "list[LedgerRoot]":
        return [root async for root in _every_root(tx)]

    found = _read(database, listed)
    for root in found:
        if every or root.closes or root is found[-1]:
            closes = f"closes {root.closes}" if root.closes else " " * 17
            click.echo(f"{root.number:>8}  {root.at:%Y-%m-%d %H:%M:%S}Z  {closes}  {root.rows:>6} rows  {root.root}")
    if not found:
        click.echo("There is no root yet. A running hub makes the first one within minutes.")


async def _every_root(tx: "Transaction") -> AsyncIterator["LedgerRoot"]:
    number = 0
    while page := await tx.roots_after(number, _PAGE):
        for root in page:
            yield root
        number = page[-1].number


def _say(proof: "LedgerProof") -> None:
    for fault in proof.faults:
        click.echo(str(fault))
    newest = proof.newest
    click.echo(f"{proof.rows} rows read, of which roots vouch for {proof.sealed}.")
    if newest is not None:
        click.echo(f"Newest root: {newest.number}, of {newest.at:%Y-%m-%d %H:%M:%S}Z, {newest.root}")
    if proof.without_link:
        click.echo(
            f"{proof.without_link} of these rows stand in no chain: a hub of an earlier version wrote them beside this "
            "one, or somebody put them in before they were sealed."
        )


def _read(database: str | None, ask: "Callable[[Transaction], Awaitable[_T]]") -> _T:
    """Asks in one view of the database that is chosen; a hub may go on."""
    from homeward.commands.database import chosen_database, faults_told
    from store import Store

    url = chosen_database(database)

    async def asked() -> _T:
        store = Store.open(url, within=None)
        try:
            async with store.reading() as tx:
                return await ask(tx)
        finally:
            await store.close()

    with faults_told(url):
        return asyncio.run(asked())
