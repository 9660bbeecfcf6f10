"""`homeward ledger`: proves that the ledger is what was written, shows the roots that vouch for it, and has them
stamped."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeward.commands.database import on_store, on_view

if TYPE_CHECKING:
    from store import Transaction
    from store.proof import LedgerProof
    from store.roots import LedgerRoot

_database = click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
_NOTHING_VOUCHES = (
    "There is no root: nothing vouches that these rows are all that was ever written. A running hub makes the first "
    "one within minutes. If one has ever run on this database, all roots were taken out."
)
_NO_ROOT = "There is no root yet. A running hub makes the first one within minutes."


@click.group()
def command() -> None:
    """Prove that nothing in the ledger was changed, put in or taken out, and show what vouches for it.

    \b
    Examples:
      homeward ledger verify
      homeward ledger roots
      homeward ledger stamp
    """


@command.command()
@click.option(
    "--certificates", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Check the stamps too, trusting the certificates (PEM) in this file.",
)  # fmt: skip
@click.option(
    "--root", "roots", multiple=True, metavar="HASH", help="A root that must be there, from an e-mail or a stamp."
)
@_database
def verify(file: Path | None, roots: tuple[str, ...], database: str | None) -> None:
    """Read the whole ledger and name every row that was changed, put in or taken out.

    Purged contents still prove. Exits with 1 where something is wrong. What nobody can see yet is told in
    docs/custody.md. A hub may go on meanwhile.

    \b
    Examples:
      homeward ledger verify
      homeward ledger verify --root d0b6ab96b6a9c2b2cbdb4c4a6ac2b5ab4c0f6ab4b6a9c2b2cbdb4c4a6ac2b5ab
      homeward ledger verify --certificates service.pem
    """
    from cryptography.x509 import load_pem_x509_certificates

    from homeward.witnesses_heard import faults_of_roots, faults_of_stamps

    try:
        trusted = load_pem_x509_certificates(file.read_bytes()) if file else None
    except ValueError:
        raise click.ClickException(f"{file} holds no certificates in PEM form.") from None

    async def prove(tx: "Transaction") -> "tuple[LedgerProof, list[str]]":
        others = await faults_of_roots(tx, roots) if roots else []
        return await tx.prove_ledger(), others + (await faults_of_stamps(tx, trusted) if trusted else [])

    proof, others = on_view(database, prove)
    _say(proof)
    for line in others:
        click.echo(line)
    if faults := len(proof.faults) + len(others):
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
    from homeward.stamping import stamp_time
    from homeward.witnesses_heard import every_root

    async def listed(tx: "Transaction") -> "tuple[list[LedgerRoot], dict[int, datetime | None]]":
        return await every_root(tx), {stamp.number: stamp_time(stamp) for stamp in await tx.stamps()}

    found, stamps = on_view(database, listed)
    for root in found:
        if every or root.closes or root is found[-1]:
            closes = f"closes {root.closes}" if root.closes else " " * 17
            at = stamps.get(root.number)
            stamp = f"  stamped {at:%Y-%m-%d %H:%M:%S}Z" if at else ""
            click.echo(
                f"{root.number:>8}  {root.at:%Y-%m-%d %H:%M:%S}Z  {closes}  {root.rows:>6} rows  {root.root}{stamp}"
            )
    if not found:
        click.echo(_NO_ROOT)


@command.command("stamp")
@_database
def stamp_(database: str | None) -> None:
    """Have the newest root stamped by the service in the settings, now. A hub does it once a day by itself.

    \b
    Examples:
      homeward ledger stamp
    """
    from homeward import clock
    from homeward.settings import PREFIX, load_settings
    from homeward.stamping import StampError, stamp_newest

    url = load_settings().stamp_url
    if url is None:
        raise click.ClickException(f"No service is set. Set {PREFIX}STAMP_URL to the address of one (RFC 3161).")

    try:
        root = on_store(database, lambda store: stamp_newest(store, url, clock.now()))
    except StampError as error:
        raise click.ClickException(f"{error}.") from None
    click.echo(f"Root {root.number} is stamped: {root.root}" if root else _NO_ROOT)


def _say(proof: "LedgerProof") -> None:
    for fault in proof.faults:
        click.echo(str(fault))
    newest = proof.newest
    click.echo(f"{proof.rows} rows read; roots vouch for {proof.sealed} of them.")
    if newest is None and proof.rows:
        click.echo(_NOTHING_VOUCHES)
    if newest is not None:
        click.echo(f"Newest root: {newest.number}, of {newest.at:%Y-%m-%d %H:%M:%S}Z, {newest.root}")
    if proof.without_link:
        click.echo(
            f"{proof.without_link} of these rows stand in no chain: a hub of an earlier version wrote them beside this "
            "one, or somebody put them in before they were sealed."
        )
