"""`homeward purge`: deletes contents whose retention period has ended. The ledger keeps what was decided, and why."""

from datetime import timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from store import Transaction

PURGED = ("reports", "messages", "quarantine", "claims")


@click.command()
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(1),
    required=True,
    metavar="DAYS",
    help="Delete what is older than this, in whole days.",
)
@click.option(
    "--only", "only", multiple=True, type=click.Choice(PURGED),
    help="Purge only this part. Can be given more than once. Claims are purged only if named here.",
)  # fmt: skip
@click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
def command(days: int, only: tuple[str, ...], database: str | None) -> None:
    """Delete the contents of what was received and sent more than DAYS days ago. This cannot be undone.

    \b
    reports     bytes of received messages. Kept: their hash and what they changed
    messages    text of delivered messages. Kept: who was sent what, when and why
    quarantine  replayed messages. Messages not yet read are never deleted
    claims      marks of received messages. Keep these longer than Kafka keeps
                messages, or a repeat counts as new

    \b
    Examples:
      homeward purge --older-than 2555
      homeward purge --older-than 90 --only claims
    """
    from homeward import clock
    from homeward.commands.database import on_database

    now = clock.now()
    before = now - timedelta(days=days)
    parts = only or tuple(part for part in PURGED if part != "claims")

    async def let_go(tx: "Transaction") -> dict[str, int]:
        ways = {
            "reports": tx.purge_contents,
            "messages": tx.purge_payloads,
            "quarantine": tx.purge_quarantine,
            "claims": tx.forget_claims,
        }
        counts = {part: await ways[part](before) for part in PURGED if part in parts}
        await tx.purged(counts, now)
        return counts

    for part, count in on_database(database, let_go).items():
        click.echo(f"{part}: {count}")
