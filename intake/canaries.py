"""The hub's own canaries as THE transaction meets them: one that has set out is promised to the service topic, and to
the mailbox where there is one; one that has come home is noted. It is about nobody: there is no claim, no case, no line
of the ledger. That it is answered once rests on its row in the store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from intake.records import CanarySeen
from routing.library import HUB
from routing.messages import derived_id
from schemas.topics import CANARY_SERVICE, canary_end
from store import OutboxRow, Transaction
from store.canaries import CanaryRow
from store.rows import CANARY

PROBE = f"mail/{HUB}/{CANARY_SERVICE}"
"""The destination of the letter: a mailbox of the hub's own."""
_DETAIL = "Homeward tries itself out. This is about nobody, and nothing is to be done. Drop it"


async def answer_canaries(tx: Transaction, seen: Sequence[CanarySeen], now: datetime) -> None:
    """One that is over, or another hub's, is passed over."""
    taken = await tx.reach("taken", {each.walk for each in seen if not each.home}, now)
    if rows := [row for each in taken for row in _rows(each, now)]:
        await tx.append((), rows)
    await tx.reach("topic", {each.walk for each in seen if each.home}, now)


def canary_body(authority: str) -> bytes:
    """What it says, wherever it goes."""
    told: dict[str, Any] = {"authority": authority, "urgency": "routine", "detail": _DETAIL}
    return orjson.dumps(told)


def canary_key(authority: str) -> str:
    """The key of its lane and of its records."""
    return derived_id(CANARY, authority)


def _rows(canary: CanaryRow, now: datetime) -> list[OutboxRow]:
    where = [f"topic/{canary_end(canary.authority)}", *([PROBE] if canary.by_mail else [])]
    return [
        OutboxRow(
            id=derived_id("outbox", canary.walk, destination),
            message_id=canary.walk,
            aggregatetype="authority",
            aggregateid=canary_key(canary.authority),
            type=CANARY,
            payload=canary_body(canary.authority),
            at=now,
            trace=None,
            clauses=("HUB",),
            authority=canary.authority,
            subject=None,
            destination=destination,
            urgency="routine",
            kind=None,
        )
        for destination in where
    ]
