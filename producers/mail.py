"""`MailSender`: messages out as e-mails over a few reused connections, and a receipt for each message.

What one cause makes the hub say to one mailbox is one e-mail. Retrying later, and what to do about an e-mail in doubt,
are the outbox's affair.
"""

import asyncio
from collections.abc import Sequence

from producers.gathering import gathered
from producers.mime import UnwritableError, compose, message_id, rows_key
from producers.smtp import BrokenOffError, Conversation, MailSettings, UnreachableError
from producers.wording import Wordings
from schemas.delivery import Outgoing, Receipt, Verdict


class MailSender:
    """Sends the e-mails of a batch one after the other, and several batches side by side, each over a connection of its
    own. A server that cannot be reached costs one attempt, not one for each e-mail. `words_of` gives the words of the
    messages."""

    def __init__(self, settings: MailSettings, words_of: Wordings) -> None:
        self._settings, self._words_of = settings, words_of
        self._idle: list[Conversation] = []
        self._places = asyncio.Semaphore(settings.connections)

    async def start(self) -> None:
        """Nothing to prepare: a connection is opened when the first e-mail goes."""

    async def stop(self) -> None:
        idle, self._idle = self._idle, []
        for conversation in idle:
            await conversation.close()

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        async with self._places:
            conversation = self._idle.pop() if self._idle else Conversation(self._settings)
            try:
                return await self._send(conversation, batch)
            finally:
                self._idle.append(conversation)

    async def _send(self, conversation: Conversation, batch: Sequence[Outgoing]) -> list[Receipt]:
        receipts: dict[str, Receipt] = {}
        for items in gathered(batch):
            try:
                made = await self._one(conversation, items)
                receipts |= {item.row: made._replace(row=item.row) for item in items}
            except UnreachableError as fault:
                late = (item.row for item in batch if item.row not in receipts)
                receipts |= {row: Receipt(row, Verdict.AWAY, str(fault)) for row in late}
                break
        return [receipts[item.row] for item in batch]

    async def _one(self, conversation: Conversation, items: Sequence[Outgoing]) -> Receipt:
        """The receipt of one letter, as that of its first row."""
        row, name = items[0].row, message_id(rows_key(items), self._settings.domain)
        try:
            content = compose(items, self._settings.sender, self._settings.domain, self._words_of)
            mark = name.strip("<>").partition("@")[0]
            return Receipt(row, *await conversation.deliver(items[0].address, content, mark), reference=name)
        except UnwritableError as fault:
            return Receipt(row, Verdict.REFUSED, str(fault))
        except BrokenOffError as fault:
            return Receipt(row, Verdict.BROKE_OFF, str(fault))
