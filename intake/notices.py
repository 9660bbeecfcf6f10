"""What a mailbox got back about our e-mails, back to the delivery that it is about: it arrived, it came back, or
whoever should read it is away. What came back is told by `intake.undelivered`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from intake import ledger
from intake.delivery_words import message_in_words, reader_in_words
from intake.next_reader import next_reader
from outbox.directory import Directory
from outbox.receipts import delivery_line, written_down
from outbox.writer import rows
from routing.exceptions import exception
from routing.library import HUB, Packs
from routing.messages import Recipient, derived_id
from routing.pack import Pack
from schemas.delivery import Notice
from store import Store, Transaction
from store.arriving import Unarrived
from store.errors import StoreRepeatedError

NoticeOutcome = Literal["delivered", "bounced", "delayed", "relayed", "away", "told", "again", "unknown"]
"""`away`: nobody needed to be told; `told`: the next of its ladder was; `again`: the notice was taken before."""

_FIRST: tuple[NoticeOutcome, ...] = ("told", "bounced", "delivered", "delayed", "relayed", "away", "again")
"""Of several that the messages of one letter come to, the one that says most."""


class Notices:
    """Takes notices in. `promised` is called after somebody was told."""

    def __init__(
        self,
        store: Store,
        packs: Packs,
        directories: Mapping[str, Directory],
        now: Callable[[], datetime],
        promised: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._packs, self._directories, self._now = store, packs, directories, now
        self._promised = promised

    async def take(self, notice: Notice) -> NoticeOutcome:
        """Writes down what a notice says; returns what it came to. A notice that is read twice does nothing."""
        now = self._now()
        try:
            async with self._store.transaction() as tx:
                heard = await self._take(tx, notice, now)
        except StoreRepeatedError:
            return "again"
        if heard in ("told", "bounced"):
            self._promised()
        return heard

    async def _take(self, tx: Transaction, notice: Notice, now: datetime) -> NoticeOutcome:
        letter = await _first(tx, notice.references)
        heard = {await self._of_row(tx, row, notice, now) for row in letter}
        return next((outcome for outcome in _FIRST if outcome in heard), "unknown")

    async def _of_row(self, tx: Transaction, row: Unarrived, notice: Notice, now: datetime) -> NoticeOutcome:
        match notice.kind:
            case "delayed" | "relayed" as passing:
                await tx.append([delivery_line(row, passing, notice.detail, now, notice.id)], ())
                return passing
            case "automatic_reply":
                return await self._is_away(tx, row, notice, now)
            case became:
                kept = await written_down(tx, row, became, notice.detail, now, notice.id)
                return became if kept else "again"

    async def _is_away(self, tx: Transaction, row: Unarrived, notice: Notice, now: datetime) -> NoticeOutcome:
        """The e-mail arrived, but its reader does not read it now. If somebody must have seen it, the next one is told
        at once."""
        await tx.append([delivery_line(row, "automatic_reply", notice.detail, now, notice.id)], ())
        pack, role = await self._next_reader(tx, row, now)
        if role is None:
            return "away"
        what = f"{message_in_words(row, pack)} to {reader_in_words(row.channel, row.destination, pack)}"
        detail = f"An automatic reply came for {what}: nobody may read it"
        told = exception(pack, "delivery_failed", detail, now, ("/homeward/notices", row.id))
        message = replace(
            told, id=derived_id("away", row.id, notice.id), to=(Recipient(role, None, pack.roles[role].channel),)
        )
        written = rows(message, self._directories[message.authority])
        await tx.append([ledger.of_decision(message, written)], written)
        return "told"

    async def _next_reader(self, tx: Transaction, row: Unarrived, now: datetime) -> tuple[Pack, str | None]:
        """The role, with the pack that has it. Of an authority that is served no more nobody knows whether somebody
        must have seen it: the operator decides."""
        if row.authority not in (*self._packs.authorities, HUB):
            return self._packs.hub, self._packs.hub.on_duty(now)
        pack = self._packs.governing(row.authority, now)
        return pack, await next_reader(tx, row, pack, now)


async def _first(tx: Transaction, references: tuple[str, ...]) -> list[Unarrived]:
    """The deliveries of the letter that is known by one of these."""
    for reference in references:
        if rows := await tx.by_reference(reference):
            return rows
    return []
