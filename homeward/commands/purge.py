"""`homeward purge`: let go of contents whose retention has ended. What was decided, and why, stays in the ledger."""

from datetime import timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from store import Transaction

PURGED = ("reports", "messages", "quarantine", "claims")


@click.command()
@click.option("--older-than", "days", type=click.IntRange(1), required=True, metavar="DAYS", help="Whole days to keep.")
@click.option(
    "--only", "only", multiple=True, type=click.Choice(PURGED),
    help="Purge only this; may be given several times. Claims go only where they are named.",
)  # fmt: skip
@click.option("--database", metavar="URL", help="Database to work on; without it, the one that the settings name.")
def command(days: int, only: tuple[str, ...], database: str | None) -> None:
    """Empty what was told and sent more than DAYS days ago. It cannot be undone.

    \b
    reports     the bytes of what came in; the ledger keeps their hash and what they changed
    messages    what messages said that have arrived; to whom they went, when and by which clause stays
    quarantine  messages that were replayed; one that has not been read is never removed
    claims      marks of messages taken in: keep them longer than Kafka keeps messages, or a repeat counts as new

    \b
    Examples:
      homeward purge --older-than 2555
      homeward purge --older-than 90 --only claims
    """
    from homeward import clock
    from homeward.commands.database import on_database

    before = clock.now() - timedelta(days=days)
    parts = only or tuple(part for part in PURGED if part != "claims")

    async def let_go(tx: "Transaction") -> dict[str, int]:
        ways = {
            "reports": tx.purge_contents,
            "messages": tx.purge_payloads,
            "quarantine": tx.purge_quarantine,
            "claims": tx.forget_claims,
        }
        return {part: await ways[part](before) for part in PURGED if part in parts}

    for part, count in on_database(database, let_go).items():
        click.echo(f"{part}: {count}")
