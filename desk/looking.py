"""Finding what a person may see, and writing down that they looked. What is another authority's is not found, as what
does not exist is not."""

import json
from collections.abc import Sequence

from desk.people import DeskUser
from desk.visit import NotHereError, Visit
from reporting.held_cases import HeldCase, held_cases
from routing.library import Packs
from routing.pack import Pack
from store import Delivery, OutboxRow, Transaction
from store.looks import look_row


async def case_for(tx: Transaction, user: DeskUser, id_: str) -> HeldCase:
    """The case with this id. NotHereError where there is none, or where it is no authority's of the person."""
    found = await held_cases(tx, [id_])
    if not found or user.grant_at(found[0].authority) is None:
        raise NotHereError
    return found[0]


async def message_for(tx: Transaction, user: DeskUser, id_: str) -> list[Delivery]:
    """The rows of a message, with the same care; also of one that was sent to the person from outside."""
    rows = await tx.outbox_of_message(id_)
    if not rows or (user.grant_at(rows[0].row.authority) is None and not _is_sent_to(user, rows[0].row)):
        raise NotHereError
    return rows


def _is_sent_to(user: DeskUser, row: OutboxRow) -> bool:
    told = json.loads(row.payload) if row.payload else {}
    return any(user.is_asked(row.authority, to["role"], to.get("person")) for to in told.get("to") or ())


def governing_pack(packs: Packs, held: HeldCase) -> Pack:
    """The version that governs a case; of a child's duties, the newest."""
    case = held.episode
    return packs.version(held.authority, case.episode.pack) if case else packs.newest(held.authority)


async def looked(visit: Visit, what: str, authority: str, episodes: Sequence[str | None], why: str = "") -> None:
    """Writes a line of the ledger for each child that was looked at: who, what and when; and why, where that was asked,
    among the contents that can be purged."""
    rows = [look_row(visit.user.id, what, authority, episode, visit.now, why) for episode in episodes or [None]]
    async with visit.desk.store.transaction() as tx:
        await tx.append(rows, ())
