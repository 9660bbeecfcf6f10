"""Who hears next of a delivery that its reader may not see: the ladder of what it tells, by the rule that sent it."""

from datetime import datetime

from routing.acknowledging import next_on_ladder
from routing.messages import derived_id
from routing.pack import Pack
from store import Transaction
from store.arriving import Unarrived


async def next_reader(tx: Transaction, row: Unarrived, pack: Pack, now: datetime) -> str | None:
    """The role; None where the pack asks for no acknowledgement of such a message."""
    lines = await tx.ledger_about(derived_id("decision", row.message_id)) if pack.acknowledge else []
    rule = next((str(line.entry["rule"]) for line in lines if line.kind == "decision"), "")
    return next_on_ladder((rule, row.type, f"{row.type}/{row.kind}"), row.at, now, pack)
